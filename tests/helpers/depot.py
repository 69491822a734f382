"""A store with something of everything: instances that wait, are stuck, have ended; slips in every condition; a late flow."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from herosaga_runtime import Context, Host
from herosaga_runtime.policy import Policy
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time
from herosaga_runtime.testing.times import START

from helpers.projects import loaded

PROGRAM = """
namespace depot

extern event Ordered { key id: str, weight: int, gift: bool }
event Noted { key id: str }
event Booked { key id: str }
event Shipped { key id: str }
extern event Asked { key id: str }
extern event Dropped { key id: str }
extern event Settled { key id: str }
extern event Stopped { key id: str }
command Hold { key id: str }
event Held { key id: str }
command Release { key id: str }
event Released { key id: str }

service Desk { on Ordered emits Noted }
service Ledger { on Noted emits Booked }
service Bank {
  handle Hold emits Held undone by Release
  handle Release emits Released
}

activity Pack(id: str) -> (box: str) { log { box: str } }
activity Wrap(id: str) { log { ribbon: str } }
activity Choose(id: str) { readonly  revises Courier }
activity Courier(id: str) { log { rider: str } }
activity Post(id: str) { log { stamp: str } }
activity Van(id: str) { log { plate: str }  retry 2 times every 10m }
activity Label(id: str) { readonly }
activity Invoice(id: str) { log { number: str } }
activity Leave(id: str) { irreversible }

itinerary Trip(id: str, weight: int, gift: bool) {
  do Pack(id)
  if gift { do Wrap(id) }
  if weight > 30 {
    do Van(id)
  } else {
    do Choose(id)
    do Post(id)
  }
  parallel {
    do Label(id)
    do Invoice(id)
  }
  do Leave(id)
  on completed { publish Shipped(id) }
}

saga Delivery by id: str {
  start { on Ordered -> Going { run Trip(id, event.weight, event.gift) compensable } }
  state Going {
    on Trip.completed -> There
    on Trip.faulted -> Here
    on Stopped compensate -> Here
  }
  final There
  final Here failed
}

saga Deposit by id: str {
  data { tries: int = 0 }
  start { on Asked -> Holding { request Hold(id) within 5m compensable } }
  state Holding {
    on Held -> Waiting
    on failure of Hold -> Lost
  }
  state Waiting {
    on Settled -> Paid
    on Dropped compensate -> Back
    after 2d compensate -> Back
  }
  final Paid
  final Back failed
  final Lost failed
}

