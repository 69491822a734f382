"""For tests: sagas stepped on a time that only the test moves (`SagaTest`), and a clock and chance for whole hosts.

Names are loaded when they are first used: who tests a saga needs no host, and the other way round.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from herosaga_runtime.testing.times import START

if TYPE_CHECKING:
    from herosaga_runtime.testing.clock import SeededRandom, VirtualClock, pass_time
    from herosaga_runtime.testing.coverage import Coverage
    from herosaga_runtime.testing.run import Entry, Unmet
    from herosaga_runtime.testing.saga import SagaTest

_LATER = {
    "Coverage": "coverage",
    "Entry": "run",
    "SagaTest": "saga",
    "SeededRandom": "clock",
    "Unmet": "run",
    "VirtualClock": "clock",
    "pass_time": "clock",
}

__all__ = [
    "START",
    "Coverage",
    "Entry",
    "SagaTest",
    "SeededRandom",
    "Unmet",
    "VirtualClock",
    "pass_time",
]


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
