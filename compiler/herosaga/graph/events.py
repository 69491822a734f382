"""Which message causes which, across services, sagas and itineraries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from herosaga.graph.members import Placed, bodies, transitions
from herosaga.graph.outputs import (
    Output,
    blocks,
    everything,
    of_actions,
    of_handler,
    of_itinerary,
    undos,
)
from herosaga.graph.words import head, short
from herosaga.model.model import (
    Action,
    Handler,
    Itinerary,
    Meta,
    Model,
    OnAll,
    OnMessage,
    OnOutcome,
    Saga,
    State,
    Transition,
)
from herosaga.source import Span
from msgspec import Struct

Where = Literal["service", "itinerary", "start", "state", "missing"]


class Reaction(Struct, frozen=True):
    """A handler, a transition or an itinerary: what it receives, and what it sends because of that.

    `receives` is "" for what time or a failure sets off; an itinerary receives its own id, whoever waits for
    its end that outcome. `states` are where a transition holds, more than one for a group's. `owner` is the
    id of the service, saga or itinerary; `node` is what was declared.
    """

    owner: str
    where: Where
    node: Handler | Transition | Itinerary
    receives: str
    outputs: tuple[Output, ...]
    states: tuple[str, ...]
    meta: Meta
    span: Span

    def __str__(self) -> str:
        """As a report calls it: `Payments: handle ChargeCard`, `Order in Charging: on CardDeclined`."""
        owner = short(self.owner)
        match self.node:
            case Handler(kind=kind):
                return f"{owner}: {kind} {short(self.receives)}"
            case Itinerary():
                return f"itinerary {owner}"
            case Transition() as transition:
                return f"{owner} in {', '.join(self.states) or self.where}: {head(transition)}"


class Cause(Struct, frozen=True):
    """An edge: what one reaction sends, the other receives. `answer`: it answers the saga's own request."""

    output: Output
    answer: bool


def reactions(model: Model) -> tuple[Reaction, ...]:
    """All reactions of all services, sagas and itineraries, in source order of each kind."""
    services = (
        _handling(handler) for service in model.services.values() for handler in service.handlers
    )
    sagas = (each for saga in model.sagas.values() for each in _moving(saga))
    slips = (_travelling(each) for each in model.itineraries.values())
    return (*services, *sagas, *slips)


def asked(saga: Saga) -> frozenset[str]:
    """The commands that a saga requests, those that undo among them."""
    return frozenset(
        output.message for output in everything(saga) if output.how in ("requests", "undoes with")
    )


def answers(handlers: Mapping[str, tuple[Handler, ...]], commands: Iterable[str]) -> frozenset[str]:
    """The events by which the handlers of some commands answer."""
    return frozenset(
        event
        for command in commands
        for handler in handlers.get(command, ())
        for event in (*handler.emits, *handler.refuses)
    )


EventGraph = Mapping[int, Mapping[int, Cause]]
"""Which reactions each one sets off, by their positions, and by which message first."""


def event_graph(model: Model, nodes: tuple[Reaction, ...]) -> EventGraph:
    """The edges between the reactions of a model."""
    graph: dict[int, dict[int, Cause]] = {index: {} for index in range(len(nodes))}
    receivers: dict[str, list[int]] = {}
    for index, node in enumerate(nodes):
        receivers.setdefault(node.receives, []).append(index)
    wanted = {saga.id: asked(saga) for saga in model.sagas.values()}
    for index, node in enumerate(nodes):
        first: dict[str, Output] = {}
        for output in node.outputs:
            first.setdefault(output.message, output)
        for output in first.values():
            for other in receivers.get(output.message, ()):
                answer = node.receives in wanted.get(nodes[other].owner, frozenset())
                graph[index].setdefault(other, Cause(output, answer))
    return graph


def _handling(handler: Handler) -> Reaction:
    return Reaction(
        handler.service,
        "service",
        handler,
        handler.message,
        of_handler(handler),
        (),
        handler.meta,
        handler.span,
    )


def _travelling(itinerary: Itinerary) -> Reaction:
    return Reaction(
        itinerary.id,
        "itinerary",
        itinerary,
        itinerary.id,
        of_itinerary(itinerary),
        (),
        itinerary.meta,
        itinerary.span,
    )


# --- sagas -------------------------------------------------------------------------------------


def _moving(saga: Saga) -> Iterator[Reaction]:
    """One for each message that a transition waits for; one for what else sets it off."""
    around = _Around(
        {state.name: state for state in saga.states},
        {final.name: final.actions for final in saga.finals},
        tuple(dict.fromkeys(_undone(saga))),
    )
    for each in transitions(saga):
        node, sent = each.transition, around.sent(each)
        for message in _received(node):
            yield Reaction(
                saga.id, each.where, node, message, sent, each.states, node.meta, node.span
            )


def _received(transition: Transition) -> tuple[str, ...]:
    match transition.trigger:
        case OnMessage(message=message):
            return (message,)
        case OnAll(messages=messages):
            return messages
        case OnOutcome(of=of, outcome=outcome) if outcome != "done":
            return (f"{of}.{outcome}",)
    return ("",)


class _Around(Struct, frozen=True):
    """What a saga's transitions lead into: its states, its finals' actions, and all that undo sends."""

    states: Mapping[str, State]
    finals: Mapping[str, tuple[Action, ...]]
    undone: tuple[Output, ...]

    def sent(self, placed: Placed) -> tuple[Output, ...]:
        """What a transition sends: with what is left and entered, and the undo that it starts."""
        transition = placed.transition
        if transition.target is None:
            return of_actions(transition.actions)
        left = (a for name in placed.states for a in self._left(name))
        entered = (a for name in self._through(transition.target) for a in self._entered(name))
        own = of_actions((*left, *transition.actions, *entered))
        return (*own, *self.undone) if transition.compensate else own

    def _left(self, name: str) -> tuple[Action, ...]:
        return self.states[name].exit if name in self.states else ()

    def _entered(self, name: str) -> Iterator[Action]:
        """What is done on entering, and, where nothing is waited for, on going on."""
        yield from self.finals.get(name, ())
        if name in self.states:
            state = self.states[name]
            yield from state.entry
            if state.passing:
                for each in state.members:
                    if isinstance(each, Transition):
                        yield from each.actions

    def _through(self, name: str) -> tuple[str, ...]:
        """The state that is entered, and those that may be entered after it in the same step."""
        found = {name: None}
        queue = [name]
        for each in queue:
            state = self.states.get(each)
            if state is None or not state.passing:
                continue
            for member in state.members:
                goal = member.target if isinstance(member, Transition) else None
                if goal is not None and goal not in found:
                    found[goal] = None
                    queue.append(goal)
        return tuple(found)


def _undone(saga: Saga) -> Iterator[Output]:
    """All that compensating may send: which records there are by then, only a run can tell."""
    recorded: set[str] = set()
    for body in bodies(saga):
        yield from undos(body)
        recorded |= blocks(body)
    for block in saga.compensations:
        if block.name in recorded:
            yield from of_actions(block.actions)
