"""Which message causes which, across services and sagas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from herosaga.graph.members import transitions
from herosaga.graph.outputs import Output, blocks, everything, of_actions, of_handler, undos
from herosaga.graph.words import head, short
from herosaga.model.model import Handler, Meta, Model, OnMessage, Saga, Transition
from herosaga.source import Span

if TYPE_CHECKING:
    from networkx import DiGraph

    EventGraph = DiGraph[int]

Where = Literal["service", "start", "state", "missing"]


@dataclass(frozen=True, slots=True)
class Reaction:
    """A handler or a transition: what it receives, and what it sends because of that.

    `receives` is "" for what time or a failure sets off. `states` are where a transition holds, more
    than one for a group's. `owner` is the id of the service or saga; `node` is what was declared.
    """

    owner: str
    where: Where
    node: Handler | Transition
    receives: str
    outputs: tuple[Output, ...]
    states: tuple[str, ...]
    meta: Meta
    span: Span

    def __str__(self) -> str:
        """As a report calls it: `Payments: handle ChargeCard`, `Order in Charging: on CardDeclined`."""
        owner = short(self.owner)
        if isinstance(self.node, Handler):
            return f"{owner}: {self.node.kind} {short(self.receives)}"
        return f"{owner} in {', '.join(self.states) or self.where}: {head(self.node)}"


@dataclass(frozen=True, slots=True)
class Cause:
    """An edge: what one reaction sends, the other receives. `answer`: it answers the saga's own request."""

    output: Output
    answer: bool


def reactions(model: Model) -> tuple[Reaction, ...]:
    """All reactions of all services and sagas, in source order."""
    services = (
        _handling(handler) for service in model.services.values() for handler in service.handlers
    )
    sagas = (each for saga in model.sagas.values() for each in _moving(saga))
    return (*services, *sagas)


def asked(saga: Saga) -> frozenset[str]:
    """The commands that a saga requests, those that undo among them."""
    return frozenset(
        output.message for output in everything(saga) if output.how in ("requests", "undoes with")
    )


def answers(model: Model, commands: frozenset[str]) -> frozenset[str]:
    """The events by which the handlers of some commands answer."""
    return frozenset(
        event
        for command in commands
        for handler in model.handlers_of(command)
        for event in (*handler.emits, *handler.refuses)
    )


def event_graph(model: Model, nodes: tuple[Reaction, ...]) -> EventGraph:
    """Reactions, by their position in `nodes`; an edge's `cause` is the first message that links two."""
    from networkx import DiGraph

    graph: EventGraph = DiGraph()
    graph.add_nodes_from(range(len(nodes)))
    receivers: dict[str, list[int]] = {}
    for index, node in enumerate(nodes):
        receivers.setdefault(node.receives, []).append(index)
    wanted = {saga.id: asked(saga) for saga in model.sagas.values()}
    for index, node in enumerate(nodes):
        for output in node.outputs:
            for other in receivers.get(output.message, ()):
                answer = node.receives in wanted.get(nodes[other].owner, frozenset())
                if not graph.has_edge(index, other):
                    graph.add_edge(index, other, cause=Cause(output, answer))
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


def _moving(saga: Saga) -> Iterator[Reaction]:
    for each in transitions(saga):
        node = each.transition
        receives = node.trigger.message if isinstance(node.trigger, OnMessage) else ""
        sent = _sent(saga, node)
        yield Reaction(saga.id, each.where, node, receives, sent, each.states, node.meta, node.span)


def _sent(saga: Saga, transition: Transition) -> tuple[Output, ...]:
    """What a transition sends: its own actions, the final that it enters, and the undo that it starts."""
    entered = [final.actions for final in saga.finals if final.name == transition.target]
    own = of_actions((*transition.actions, *(a for actions in entered for a in actions)))
    return (*own, *_undone(saga)) if transition.compensate else own


def _undone(saga: Saga) -> Iterator[Output]:
    """All that compensating may send: which records there are by then, only a run can tell."""
    for each in transitions(saga):
        recorded = blocks(each.transition.actions)
        yield from undos(each.transition.actions)
        for block in saga.compensations:
            if block.name in recorded:
                yield from of_actions(block.actions)
