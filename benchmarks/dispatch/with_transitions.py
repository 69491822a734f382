"""The saga on `transitions`, in its fastest configuration.

One machine serves all models, without a queue, nested states, automatic transitions or event objects; callbacks are
named and found on the model. Its log is silenced: it would else write a warning for each message that is ignored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from transitions import Machine

if TYPE_CHECKING:
    from transitions.core import TransitionConfig

from benchmarks.dispatch.model import OrderModel, drive, views
from benchmarks.dispatch.scripts import ORDER, Script, View

_STATES: Sequence[str | dict[str, str]] = (
    "New",
    "Reserving",
    "Charging",
    "Shipping",
    "Compensating",
    "Completed",
    "Rejected",
    "Cancelled",
)


def _on(trigger: str, source: str, dest: str, do: str, when: str | None = None) -> TransitionConfig:
    conditions = [] if when is None else [when]
    return {
        "trigger": trigger,
        "source": source,
        "dest": dest,
        "before": do,
        "conditions": conditions,
    }


_TRANSITIONS: Sequence[TransitionConfig] = (
    _on("order_placed", "New", "Reserving", "begin"),
    _on("items_reserved", "Reserving", "Charging", "charge"),
    _on("items_rejected", "Reserving", "Rejected", "end"),
    _on("cancel_order", "Reserving", "Compensating", "give_back"),
    _on("card_charged", "Charging", "Shipping", "ship"),
    _on("card_declined", "Charging", "Charging", "charge_again", when="may_charge_again"),
    _on("card_declined", "Charging", "Compensating", "refused"),
    _on("cancel_order", "Charging", "Compensating", "give_back"),
    _on("order_shipped", "Shipping", "Completed", "end"),
    _on("items_released", "Compensating", "Compensating", "undo_next", when="more_to_undo"),
    _on("items_released", "Compensating", "Cancelled", "cancel"),
    _on("card_refunded", "Compensating", "Compensating", "undo_next", when="more_to_undo"),
    _on("card_refunded", "Compensating", "Cancelled", "cancel"),
)


def _models(count: int) -> list[OrderModel]:
    logging.getLogger("transitions").setLevel(logging.ERROR)
    models = [OrderModel(ORDER) for _ in range(count)]
    Machine(
        models,
        states=_STATES,
        transitions=_TRANSITIONS,
        initial="New",
        auto_transitions=False,
        ignore_invalid_triggers=True,
    )
    return models


class Transitions:
    """The contender on `transitions`."""

    name = "transitions"

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        models = _models(count)
        return lambda: drive(models, script)

    def views(self, script: Script) -> Iterator[View]:
        (model,) = _models(1)
        return views(model, model, script)
