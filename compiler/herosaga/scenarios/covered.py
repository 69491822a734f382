"""What the scenarios that were run have reached of the sagas that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from herosaga.graph.undo import Record, recorded
from herosaga.model import model as m
from herosaga.model.runs import turning_back
from herosaga.scenarios.running import Result
from msgspec import Struct


class Kind(Struct, frozen=True):
    """States, transitions or compensations: how many there are, and those that were never reached."""

    name: str
    total: int
    never: tuple[str, ...]


class Covered(Struct, frozen=True):
    """What was reached of one saga."""

    saga: str
    kinds: tuple[Kind, ...]


def covered(model: m.Model, results: Sequence[Result]) -> Iterator[Covered]:
    """For each saga that a scenario is about, in the order of the source, what all of them together have reached."""
    for id, saga in model.sagas.items():
        runs = [each for each in results if each.scenario.saga == id]
        if any(each.run for each in runs):
            yield _covered(saga, runs)


def _covered(saga: m.Saga, results: Iterable[Result]) -> Covered:
    from herosaga_runtime.testing import Coverage

    coverage, undone = Coverage(), set[tuple[str, str]]()
    for each in results:
        coverage.note(each.run)
        undone |= set(_undone(each))
    (found,) = coverage.sagas
    states, transitions = (
        Kind(name, len(parts), tuple(part.label for part in parts if not part.times))
        for name, parts in (("states", found.states), ("transitions", found.transitions))
    )
    return Covered(saga.name, (states, transitions, _compensations(saga, undone)))


def _compensations(saga: m.Saga, undone: set[tuple[str, str]]) -> Kind:
    """The kinds of records that the saga makes, and those of which none was ever undone."""
    kinds = {_words(each): _is_undone(each, undone) for each in recorded(saga)}
    never = tuple(words for words, done in kinds.items() if not done)
    return Kind("compensations", len(kinds), never)


def _words(record: Record) -> str:
    if record.undo == turning_back(record.of):
        return f"{record.of.rpartition('.')[2]} by turning it back"
    by = record.undo.rpartition(".")[2]
    return f"{record.of.rpartition('.')[2]} by {by}" if record.of else by


def _is_undone(record: Record, undone: set[tuple[str, str]]) -> bool:
    """A body that asks for nothing can be done in the very step that records it: then nobody knows for what, and it counts
    for all.
    """
    return any((record.undo, of) in undone for of in {record.of, ""})


def _undone(result: Result) -> Iterator[tuple[str, str]]:
    """What undid, a command's id or a compensation's name, and the id of the command that was undone."""
    from herosaga_runtime.message import Undo
    from herosaga_runtime.testing.looking import undone

    for undo, command in undone(result.run):
        name = undo.TYPE.rpartition(".")[2] if issubclass(undo, Undo) else undo.TYPE
        yield name, "" if command is None else command.TYPE
