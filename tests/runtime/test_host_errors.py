"""Errors of a saga's own expressions and `extern` functions on a host: what fails is put aside, and the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from herosaga_runtime import Context, Host, UsageError
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time

from helpers.projects import loaded

PROGRAM = """
namespace bay

event Docked { key ship: int  days: int = 1 }
event Left { key ship: int }
extern event Billed { key ship: int  fee: decimal }
command Berth { key ship: int }
event Berthed { key ship: int }
command Unberth { key ship: int }
event Unberthed { key ship: int }
command Sweep { key ship: int }
event Swept { key ship: int }
extern rate(ship: int) -> decimal

service Harbour {
  handle Berth emits Berthed undone by Unberth
  handle Unberth emits Unberthed
  handle Sweep emits Swept readonly
}

saga Stay by ship: int {
  data { days: int = 1 }
  timer rent
  compensation bill(days: int) {
    retry 1 times every 1h
    publish Billed(ship, fee = rate(ship) / days)
    request Unberth(ship)
  }
  start { on Docked(days) -> Berthing { request Berth(ship) compensable by bill(days = event.days) } }
  state Berthing { on Berthed -> Waiting { KIND } }
  state Waiting {
    on Left compensate -> Gone
    DELAY
    on rent, Swept
    on timeout of Sweep
  }
  final Gone
}
"""
LONG = {
    "after": ("", "after 1d * days -> Gone"),
    "every": ("", "every 1d * days { set days -= 0 }"),
    "timer": ("arm rent for 1d * days", ""),
    "request": ("request Sweep(ship) within 1d * days", ""),
}


class Harbour:
    """Does what is asked."""

    def __init__(self, bay: Any) -> None:
        self._bay = bay

    async def berth(self, message: Any, context: Context) -> Any:
        return self._bay.Berthed(message.ship)

    async def unberth(self, message: Any, context: Context) -> Any:
        return self._bay.Unberthed(message.ship)

    async def sweep(self, message: Any, context: Context) -> Any:
        return self._bay.Swept(message.ship)


class Rates:
    """What a day costs; the list is not to be had for the ships in `lost`."""

    def __init__(self) -> None:
        self.lost = {1}

    def rate(self, ship: int) -> Any:
        if ship in self.lost:
            raise OSError("no list \udcff")
        return 6


class Outside:
    """Takes what leaves the host."""

    async def send(self, envelope: str) -> None:
        assert "bay.Billed" in envelope


Script = Callable[[Host, Any, VirtualClock, Rates], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Plays a script on a host with the compiled saga."""

    def played(script: Script, kind: str = "", delay: str = "") -> None:
        text = PROGRAM.replace("KIND", kind).replace("DELAY", delay)
        with loaded({"bay.saga": text}, tmp_path, "bay.bay") as (bay,):
            asyncio.run(run(bay, script))

    async def run(bay: Any, script: Script) -> None:
        clock, rates = VirtualClock(), Rates()
        host = Host("memory:", clock=clock, random=SeededRandom(), transport=Outside())
        host.add(bay.Stay, rates)
        host.add(bay.HarbourService, Harbour(bay))
        async with host:
            await script(host, bay, clock, rates)

    yield played


@pytest.mark.parametrize("kind", LONG)
def test_a_time_after_the_end_of_times_fails_its_step_alone(
    kind: str, play: Callable[..., None]
) -> None:
    async def script(host: Host, bay: Any, clock: VirtualClock, rates: Rates) -> None:
        past = (
            -9_999_999 if kind != "every" else 1
        )  # that `every` needs a time that passes is said elsewhere
        for ship, days in ((1, 9_999_999), (2, 3), (3, past)):
            await bay.Stay.start(host, bay.Docked(ship, days))
        await pass_time(host, clock, timedelta(minutes=10))
        (letter,) = await host.dead_letters()
        assert letter.reason == (
            "OverflowError: 9999999 days, 0:00:00 from now is after the last time there is"
        )
        found = {each.key: str(each.state) for each in await host.instances(bay.Stay)}
        assert found["1"] == "Berthing"
        assert found["2"] == "Waiting"
        assert found["3"] == ("Gone" if kind == "after" else "Waiting")

    play(script, *LONG[kind])


def test_a_body_whose_function_fails_is_a_failed_try(play: Callable[..., None]) -> None:
    """The error is in the history, in a form that a store takes; an operator can begin it again when it is mended."""

    async def script(host: Host, bay: Any, clock: VirtualClock, rates: Rates) -> None:
        why = "bay.Stay.bill: OSError: no list \\udcff"
        await bay.Stay.start(host, bay.Docked(1))
        await host.settle()
        await host.publish(bay.Left(1))
        await host.settle()
        stay = await host.find(bay.Stay, 1)
        assert stay is not None
        assert (str(stay.state), stay.history[-1].reason) == ("Compensating", why)
        await pass_time(host, clock, timedelta(hours=1))
        stay = await host.find(bay.Stay, 1)
        assert stay is not None and stay.stuck == f"undo failed: {why}"
        assert await host.dead_letters() == ()
        rates.lost.clear()
        await host.retry(bay.Stay, 1, "the list is back")
        await host.settle()
        stay = await host.find(bay.Stay, 1)
        assert stay is not None and str(stay.outcome) == "compensated"

    play(script)


def test_what_a_compiled_saga_or_service_needs_is_asked_for_when_it_is_added(
    tmp_path: Path,
) -> None:
    with loaded(
        {"bay.saga": PROGRAM.replace("KIND", "").replace("DELAY", "")}, tmp_path, "bay.bay"
    ) as (bay,):
        host = Host("memory:")
        for given in ((), (object(),)):
            with pytest.raises(UsageError, match="rate"):
                host.add(bay.Stay, *given)
        for given in ((), (object(),)):
            with pytest.raises(UsageError, match="berth"):
                host.add(bay.HarbourService, *given)
