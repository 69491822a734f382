"""One trip of so many legs, as bare steps and on a host."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from herosaga.compile import check_paths
from herosaga.emit.python import printed
from herosaga_runtime import Host
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.step import start, step
from herosaga_runtime.testing import START, SeededRandom, VirtualClock

ID = "a trip"
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer costs where so many are awaited, in microseconds."""

    size: int
    steps: float
    host: float


def costs(sizes: Sequence[int], rounds: int = 2) -> list[Cost]:
    """The best of some rounds for each size, which take turns."""
    trips = _compiled()
    for run in (_steps, _host):
        _time(run, trips, sizes[0])  # Python fits its code to what it does
    turns = [
        [(_time(_steps, trips, size), _time(_host, trips, size)) for size in sizes]
        for _ in range(rounds)
    ]
    return [
        Cost(size, min(steps for steps, _ in found), min(host for _, host in found))
        for size, found in zip(sizes, zip(*turns, strict=True), strict=True)
    ]


def _compiled() -> Any:
    """The module of `trips.saga`."""
    model = check_paths([HERE / "trips.saga"], HERE).model
    with TemporaryDirectory() as folder:
        Path(folder, "trips_saga.py").write_text(printed(model, "trips.saga"), encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("trips_saga")
        finally:
            sys.path.remove(folder)


def _time(run: Callable[[Any, int], None], trips: Any, size: int) -> float:
    begin = process_time()
    run(trips, size)
    return (process_time() - begin) / size * 1e6


def _asked(trips: Any, size: int) -> Any:
    return trips.TripAsked(ID, tuple(map(str, range(size))))


def _steps(trips: Any, size: int) -> None:
    decision = start(trips.Trip, Envelope("asked", _asked(trips, size), START, "asked"), START)
    instance = decision.instance
    assert instance is not None
    for each in decision.sent:
        message = trips.LegBooked(ID, each.message.leg)  # type: ignore[attr-defined]
        answers = instance.origin.ref(each.number)
        envelope = Envelope(f"answer {each.number}", message, START, "asked", answers=answers)
        instance = step(trips.Trip, instance, envelope, START).instance
        assert instance is not None
    assert instance.state is trips.TripState.BOOKED


def _host(trips: Any, size: int) -> None:
    asyncio.run(_on_host(trips, size))


async def _on_host(trips: Any, size: int) -> None:
    host = Host("memory:", random=SeededRandom(), clock=VirtualClock())
    host.add(trips.Trip)
    host.add(trips.LegsService, _Legs(trips))
    host.add(trips.TravellersService, _Travellers())
    async with host:
        await host.publish(_asked(trips, size))
        await host.settle()
        trip = await host.find(trips.Trip, ID)
        assert trip is not None and trip.state is trips.TripState.BOOKED, trip


class _Legs:
    """Whoever has legs."""

    def __init__(self, trips: Any) -> None:
        self._trips = trips

    async def book_leg(self, command: Any, context: object) -> Any:
        return self._trips.LegBooked(command.trip_id, command.leg)

    async def free_leg(self, command: Any, context: object) -> Any:
        return self._trips.LegFreed(command.trip_id, command.leg)


class _Travellers:
    """They are glad."""

    async def on_trip_booked(self, event: Any, context: object) -> None:
        pass
