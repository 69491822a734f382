"""HS302: a state that no instance can ever be in."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.graph.graphs import Graphs
from herosaga.graph.states import START, UNKNOWN, StateGraph, Way, ways
from herosaga.model.model import Final, Model, OnMessage, Saga, State

_PROGRAM = """\
event Paid {{ key order_id: uuid }}
extern event Packed {{ key order_id: uuid }}
extern event Shipped {{ key order_id: uuid }}

saga Delivery by order_id: uuid {{
  start {{
    on Paid -> Packing
  }}
  state Packing {{
    on Packed -> {}
  }}
  state Sending {{
    on Shipped -> Completed
  }}
  final Completed
}}
"""

PAGE = Page(
    code="HS302",
    severity=Severity.WARNING,
    title="State that is never reached",
    what="No path of transitions leads from `start` to this state. Guards count as if they could hold.",
    why="Somebody thought of this step of the business and wrote down what happens in it; but no order, "
    "trip or claim will ever get there. Most often an arrow leads to the wrong state.",
    failing=_PROGRAM.format("Completed"),
    mended=_PROGRAM.format("Sending"),
)


def rule(model: Model, graphs: Graphs) -> Iterator[Finding]:
    """States that can't be reached. What an earlier one leads to is not told again."""
    for saga in model.sagas.values():
        reached = graphs.states[saga.id].reached().keys()
        if len(reached) == 1:
            continue  # HS301 has said so
        if UNKNOWN in reached:
            continue  # an arrow with a wrong name may be the one that leads there
        # Where some state leads to no end, HS303 and HS304 ask for the way that a final lacks.
        ends = () if _endless(graphs.states[saga.id], saga) else saga.finals
        states: tuple[State | Final, ...] = (*saga.states, *ends)
        into: dict[str, list[Way]] = {}
        for way in ways(saga):
            if way.source != way.target:
                into.setdefault(way.target, []).append(way)
        lost: set[str] = set()
        for each in states:
            if each.name not in reached:
                arrows = into.get(each.name, [])
                if not any(way.source in lost for way in arrows):
                    yield _unreached(each, arrows, _past(each.name, graphs.states[saga.id]))
                lost.add(each.name)


def _endless(graph: StateGraph, saga: Saga) -> bool:
    """Whether some state that is reached leads to no end."""
    ends = (UNKNOWN, *(final.name for final in saga.finals))
    return not graph.reached().keys() <= graph.leading(ends)


def _past(name: str, graph: StateGraph) -> tuple[Way, ...]:
    """Arrows of messages that go at once where this state leads to: one of them may have been meant for it.

    Where the state leads back, it is one of those that leave the state before it.
    """
    ahead = {way.target for way in graph.out[name]}
    past = [
        way
        for source in graph.reached()
        for way in graph.out[source]
        if way.target in ahead and way.source not in (START, way.target) and way.kind == "goes"
    ]
    asked = [way for way in past if isinstance(way.transition.trigger, OnMessage)]
    return tuple([way for way in asked if way.source in ahead] or asked)


def _unreached(state: State | Final, into: list[Way], past: tuple[Way, ...]) -> Finding:
    name = state.sequence or state.name if isinstance(state, State) else state.name
    labels = tuple(
        Label(way.transition.span, f"leads there, but `{way.source}` is not reached either")
        for way in into
    )
    places = (way.transition.target_span for way in past)
    labels += tuple(Label(place, f"instead of `{name}`?") for place in places if place is not None)
    hint = f"lead an arrow to it, `-> {name}`, or take it out"
    if past:
        hint = f"does one of these arrows lead to the wrong state? Lead one to `{name}`, or take it out"
    if len(past) == 1:
        hint = f"does this arrow lead to the wrong state? Lead it to `{name}`, or take `{name}` out"
    return finding(
        PAGE,
        f"no instance ever gets to `{name}`",
        state.span,
        text="no path from `start` leads here",
        labels=labels[:3],
        hint=hint,
    )
