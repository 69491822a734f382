"""Journeys of so many legs, by saga and by slip."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from herosaga.compile import check_paths
from herosaga.emit.python import printed
from herosaga_runtime import Host, SlipStatus
from herosaga_runtime.testing import SeededRandom, VirtualClock

HERE = Path(__file__).resolve().parent
Journey = Callable[[Host, Any, tuple[str, ...]], Awaitable[None]]


def costs(kinds: Sequence[str], size: int, rounds: int) -> dict[str, float]:
    """Microseconds for each leg: the best of some rounds for each kind of journey, which take turns."""
    legs = _compiled()
    found = [{kind: _time(legs, JOURNEYS[kind], size) for kind in kinds} for _ in range(rounds)]
    return {kind: min(each[kind] for each in found) for kind in kinds}


def _compiled() -> Any:
    """The module of `legs.saga`."""
    model = check_paths([HERE / "legs.saga"], HERE).model
    with TemporaryDirectory() as folder:
        Path(folder, "legs_saga.py").write_text(printed(model, "legs.saga"), encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("legs_saga")
        finally:
            sys.path.remove(folder)


def _time(legs: Any, journey: Journey, size: int) -> float:
    begin = process_time()
    asyncio.run(_on_host(legs, journey, size))
    return (process_time() - begin) / size * 1e6


async def _on_host(legs: Any, journey: Journey, size: int) -> None:
    host = Host("memory:", random=SeededRandom(), clock=VirtualClock())
    host.add(legs.Trip)
    host.add(legs.TourItinerary)
    host.add(legs.FanItinerary)
    host.add(legs.LegsService, _Legs(legs))
    host.add(legs.BookActivity, _Booking(legs))
    async with host:
        await journey(host, legs, tuple(map(str, range(size))))


async def _by_saga(host: Host, legs: Any, names: tuple[str, ...]) -> None:
    await host.publish(legs.TripAsked("a trip", names))
    await host.settle()
    trip = await host.find(legs.Trip, "a trip")
    assert trip is not None and trip.state is legs.TripState.BOOKED, trip


async def _by_slip(host: Host, legs: Any, names: tuple[str, ...]) -> None:
    await _completes(host, await host.start(legs.Tour("a trip", names)))


async def _by_fork(host: Host, legs: Any, names: tuple[str, ...]) -> None:
    await _completes(host, await host.start(legs.Fan("a trip", names)))


async def _completes(host: Host, id: str) -> None:
    await host.settle()
    slip = await host.slip(id)
    assert slip is not None and slip.status is SlipStatus.COMPLETED, slip


JOURNEYS: dict[str, Journey] = {"saga": _by_saga, "slip": _by_slip, "fork": _by_fork}


class _Legs:
    """Whoever books legs for sagas."""

    def __init__(self, legs: Any) -> None:
        self._legs = legs

    async def book_leg(self, command: Any, context: object) -> Any:
        return self._legs.LegBooked(command.trip_id, command.leg)

    async def free_leg(self, command: Any, context: object) -> Any:
        return self._legs.LegFreed(command.trip_id, command.leg)


class _Booking:
    """Whoever books legs for slips."""

    def __init__(self, legs: Any) -> None:
        self._legs = legs

    async def execute(self, arguments: Any, context: object) -> Any:
        return self._legs.BookResult(arguments.leg, self._legs.BookLog(arguments.leg))

    async def compensate(self, log: Any, context: object) -> None:
        raise AssertionError("nothing is undone")
