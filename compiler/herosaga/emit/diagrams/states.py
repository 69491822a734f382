"""The picture of a saga's states, and of the ways between them."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.emit.diagrams.picture import Cluster, Edge, Node, NodeKind, Picture, merged
from herosaga.emit.diagrams.words import doing, move, prose, some
from herosaga.graph.members import moves
from herosaga.graph.states import START, UNKNOWN, Way, ways
from herosaga.graph.words import source_text, trigger
from herosaga.model.model import Defer, Final, Ignore, Onward, Saga, State

BEGIN = "[*]"
UNDOING = "Compensating"
_FINALS: dict[str, NodeKind] = {"": "final", "failed": "failed", "manual": "manual"}


def states(saga: Saga) -> Picture:
    """States, transitions with guards and actions in short, and what compensating leads to."""
    arrows = merged((*_moves(saga), *_after_undo(saga)))
    return Picture(
        "states",
        saga.name,
        tuple(_nodes(saga, any(each.target == UNDOING for each in arrows))),
        arrows,
        tuple(_sequences(saga)),
        prose(saga.meta.doc),
    )


def _nodes(saga: Saga, undoing: bool) -> Iterator[Node]:
    yield Node(BEGIN, "start", "start")
    for state in saga.states:
        kind: NodeKind = "choice" if state.passing else "state"
        label = state.name.removeprefix(f"{state.sequence}.")
        yield Node(state.name, kind, label, _inside(state), prose(state.meta.doc))
    if undoing:
        yield Node(UNDOING, "compensating", UNDOING)
    for final in saga.finals:
        yield _final(final)


def _final(final: Final) -> Node:
    label = f"{final.name} ({final.mark})" if final.mark else final.name
    return Node(final.name, _FINALS[final.mark], label, (), prose(final.meta.doc))


def _inside(state: State) -> tuple[str, ...]:
    """What happens in a state without leaving it, and what it drops or keeps: all but what every state does."""
    inner = (move(m) for m in moves(state) if m.target is None and m.target_span is None)
    lines = (
        *([doing("entry", state.entry)] if state.entry else []),
        *([doing("exit", state.exit)] if state.exit else []),
        *(doing(f"every {source_text(e.delay.span)}", e.actions) for e in state.every),
        *inner,
        *_swallowed(state, Ignore, "ignores"),
        *_swallowed(state, Defer, "defers"),
    )
    return tuple(dict.fromkeys(lines))


def _swallowed(state: State, kind: type[Ignore | Defer], word: str) -> Iterator[str]:
    found = [m for m in state.members if isinstance(m, kind) and m.level != "during any"]
    if found:
        yield f"{word} {', '.join(trigger(each.what) for each in found)}"


def _moves(saga: Saga) -> Iterator[Edge]:
    """The transitions; one that compensates leads to `Compensating`."""
    for way in _known(saga):
        source = BEGIN if way.source == START else way.source
        match way.kind:
            case "goes":
                yield Edge(source, way.target, "goes", _reasons(way, saga))
            case "compensates":
                yield Edge(source, UNDOING, "compensates", _reasons(way, saga))


def _reasons(way: Way, saga: Saga) -> tuple[str, ...]:
    """Why a way is taken. What a sequence does by itself has a reason only where all of a `parallel` is awaited."""
    if isinstance(way.transition.trigger, Onward):
        choices = {state.name for state in saga.states if state.passing}
        if way.source in choices:
            return tuple(filter(None, (move(way.transition, ""),)))
        return (move(way.transition, "all answered"),)
    return (move(way.transition),)


def _after_undo(saga: Saga) -> Iterator[Edge]:
    """Where `Compensating` leads; why to this state, where it may lead to another."""
    reasons: dict[str, dict[str, None]] = {}
    for way in _known(saga):
        if way.kind == "compensates":
            reasons.setdefault(way.target, {})[trigger(way.transition.trigger)] = None
    for target, triggers in reasons.items():
        after = f" after {some(tuple(triggers))}" if len(reasons) > 1 else ""
        yield Edge(UNDOING, target, "undone", (f"all undone{after}",))
    for way in _known(saga):
        if way.kind == "gives up":
            yield Edge(UNDOING, way.target, "gives up", ("an undo fails for good",))


def _known(saga: Saga) -> tuple[Way, ...]:
    return tuple(way for way in ways(saga) if way.target != UNKNOWN)


def _sequences(saga: Saga) -> Iterator[Cluster]:
    """A frame for each sequence, around the states that it stands for."""
    found: dict[str, list[str]] = {}
    for state in saga.states:
        if state.sequence:
            found.setdefault(state.sequence, []).append(state.name)
    docs = {each.name: each.meta.doc for each in saga.sequences}
    for name, names in found.items():
        yield Cluster(f"{name}.", name, tuple(names), prose(docs.get(name, "")))
