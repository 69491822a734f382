"""A worker that takes its share of slips on a store, until its input ends: `python -m kill.parcels parcels.db`.

It says so whenever something is committed. What a parcel meets on its way depends on its kind alone (`kind`), so that each can be
compared with another of its kind that nobody has killed.
"""

from __future__ import annotations

import asyncio
import importlib
import sqlite3
import sys
from datetime import timedelta
from typing import Any, Final

from herosaga_runtime import ActivityContext, Context, Host
from herosaga_runtime.policy import Policy
from herosaga_runtime.ports import SlipReport

from kill.shop import Speaker, ended

PROGRAM: Final = """
namespace post

activity Take(n: int) -> (weight: int) { log { what: str } }
activity Weigh(n: int) { readonly }
activity Pack(n: int) { log { what: str }  retry 2 times every 10ms }
activity Label(n: int) { log { what: str } }
activity Book(n: int) { log { what: str } }
activity Load(n: int) { log { what: str } }
activity Stamp(n: int, piece: int) { log { what: str } }
activity Bind(n: int) { log { what: str } }
activity Send(n: int) { }

event Arrived { key n: int  weight: int }
event Lost { key n: int }
service Customers { on Arrived  on Lost }

itinerary Parcel(n: int, pieces: list[int]) {
  do Take(n)
  do Weigh(n)
  do Pack(n)
  parallel {
    do Label(n)
    { do Book(n)  do Load(n) }
  }
  parallel for piece in pieces { do Stamp(n, piece) }
  if weight > 4 { do Bind(n) }
  do Send(n) retry 1 times every 20ms
  on completed { publish Arrived(n, event.weight) }
  on faulted { publish Lost(n) }
}
"""
KINDS: Final = 8
RACING: Final = 3
"""The kind of which a branch fails while another is under way: how far that one comes is chance."""
NEVER: Final = {(1, "Send"), (4, "Send"), (RACING, "Book")}
"""What fails for good, by kind."""
TWICE: Final = {(2, "Pack"), (5, "Pack"), (4, "undo Take")}
"""What works at the second attempt."""
LEASE: Final = timedelta(seconds=1)
LOGGED: Final = frozenset(("Take", "Pack", "Label", "Book", "Load", "Stamp", "Bind"))
"""What can be undone."""


def kind(n: int) -> int:
    """Of what kind a parcel is."""
    return n % KINDS


def pieces(n: int) -> tuple[int, ...]:
    """What is stamped of a parcel."""
    return tuple(range(kind(n) % 4))


class Step:
    """Carries out an activity: a line in the store's `effects`, in the transaction that ends the step."""

    def __init__(self, it: Any, name: str) -> None:
        self.it, self.name = it, name

    async def execute(self, arguments: Any, context: ActivityContext) -> Any:
        piece = getattr(arguments, "piece", "")
        await self._do(arguments.n, f"{self.name}{piece}", context)
        log = getattr(self.it, f"{self.name}Log", None)
        if log is None:
            return None
        result = getattr(self.it, f"{self.name}Result")
        given = log(f"{arguments.n}/{self.name}{piece}")
        return result(kind(arguments.n), given) if self.name == "Take" else result(given)

    async def compensate(self, log: Any, context: ActivityContext) -> None:
        number, _, what = log.what.partition("/")
        await self._do(int(number), f"undo {what}", context)

    async def _do(self, n: int, what: str, context: ActivityContext) -> None:
        await context.sleep(0.005)
        if (kind(n), what) in NEVER:
            raise ValueError(f"{what} does not work")
        if (kind(n), what) in TWICE and context.attempt == 1:
            raise ValueError(f"{what} does not work yet")
        await note(context, n, what)


class Customers:
    """They note what they are told."""

    async def on_arrived(self, event: Any, context: Context) -> None:
        await note(context, event.n, f"arrived, {event.weight}")

    async def on_lost(self, event: Any, context: Context) -> None:
        await note(context, event.n, "lost")


async def note(context: Context, n: int, what: str) -> None:
    """Write down what is done for a message. Nothing but the runtime keeps it from being written twice."""
    connection: sqlite3.Connection = await context.transaction()
    connection.execute("INSERT INTO effects VALUES (?, ?, ?)", (context.message_id, n, what))


class Talker(Speaker):
    """Says of slips what has happened to which."""

    def slip(self, report: SlipReport) -> None:
        print(report.happened, report.slip, report.activity, flush=True)


def host_on(path: str) -> Host:
    """A host with everything that parcels need."""
    retry, speaker = Policy(None, 3, timedelta(milliseconds=10)), Talker()
    host = Host(f"sqlite:///{path}", lease=LEASE, concurrency=6, retry=retry, observer=speaker)
    it = importlib.import_module("post.post")
    host.add(it.ParcelItinerary)
    for name in (*LOGGED, "Weigh", "Send"):
        host.add(getattr(it, f"{name}Activity"), Step(it, name))
    host.add(it.CustomersService, Customers())
    return host


async def main(path: str) -> None:
    """Work until nobody feeds this process any more and all slips have ended."""
    loop = asyncio.get_running_loop()
    async with host_on(path) as host:
        print("at work", flush=True)
        await loop.run_in_executor(None, sys.stdin.read)
        await ended(host)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
