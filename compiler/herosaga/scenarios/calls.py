"""One scenario as the body of a test: each of its lines is a call of a `SagaTest`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.names import constant, field_name, undo_class_name
from herosaga.plan.code import PyCode, code, identifier, join, literal
from herosaga.plan.context import Context
from herosaga.plan.expr import Values, value
from herosaga.plan.scope import Locals
from herosaga.source import Span
from msgspec import Struct

Args = tuple[tuple[str, e.Expr | None], ...]
TEST = identifier("test")


class Line(Struct, frozen=True):
    """A statement, and the place of the scenario that it stands for; None for what only prepares."""

    text: PyCode
    span: Span | None = None


class Body(Struct, frozen=True):
    """A scenario's statements: the values that it uses again and again, and what happens."""

    values: tuple[Line, ...]
    calls: tuple[Line, ...]


def body(context: Context, scenario: m.Scenario) -> Body:
    """The body of a scenario's test."""
    at, shared = Values(context), dict[tuple[str, PyCode], PyCode]()
    locals_, values = Locals((("test", TEST),)), list[Line]()
    counts = Counter[str]()
    for name, text in _repeated(at, scenario):
        counts[name] += 1
        wanted = name if counts[name] == 1 else f"{name}_{counts[name]}"
        locals_, variable = locals_.bind(wanted, context.scope)
        shared[name, text] = variable
        values.append(Line(code("{} = {}", variable, text)))
    calls = _Calls(at, context.model.sagas[scenario.saga], shared)
    return Body(tuple(values), tuple(line for scene in scenario.scenes for line in calls.of(scene)))


def _repeated(at: Values, scenario: m.Scenario) -> Iterator[tuple[str, PyCode]]:
    """The values that more than one message has in a field of the same name."""
    times = Counter[tuple[str, PyCode]]()
    for args in _arguments(scenario):
        for name, argument in args:
            if isinstance(argument, e.Const | e.Construct | e.ListExpr):
                times[name, value(at, argument)] += 1
    for (name, text), count in times.items():
        if count > 1 and len(text) > len("Decimal"):
            yield name, text


def _arguments(scenario: m.Scenario) -> Iterator[Args]:
    for scene in scenario.scenes:
        match scene:
            case m.SceneMessage(message=e.Construct(args=args)):
                yield args
            case m.Expect(expectations=expectations):
                yield from (each.fields for each in expectations)


class _Calls(Struct, frozen=True):
    """Turns scenes of one scenario into calls; `shared` are the values that have a name."""

    at: Values
    saga: m.Saga
    shared: Mapping[tuple[str, PyCode], PyCode]

    def of(self, scene: m.Scene) -> Iterator[Line]:
        match scene:
            case m.SceneMessage(message=e.Construct(id=id, args=args)):
                message = code("{}({})", self._class(id), self._named(args))
                yield Line(code("test.when({})", message), scene.span)
            case m.SceneTimeout(command=command):
                yield Line(code("test.when_timed_out({})", self._class(command)), scene.span)
            case m.SceneFault(command=command):
                yield Line(code("test.when_fault({})", self._class(command)), scene.span)
            case m.SceneOutcome(of=command, outcome="done"):
                yield Line(code("test.when_done({})", self._class(command)), scene.span)
            case m.SceneAfter(delay=delay):
                yield Line(code("test.after({})", self._length(delay)), scene.span)
            case m.Expect(expectations=expectations):
                for each in expectations:
                    yield Line(self._expectation(each), each.span)
            case _:
                raise AssertionError("a program with errors is not planned")

    def _expectation(self, wanted: m.Expectation) -> PyCode:
        match wanted:
            case m.Expectation(kind="nothing"):
                return code("test.expect_nothing()")
            case m.Expectation(kind="state", of=name):
                return code("test.expect_state({})", join(", ", self._states(name)))
            case m.Expectation(kind="compensated", of=of):
                return code("test.expect_compensated({})", self._undo(of))
            case m.Expectation(kind=kind, of=id, fields=fields):
                asked = [self._class(id), self._named(fields)]
                asserted = identifier(f"expect_{kind}")
                return code("test.{}({})", asserted, join(", ", filter(None, asked)))

    def _class(self, id: str) -> PyCode:
        return self.at.context.type_name(id)

    def _undo(self, of: str) -> PyCode:
        if of in self.at.context.model.messages:
            return self._class(of)
        return self.at.context.declared(self.saga.file, undo_class_name(self.saga.name, of))

    def _states(self, name: str) -> Iterator[PyCode]:
        """The members of a state's name; for that of a sequence, of all states in which it waits."""
        enum = self.at.context.declared(self.saga.file, f"{self.saga.name}State")
        within = [s.name for s in self.saga.states if s.sequence == name and not s.passing]
        for each in within or [name]:
            yield code("{}.{}", enum, identifier(constant(each)))

    def _named(self, args: Args) -> PyCode:
        """Arguments by name; what is left to its default is left out."""
        return join(
            ", ",
            (
                code("{}={}", identifier(field_name(name)), self._value(name, argument))
                for name, argument in args
                if argument is not None
            ),
        )

    def _value(self, name: str, argument: e.Expr) -> PyCode:
        text = value(self.at, argument)
        return self.shared.get((name, text), text)

    def _length(self, delay: e.Expr) -> PyCode:
        """A length of time as it is written in `.saga` files, where it can be."""
        from herosaga_runtime.testing.times import length
        from herosaga_runtime.testing.words import duration

        match delay:
            case e.Const(value=timedelta() as long):
                text = duration(long)
                if text[:1].isdigit() and ":" not in text and length(text) == long:
                    return literal(text)
        return value(self.at, delay)
