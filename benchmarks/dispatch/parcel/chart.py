"""The saga as `python-statemachine` wants it."""

from __future__ import annotations

from statemachine import State, StateMachine


class ParcelChart(StateMachine):
    """The machine of one model."""

    allow_event_without_transition = True
    enable_self_transition_entries = False

    new = State(value="New", initial=True)
    in_transit = State(value="InTransit")
    at_customs = State(value="AtCustoms")
    at_depot = State(value="AtDepot")
    out_for_delivery = State(value="OutForDelivery")
    held = State(value="Held")
    returning = State(value="Returning")
    delivered = State(value="Delivered", final=True)
    sent_back = State(value="Returned", final=True)

    accepted = new.to(in_transit, on="begin")
    scanned = (
        in_transit.to(at_customs, on="stop", cond="is_dutiable")
        | in_transit.to(at_depot, on="pass_by", cond="has_arrived")
        | in_transit.to(in_transit, on="pass_by", internal=True)
    )
    redirected = in_transit.to(in_transit, on="redirect", cond="may_redirect") | at_depot.to(
        in_transit, on="redirect", cond="may_redirect"
    )
    customs_decided = at_customs.to(in_transit, on="pay", cond="is_admitted") | at_customs.to(
        returning, on="book_return"
    )
    van_loaded = at_depot.to(out_for_delivery, on="go_out")
    delivery_failed = out_for_delivery.to(
        at_depot, on="fail", cond="may_try_again"
    ) | out_for_delivery.to(held, on="hold")
    locker_reserved = held.to(held, on="await_collection")
    lockers_full = held.to(returning, on="find_no_locker")
    handed_over = out_for_delivery.to(delivered, on="end") | held.to(delivered, on="end")
    returned = returning.to(sent_back, on="end")
