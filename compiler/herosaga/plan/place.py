"""Where a saga's functions stand, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from herosaga.model import model as m
from herosaga.names import constant
from herosaga.plan.actions import Line
from herosaga.plan.code import PyCode, code, docstring, identifier
from herosaga.plan.context import Context
from herosaga.plan.expr import Values
from herosaga.plan.reading import changes_data, uses_data
from herosaga.source import Span
from msgspec import Struct

FLAT = PyCode("")
NESTED = PyCode("    ")


class FunctionPlan(Struct, frozen=True):
    """One generated function."""

    name: PyCode
    parameters: PyCode
    returns: PyCode
    doc: PyCode
    body: tuple[Line, ...]


class Place(Struct, frozen=True):
    """Where a saga's functions stand. `goals` are constants for the states that they lead to, if it has many."""

    context: Context
    saga: m.Saga
    prefix: str
    goals: Mapping[str, PyCode] = {}

    @property
    def at(self) -> Values:
        """Where their expressions stand."""
        return Values(self.context)

    @property
    def state(self) -> PyCode:
        """The saga's enum of states."""
        return identifier(f"{self.saga.name}State")

    @property
    def data(self) -> PyCode:
        """The class of its data."""
        return identifier(f"{self.saga.name}Data")

    @property
    def step(self) -> PyCode:
        """`step: Step[OrderFulfilmentData]`."""
        return code("step: {}[{}]", self.runtime("Step"), self.data)

    def target(self, name: str) -> PyCode:
        """`OrderFulfilmentState.CHARGING`."""
        return code("{}.{}", self.state, identifier(constant(name)))

    def goal(self, name: str) -> PyCode:
        """The same in a function, for which it has to be found quickly."""
        return self.goals.get(name) or self.target(name)

    def name(self, wanted: str) -> PyCode:
        """A free name for a function."""
        return self.context.scope.function(self.prefix + wanted)

    def runtime(self, name: str) -> PyCode:
        """What a saga is made of."""
        return self.context.of_table(name)

    def plain(self, name: str, doc: PyCode, lines: Iterable[Line]) -> FunctionPlan:
        """A function that gives nothing back."""
        return FunctionPlan(self.name(name), self.step, code("None"), doc, tuple(with_data(lines)))


def with_data(body: Iterable[Line], named: bool = False, own: bool = False) -> Iterator[Line]:
    """The body, after a line that names the data: a copy of it where the body changes it.

    `named` where an earlier line has named it already. `own` where no instance comes before the step: nobody else has its
    data, of which some may be unset that never is later, so that it can't be copied.
    """
    listed = list(body)
    text = [line.indent + line.code for line in listed]
    if changes_data(text) and not own:
        found = code("data" if named else "step.data")
        yield Line(FLAT, code("step.data = data = {}.copy()", found))
    elif not named and uses_data(text):
        yield Line(FLAT, code("data = step.data"))
    yield from listed


def uses(body: list[Line]) -> bool:
    """Whether lines name the data."""
    return uses_data([line.indent + line.code for line in body])


def told(doc: str, span: Span, words: str) -> PyCode:
    """A docstring: what the user says of it, then where it stands and what stands there."""
    head = f"{span.source.name}:{span.line}: {words}"
    return docstring(f"{doc}\n\n{head}" if doc else head)
