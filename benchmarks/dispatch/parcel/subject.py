"""The parcel, with its contenders."""

from __future__ import annotations

from functools import partial
from typing import Final

from benchmarks.dispatch.by_hand import HandWritten
from benchmarks.dispatch.contender import Subject
from benchmarks.dispatch.generated import Generated, size
from benchmarks.dispatch.in_place import NoLibrary
from benchmarks.dispatch.parcel import hand, parcel
from benchmarks.dispatch.parcel.chart import ParcelChart
from benchmarks.dispatch.parcel.model import MACHINE
from benchmarks.dispatch.parcel.scripts import COLLECTED, FIELDS, SCRIPTS
from benchmarks.dispatch.with_statemachine import PythonStateMachine
from benchmarks.dispatch.with_transitions import Transitions

PARCEL: Final = Subject(
    "parcel: dispatch",
    SCRIPTS,
    (
        Generated(parcel.Delivery, FIELDS),
        HandWritten(hand.start, hand.step, FIELDS),
        NoLibrary(MACHINE),
        Transitions(MACHINE),
        PythonStateMachine(MACHINE, ParcelChart),
    ),
    partial(size, parcel.Delivery, COLLECTED[:14]),
)
"""Measured is one whose locker is requested: the fullest that the scripts come to."""
