"""The order, with its contenders."""

from __future__ import annotations

from functools import partial
from typing import Final

from benchmarks.dispatch.by_hand import HandWritten
from benchmarks.dispatch.contender import Subject
from benchmarks.dispatch.generated import Generated, size
from benchmarks.dispatch.in_place import NoLibrary
from benchmarks.dispatch.order import hand
from benchmarks.dispatch.order.chart import OrderChart
from benchmarks.dispatch.order.model import MACHINE
from benchmarks.dispatch.order.scripts import FIELDS, GIVEN_BACK, SCRIPTS
from benchmarks.dispatch.with_statemachine import PythonStateMachine
from benchmarks.dispatch.with_transitions import Transitions
from checkout import orders

ORDER: Final = Subject(
    "order: with heavier actions",
    SCRIPTS,
    (
        # The compensation `refund` requests one command, which the others record at once.
        Generated(orders.OrderFulfilment, FIELDS, {orders.OrderFulfilmentRefund: "RefundCard"}),
        HandWritten(hand.start, hand.step, FIELDS),
        NoLibrary(MACHINE),
        Transitions(MACHINE),
        PythonStateMachine(MACHINE, OrderChart),
    ),
    partial(size, orders.OrderFulfilment, GIVEN_BACK[:4]),
)
"""Measured is one whose card was declined twice: the fullest that the scripts come to."""
