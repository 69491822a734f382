"""Diagrams as they are known here: from the project's sources, else from the app's tables, else not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal

from herosaga.cli.ops.lines import short
from herosaga.cli.ops.store import At
from msgspec import Struct

if TYPE_CHECKING:
    from herosaga.model import model as m
    from herosaga_runtime import Saga as RuntimeSaga
    from herosaga_runtime.itineraries.table import Stage as RuntimeStage

BEGIN = "[*]"
UNDOING = "Compensating"


class Way(Struct, frozen=True):
    """An arrow to a state, and what leads along it."""

    target: str
    why: tuple[str, ...] = ()


class Place(Struct, frozen=True):
    """A state; `passing`: nobody stays in it. `mark` is a final one's."""

    name: str
    ways: tuple[Way, ...] = ()
    passing: bool = False
    mark: str = ""


Diagram = tuple[Place, ...]
"""States in source order, the beginning first."""

Kind = Literal["do", "if", "for", "parallel", "parallel for"]


class Stage(Struct, frozen=True):
    """A stage of an itinerary: `path` as the runtime has it, `activity` that of a `do`, blocks with their headings.

    `variable` is that of a loop.
    """

    path: str
    kind: Kind
    label: str
    activity: str = ""
    blocks: tuple[tuple[str, tuple[Stage, ...]], ...] = ()
    variable: str = ""


Stages = tuple[Stage, ...]


def every(stages: Stages) -> Iterator[Stage]:
    """All stages, those in blocks too, in source order."""
    for each in stages:
        yield each
        for _, block in each.blocks:
            yield from every(block)


_SHAPES: dict[Kind, str] = {
    "if": "If",
    "for": "For",
    "parallel": "Parallel",
    "parallel for": "ParallelFor",
}


def shape_of(stages: Stages) -> str:
    """What the runtime has as `Itinerary.shape`: stages of another shape are not those that a slip went by."""
    return blake2b(_shape(stages).encode(), digest_size=8).hexdigest()


def _shape(stages: Stages) -> str:
    parts: list[str] = []
    for each in stages:
        blocks = [_shape(block) for _, block in each.blocks]
        blocks += [""] if each.kind == "if" and len(blocks) == 1 else []
        name = each.activity or _SHAPES[each.kind]
        name += f" {each.variable}" if each.variable else ""
        parts.append(f"{name}({';'.join(blocks)})")
    return ",".join(parts)


# --- where from ----------------------------------------------------------------------------------


def diagram_of(at: At, saga: str) -> Diagram:
    """A saga's diagram; empty where nothing of it is known here."""
    model = model_of(at)
    if model is not None and saga in model.sagas:
        return _from_sources(model.sagas[saga])
    for each in at.host.sagas:
        if each.name == saga:
            return _from_table(each)
    return ()


def stages_of(at: At, itinerary: str) -> Stages:
    """An itinerary's stages; empty where nothing of it is known here."""
    model = model_of(at)
    if model is not None and itinerary in model.itineraries:
        return tuple(_stages("", model.itineraries[itinerary].stages))
    for each in at.host.itineraries:
        if each.name == itinerary:
            return tuple(_table_stages("", each.stages))
    return ()


def model_of(at: At) -> m.Model | None:
    """The model of the project's sources; None where there are none, or they are wrong."""
    from herosaga.cli.settings import FILE

    if not (at.project.root / FILE).is_file():
        return None
    from herosaga.cli.check import checked_project
    from herosaga.cli.stop import Stop

    try:
        checked = checked_project((), at.project)
    except Stop:  # no sources, or none that can be read: the store is looked at all the same
        return None
    return None if checked.broken else checked.model


# --- sagas ---------------------------------------------------------------------------------------


def _from_sources(saga: m.Saga) -> Diagram:
    from herosaga.emit.diagrams.states import states

    picture = states(saga)
    marks = {"failed": "failed", "manual": "manual", "final": "final"}
    return tuple(
        Place(
            node.id,
            tuple(Way(e.target, e.lines) for e in picture.edges if e.source == node.id),
            node.kind == "choice",
            marks.get(node.kind, ""),
        )
        for node in picture.nodes
    )


def _from_table(saga: RuntimeSaga[Any, Any, Any]) -> Diagram:
    finals = {str(state): end.mark or "final" for state, end in saga.finals.items()}
    names = (str(each) for each in saga.state)
    return (Place(BEGIN), *(Place(each, mark=finals.get(each, "")) for each in names))


# --- itineraries ---------------------------------------------------------------------------------


def _stages(prefix: str, stages: Iterable[m.Stage]) -> Iterator[Stage]:
    from herosaga.graph.words import source_text
    from herosaga.model import model as m
    from herosaga.model.expr import Construct

    def block(path: str, number: int, stages: Iterable[m.Stage]) -> Stages:
        return tuple(_stages(f"{path}.{number}.", stages))

    for number, stage in enumerate(stages):
        path = f"{prefix}{number}"
        match stage:
            case m.Do(message=Construct(id=activity) as message):
                yield Stage(path, "do", f"do {source_text(message.span)}", activity)
            case m.Branch(condition=condition, then=then, other=other):
                label = f"if {source_text(condition.span)}"
                yield _branching(path, label, block(path, 0, then), block(path, 1, other))
            case m.Loop(var=name, source=source, body=body, parallel=parallel):
                kind: Kind = "parallel for" if parallel else "for"
                label = f"{kind} {name} in {source_text(source.span)}"
                yield Stage(path, kind, label, "", (("", block(path, 0, body)),), name)
            case m.Parallel(branches=branches):
                yield _parallel(path, [block(path, n, each) for n, each in enumerate(branches)])


def _table_stages(prefix: str, stages: Iterable[RuntimeStage[Any]]) -> Iterator[Stage]:
    from herosaga_runtime.itineraries.table import Do, For, If, Parallel, ParallelFor

    def block(path: str, number: int, stages: Iterable[RuntimeStage[Any]]) -> Stages:
        return tuple(_table_stages(f"{path}.{number}.", stages))

    for number, stage in enumerate(stages):
        path = f"{prefix}{number}"
        match stage:
            case Do(activity=activity):
                yield Stage(path, "do", f"do {short(activity.name)}", activity.name)
            case If(then=then, other=other):
                yield _branching(path, "if …", block(path, 0, then), block(path, 1, other))
            case For(variable=name, body=body):
                kind: Kind = "parallel for" if isinstance(stage, ParallelFor) else "for"
                yield Stage(path, kind, f"{kind} {name}", "", (("", block(path, 0, body)),), name)
            case Parallel(branches=branches):
                yield _parallel(path, [block(path, n, each) for n, each in enumerate(branches)])


def _branching(path: str, label: str, then: Stages, other: Stages) -> Stage:
    return Stage(path, "if", label, "", (("", then), *([("else", other)] if other else [])))


def _parallel(path: str, branches: list[Stages]) -> Stage:
    blocks = tuple((f"branch {n + 1}", each) for n, each in enumerate(branches))
    return Stage(path, "parallel", "parallel", "", blocks)
