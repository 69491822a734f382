"""The saga as `python-statemachine` wants it."""

from __future__ import annotations

from statemachine import State, StateMachine


class OrderChart(StateMachine):
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
