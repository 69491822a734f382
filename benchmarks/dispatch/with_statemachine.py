"""The saga on `python-statemachine`, in its fastest configuration.

`StateMachine` rather than `StateChart`: no statechart semantics, no errors as events. Callbacks are found on the model, and
take the two arguments that the event is called with. An event without a transition is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from statemachine import State, StateMachine

from benchmarks.dispatch.model import OrderModel, drive, views
from benchmarks.dispatch.scripts import ORDER, Script, View


class OrderMachine(StateMachine):
    """The machine of one model."""

    allow_event_without_transition = True
    enable_self_transition_entries = False

    new = State(value="New", initial=True)
    reserving = State(value="Reserving")
    charging = State(value="Charging")
    shipping = State(value="Shipping")
    compensating = State(value="Compensating")
    completed = State(value="Completed", final=True)
    rejected = State(value="Rejected", final=True)
    cancelled = State(value="Cancelled", final=True)

    order_placed = new.to(reserving, on="begin")
    items_reserved = reserving.to(charging, on="charge")
    items_rejected = reserving.to(rejected, on="end")
    cancel_order = reserving.to(compensating, on="give_back") | charging.to(
        compensating, on="give_back"
    )
    card_charged = charging.to(shipping, on="ship")
    card_declined = charging.to(charging, on="charge_again", cond="may_charge_again") | charging.to(
        compensating, on="refused"
    )
    order_shipped = shipping.to(completed, on="end")
    items_released = compensating.to(
        compensating, on="undo_next", cond="more_to_undo"
    ) | compensating.to(cancelled, on="cancel")
    card_refunded = compensating.to(
        compensating, on="undo_next", cond="more_to_undo"
    ) | compensating.to(cancelled, on="cancel")


class PythonStateMachine:
    """The contender on `python-statemachine`."""

    name = "python-statemachine"

    def prepare(self, count: int, script: Script) -> Callable[[], None]:
        machines = [OrderMachine(OrderModel(ORDER)) for _ in range(count)]
        return lambda: drive(machines, script)

    def views(self, script: Script) -> Iterator[View]:
        model = OrderModel(ORDER)
        return views(OrderMachine(model), model, script)