flow Books { Ordered -> Noted -> Booked  within 1h }
"""

PROJECT = '[tool.herosaga]\nsources = ["."]\noutput = "."\napp = "depot_world:build"\n'

WORLD = '''
from herosaga_runtime import Host

from depot import goods as depot


class Anybody:
    """Does whatever is asked, or what it was told to do instead."""

    acts = {}

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        async def do(message, context):
            return await self.acts[name](message, context)

        return do


class Carrier:
    def __init__(self, name):
        self.name = name

    async def execute(self, arguments, context):
        return await Anybody.acts[self.name](arguments, context)

    async def compensate(self, log, context):
        return await Anybody.acts["un" + self.name](log, context)


def build(host: Host) -> None:
    host.add(depot.Delivery)
    host.add(depot.Deposit)
    host.add(depot.TripItinerary)
    host.add(depot.Books)
    for service in (depot.DeskService, depot.LedgerService, depot.BankService):
        host.add(service, Anybody())
    for name in ("Pack", "Wrap", "Choose", "Courier", "Post", "Van", "Label", "Invoice", "Leave"):
        host.add(getattr(depot, name + "Activity"), Carrier(name))
'''


def acts(it: ModuleType, wrapping: asyncio.Event) -> dict[str, Callable[..., Any]]:
    """What everybody does: some fail for good where the id says so, and one never ends `wrapping`."""

    def giving(make: Callable[[Any], Any], fails: str = "") -> Callable[..., Any]:
        async def act(message: Any, context: Any) -> Any:
            if fails and message.id == fails:
                raise ConnectionError(f"no {type(message).__name__.lower()} today")
            return make(message)

        return act

    async def undone(log: Any, context: Any) -> None:
        return None

    async def unpack(log: Any, context: Any) -> None:
        if log.box == "box of parked":
            raise ConnectionError("the box can't be opened")

    async def choose(arguments: Any, context: Any) -> Any:
        revision = it.Revision[it.Courier]()
        if arguments.id == "express":
            revision = revision.insert(it.Courier(arguments.id)).drop(it.Post)
        return it.ChooseResult(revision=revision)

    async def wrap(arguments: Any, context: Any) -> Any:
        if arguments.id == "busy":
            await context.progress("half of the ribbon")
            wrapping.set()
            await asyncio.Event().wait()
        return it.WrapResult(log=it.WrapLog(ribbon="red"))

    async def release(command: Any, context: Context) -> Any:
        raise ConnectionError("the bank is closed")

    return {
        "on_ordered": giving(lambda e: it.Noted(e.id)),
        "on_noted": giving(lambda e: it.Booked(e.id), "express"),
        "hold": giving(lambda e: it.Held(e.id)),
        "release": release,
        "Pack": giving(lambda a: it.PackResult(box="box", log=it.PackLog(box=f"box of {a.id}"))),
        "unPack": unpack,
        "Wrap": wrap,
        "Choose": choose,
        "Courier": giving(lambda a: it.CourierResult(log=it.CourierLog(rider="Ann"))),
        "Post": giving(lambda a: it.PostResult(log=it.PostLog(stamp="blue")), "parked"),
        "Van": giving(lambda a: it.VanResult(log=it.VanLog(plate="HS-1")), "heavy"),
        "Label": giving(lambda a: None),
        "Invoice": giving(lambda a: it.InvoiceResult(log=it.InvoiceLog(number="7"))),
        "Leave": giving(lambda a: None),
        **{f"un{name}": undone for name in ("Wrap", "Courier", "Post", "Van", "Invoice")},
    }


def project(folder: Path) -> None:
    """The project's files."""
    files = {"goods.saga": PROGRAM, "depot_world.py": WORLD, "pyproject.toml": PROJECT}
    for name, text in files.items():
        (folder / name).write_text(text)


@contextmanager
def stands(folder: Path) -> Iterator[None]:
    """The project with its store in a folder, its modules importable while this lasts."""
    project(folder)
    path = list(sys.path)
    with loaded({"goods.saga": PROGRAM}, folder, "depot.goods"):
        asyncio.run(asyncio.wait_for(played(folder, VirtualClock()), 30))
        yield
    sys.path[:] = path


def later() -> datetime:
    """When everybody looks."""
    return START + timedelta(hours=2)


ORDERS = {"plain": (5, False), "express": (5, True), "heavy": (40, False), "parked": (5, False)}


async def played(folder: Path, clock: VirtualClock) -> None:
    """Let six minutes pass in the depot, and stop in the middle."""
    world: Any = importlib.import_module("depot_world")
    it = sys.modules["depot.goods"]
    wrapping = asyncio.Event()
    world.Anybody.acts = acts(it, wrapping)
    url, random = f"sqlite:///{folder / 'depot.db'}", SeededRandom()
    host = Host(url, clock=clock, random=random, retry=Policy(None, 1), grace=0.0)
    world.build(host)
    async with host:
        for id, (weight, gift) in ORDERS.items():
            await host.publish(it.Ordered(id, weight, gift), id=f"order {id}")
            await pass_time(host, clock, timedelta(seconds=10))
        for id in ("patient", "stuck"):
            await host.publish(it.Asked(id), id=f"asked {id}")
            await pass_time(host, clock, timedelta(seconds=10))
        await host.publish(it.Dropped("stuck"), id="dropped")
        await pass_time(host, clock, timedelta(minutes=5))
        await host.publish(it.Ordered("busy", 1, True), id="order busy")
        await wrapping.wait()
