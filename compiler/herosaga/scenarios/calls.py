"""One scenario as the body of a test: each of its lines is a call of a `SagaTest`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.runs import is_turning_back
from herosaga.names import constant, field_name, undo_class_name
from herosaga.plan.code import PyCode, code, identifier, join, literal
from herosaga.plan.context import Context
from herosaga.plan.expr import Values, value
from herosaga.plan.scope import Locals
from herosaga.scenarios.values import NOW, moves, settled
from herosaga.source import Span
from msgspec import Struct

Args = tuple[tuple[str, e.Expr | None], ...]
Named = tuple[str, PyCode]
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
    names = Locals((("test", TEST), (NOW, code("test.now"))))
    shared, values, counts = dict[Named, PyCode](), list[Line](), Counter[str]()
    for name, text in _repeated(Values(context, names), scenario):
        counts[name] += 1
        wanted = name if counts[name] == 1 else f"{name}_{counts[name]}"
        names, variable = names.bind(wanted, context.scope)
        shared[name, text] = variable
        values.append(Line(code("{} = {}", variable, text)))
    calls = _Calls(context, names, context.model.sagas[scenario.saga], shared)
    return Body(tuple(values), tuple(line for scene in scenario.scenes for line in calls.of(scene)))


def _repeated(at: Values, scenario: m.Scenario) -> Iterator[Named]:
    """The values that more than one message has in a field of the same name."""
    times = Counter[Named]()
    for args in _arguments(scenario):
        for name, argument in args:
            if argument is not None and not _is_plain(argument):
                expr = settled(argument)
                if not moves(expr):
                    times[name, value(at, expr)] += 1
    for (name, text), count in times.items():
        if count > 1 and len(text) > len("Decimal"):
            yield name, text


def _is_plain(argument: e.Expr) -> bool:
    """Whether a value is as well written again: a name would tell nothing, and an empty set's would have no type."""
    return isinstance(argument, e.EnumConst) or (
        isinstance(argument, e.ListExpr) and not argument.items
    )


def _arguments(scenario: m.Scenario) -> Iterator[Args]:
    for scene in scenario.scenes:
        match scene:
            case m.SceneMessage(message=e.Construct(args=args)) | m.SceneOutcome(args=args):
                yield args
            case m.Expect(expectations=expectations):
                yield from (each.fields for each in expectations)


@dataclass(slots=True)
class _Calls:
    """Turns scenes of one scenario into calls; `shared` are the values that have a name.

    What depends on the time gets a name where it is given: when the field is left bare later, the time is another.
    """

    context: Context
    names: Locals
    saga: m.Saga
    shared: Mapping[Named, PyCode]
    given: list[tuple[e.Expr, PyCode]] = field(default_factory=list)

    @property
    def at(self) -> Values:
        return Values(self.context, self.names)

    def of(self, scene: m.Scene) -> Iterator[Line]:
        match scene:
            case m.SceneMessage(message=e.Construct(id=id, args=args)):
                yield from self._timely(args)
                message = code("{}({})", self._class(id), self._named(args))
                yield Line(code("test.when({})", message), scene.span)
            case m.SceneTimeout(command=command):
                yield Line(code("test.when_timed_out({})", self._class(command)), scene.span)
            case m.SceneFault(command=command) if is_turning_back(self.context.model, command):
                refused = code("test.when_fault({}, final=True)", self._class(command))
                yield Line(refused, scene.span)
            case m.SceneFault(command=command):
                yield Line(code("test.when_fault({})", self._class(command)), scene.span)
            case m.SceneOutcome(of=command, outcome="done"):
                yield Line(code("test.when_done({})", self._class(command)), scene.span)
            case m.SceneOutcome(of=of, outcome=outcome, args=args):
                yield from self._timely(args)
                parts = [self._class(f"{of}.{outcome}"), self._named(args)]
                ended = join(", ", filter(None, parts))
                yield Line(code("test.when_ended({})", ended), scene.span)
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
        return self.context.type_name(id)

    def _undo(self, of: str) -> PyCode:
        if of in self.context.model.messages:
            return self._class(of)
        return self.context.declared(self.saga.file, undo_class_name(self.saga.name, of))

    def _states(self, name: str) -> Iterator[PyCode]:
        """The members of a state's name; for that of a sequence, of all states in which it waits."""
        enum = self.context.declared(self.saga.file, f"{self.saga.name}State")
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

    def _timely(self, args: Args) -> Iterator[Line]:
        """Names for what depends on the time and is given here."""
        for name, argument in args:
            if argument is None or self._given(argument) is not None:
                continue
            expr = settled(argument)
            if moves(expr):
                self.names, variable = self.names.bind(name, self.context.scope)
                self.given.append((argument, variable))
                yield Line(code("{} = {}", variable, value(self.at, expr)))

    def _given(self, argument: e.Expr) -> PyCode | None:
        return next((name for expr, name in self.given if expr == argument), None)

    def _value(self, name: str, argument: e.Expr) -> PyCode:
        given = self._given(argument)
        if given is not None:
            return given
        text = value(self.at, settled(argument))
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
        return value(self.at, settled(delay))
