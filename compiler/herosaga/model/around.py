"""What a saga's actions and triggers can name beside data."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.model import model as m
from herosaga.model.world import Shape
from msgspec import Struct


class Around(Struct, frozen=True):
    """The project's policies, the declared undo and the handler of each command; a saga's compensations and timers.

    `serves` is what the saga promises to whom it serves; `answers` is whether a command starts it, so
    that there is somebody to reply to. `states` are the names of the saga's states, which an `on` may take
    for messages.
    """

    policies: Mapping[str, m.PolicyDecl]
    undos: Mapping[str, str]
    compensations: Mapping[str, Shape]
    handlers: Mapping[str, m.Handler] = {}
    timers: frozenset[str] = frozenset()
    serves: m.Handler | None = None
    answers: bool = False
    states: frozenset[str] = frozenset()
