"""What the flow rules walk over, made once for all of them."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.graph.events import EventGraph, Reaction, event_graph, reactions
from herosaga.graph.requests import Requests, requests
from herosaga.graph.states import StateGraph, state_graph
from herosaga.model.model import Handler, Model
from msgspec import Struct


class Graphs(Struct, frozen=True):
    """The state graph of each saga, by its id; all reactions, and the graph of their positions.

    `handlers` are those of each message, `requests` what becomes of each saga's requests.
    """

    states: Mapping[str, StateGraph]
    reactions: tuple[Reaction, ...]
    events: EventGraph
    handlers: Mapping[str, tuple[Handler, ...]]
    requests: Mapping[str, Requests]


def graphs(model: Model) -> Graphs:
    """All graphs of a model."""
    nodes = reactions(model)
    states = {saga.id: state_graph(saga) for saga in model.sagas.values()}
    lives = {saga.id: requests(saga, model.by_message) for saga in model.sagas.values()}
    return Graphs(states, nodes, event_graph(model, nodes), model.by_message, lives)
