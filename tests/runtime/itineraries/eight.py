"""Slips of eight steps on a host: what each step does is up to a test, and a process may die with a copy of the store left.

A `World` outlives its hosts. It counts what is begun and undone, as the world outside the store would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from herosaga_runtime import Host, SlipView
from herosaga_runtime.itineraries.home import Home
from herosaga_runtime.itineraries.keeping import read_home
from herosaga_runtime.policy import Policy
from herosaga_runtime.ports import Random
from herosaga_runtime.sqlite import SqliteStore
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time

from helpers.projects import loaded

STEPS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")
LOGGED = frozenset(("One", "Two", "Five", "Six", "Eight"))
"""Those that can be undone."""
OWN_TRIES = {"Two": 3, "Six": 2}
"""How often those are tried that have a policy themselves."""
TRIES = 3
"""How often each step of `Tried` and `Pointed` is tried."""

_ACTIVITIES = """
namespace eight

activity One(n: int) { log { mark: str } }
activity Two(n: int) -> (two: int) { log { mark: str }  retry 2 times every 1s }
activity Three(n: int) { }
activity Four(n: int) -> (four: int) { readonly }
activity Five(n: int) -> (five: int) { log { mark: str } }
activity Six(n: int) { log { mark: str }  within 10s retry 1 times every 1s }
activity Seven(n: int) -> (seven: int) { readonly }
activity Eight(n: int) -> (eight: int) { log { mark: str } }
activity Point(n: int) -> (point: int) { irreversible }

event Told { key id: str  text: str }
service Ears { on Told }
"""
_SAGA = """
event Go{name} {{ key id: str  spoilt: int = 0 }}
event Stop{name} {{ key id: str }}
saga Run{name} by id: str {{
  data {{ why: str = "" }}
  start {{ on Go{name} -> Away {{ run {name}(id, spoilt = event.spoilt) compensable }} }}
  state Away {{
    on {name}.completed -> There
    on {name}.faulted -> Failed {{ set why = event.reason }}
    {more}
    on Stop{name} compensate -> Back
  }}
  state There {{ on Stop{name} compensate -> Back }}
  final Failed failed
  final Turned
  final Back
}}
"""
_TRIED = "within 10s retry 2 times every 1s"


def _do(name: str, position: int, policy: str = "") -> str:
    """A step whose argument is its position, and can't be had where that is `spoilt`."""
    return f"do {name}(n = {position} + {position} % (spoilt - {position})) {policy}"


def _itinerary(name: str, stages: list[str], ends: str = "") -> str:
    return f"itinerary {name}(id: str, spoilt: int) {{ {' '.join(stages)} {ends} }}\n"


def _text() -> str:
    linear = list(enumerate(STEPS, 1))
    tried = [_do(name, at, _TRIED) for at, name in linear]
    one, two, three, _, five, six, seven, eight = tried
    pair = f"parallel {{ {three} {five} }}"
    pointed = [one, two, pair, _do("Point", 4, _TRIED), six, seven, eight]
    telling = "on completed { publish Told(id, text = str(9 % (spoilt - 9))) }"
    plain = [_do(name, at) for at, name in linear]
    return "".join(
        (
            _ACTIVITIES,
            _itinerary("Plain", plain),
            _itinerary("Tried", tried),
            _itinerary("Pointed", pointed),
            _itinerary("Telling", plain[:2], telling),
            _SAGA.format(name="Plain", more="on Plain.compensated -> Turned"),
            *(_SAGA.format(name=each, more="") for each in ("Tried", "Pointed", "Telling")),
        )
    )


POINTED = ("One", "Two", "Three", "Five", "Point", "Six", "Seven", "Eight")
"""The steps of `Pointed`: the third and the fourth are a pair, the fifth can't be undone."""


@cache
def module() -> Any:
    """The compiled program."""
    with TemporaryDirectory() as folder, _module(Path(folder)) as found:
        return found


@contextmanager
def _module(root: Path) -> Iterator[Any]:
    with loaded({"eight.saga": _text()}, root, "eight.eight") as (found,):
        yield found


class Kept(SqliteStore):
    """A store in memory that begins with what another has left."""

    def __init__(self, chance: Random, left: bytes | None) -> None:
        super().__init__(":memory:", chance)
        self.left = left

    async def open(self, make: bool = True) -> None:
        await super().open(make)
        if self.left is not None:
            self._connection.deserialize(self.left)

    async def close(self) -> None:
        self.left = self.copy()
        await super().close()

    def copy(self) -> bytes:
        """All that is committed."""
        assert not self._connection.in_transaction
        return self._connection.serialize()


Act = Callable[["World", str, Any], Awaitable[Any]]
"""What an activity does instead of its work: it gets the world, its name and its context."""


@dataclass
class World:
    """What the steps of a slip do, and the hosts they do it on.

    `begun` are the attempts in order, `undone` the undos that worked; `acts` and `undos` are what is done instead, by activity.
    `left` is what the last host left in its store, or one that has died.
    """

    acts: dict[str, Act] = field(default_factory=dict)
    undos: dict[str, Act] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=VirtualClock)
    left: bytes | None = None
    lives: int = 0
    died: bytes | None = None
    death: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.it = module()
        self.hosts: list[Host] = []
        self.store: SqliteStore = Kept(SeededRandom(), None)

    @property
    def host(self) -> Host:
        """The host that was begun last."""
        return self.hosts[-1]

    # --- hosts ---------------------------------------------------------------------------------

    @asynccontextmanager
    async def living(
        self, path: Path | None = None, clock: VirtualClock | None = None
    ) -> Any:  # -> AsyncIterator[Host]
        """A host, in memory with what the last one left, or on a file."""
        self.lives += 1
        chance = SeededRandom(self.lives)
        kept = Kept(chance, self.left)
        store = kept if path is None else SqliteStore(str(path / "eight.db"), chance)
        retry = Policy(None, 1, timedelta(seconds=1))
        host = Host(store, clock=clock or self.clock, random=chance, retry=retry, grace=0.0)
        self._add(host)
        self.store, self.died = store, None
        self.death.clear()
        self.hosts.append(host)
        async with host:
            yield host
        self.left = self.died or kept.left
        assert kept.left is not None or path is not None

    def _add(self, host: Host) -> None:
        for name in (*STEPS, "Point"):
            activity = getattr(self.it, f"{name}Activity")
            host.add(activity, Hand(self, name))
        for name in ("Plain", "Tried", "Pointed", "Telling"):
            host.add(getattr(self.it, f"{name}Itinerary"))
            host.add(getattr(self.it, f"Run{name}"))
        host.add(self.it.EarsService, Ears(self))

    def dies(self) -> None:
        """The process of this host ends here: what others find is what is in the store now."""
        assert isinstance(self.store, Kept)
        self.died = self.store.copy()
        self.death.set()

    async def rest(self) -> None:
        """Wait until nothing is due, or until the process of the host has ended."""
        ways = {asyncio.ensure_future(each) for each in (self.host.settle(), self.death.wait())}
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for each in ways:
            each.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def after(self, seconds: float) -> None:
        """Let time pass."""
        await pass_time(self.host, self.clock, timedelta(seconds=seconds))

    # --- what is there -------------------------------------------------------------------------

    async def slip(self) -> SlipView:
        """The only slip."""
        (only,) = await self.host.slips()
        found = await self.host.slip(only.id)
        assert found is not None
        return found

    async def home(self) -> Home:
        """Its home."""
        async with self.store.reading() as tx:
            (stored,) = await tx.slips(None, None)
            return read_home(stored)

    async def state(self, itinerary: str) -> str:
        """The state of the saga that runs it."""
        (found,) = await self.host.instances(getattr(self.it, f"Run{itinerary}"))
        return str(found.state)

    async def consistent(self, dead: int = 0) -> None:
        """Nothing is anywhere but at home; what was done was undone newest first, once, or not at all."""
        slip, home = await self.slip(), await self.home()
        assert slip.status.ended and slip.stuck == ""
        assert (home.away, home.forks, home.running, list(home.kept)) == ({}, {}, 0, [""])
        assert home.kept[""].log == () or slip.status == "completed"
        assert self.store._connection.execute("SELECT * FROM herosaga_mailbox").fetchall() == []
        assert len(await self.host.dead_letters()) == dead
        assert list(slip.undone) == [f"eight.{each}" for each in self.undone]
        done = [each for each in slip.way if each.rpartition(".")[2] in LOGGED]
        assert self.undone in ([], [each.rpartition(".")[2] for each in reversed(done)])
        assert len(set(slip.way)) == len(slip.way)


class Hand:
    """Carries out an activity of the world."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name

    async def execute(self, arguments: Any, context: Any) -> Any:
        self.world.begun.append(self.name)
        if self.name in self.world.acts:
            await self.world.acts[self.name](self.world, self.name, context)
        return self.result(arguments.n)

    def result(self, n: int) -> Any:
        """What it gives, if anything."""
        kind = getattr(self.world.it, f"{self.name}Result", None)
        log = (getattr(self.world.it, f"{self.name}Log")(f"{n}"),) if self.name in LOGGED else ()
        outputs = () if self.name in ("One", "Six") else (n,)
        return None if kind is None else kind(*outputs, *log)

    async def compensate(self, log: Any, context: Any) -> None:
        if self.name in self.world.undos:
            await self.world.undos[self.name](self.world, self.name, context)
        self.world.undone.append(self.name)


class Ears:
    """Hears what is told."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def on_told(self, event: Any, context: Any) -> None:
        self.world.heard.append((event, context.correlation))


def run(play: Awaitable[None]) -> None:
    """Run with a limit, so that a hang is a failure."""

    async def limited() -> None:
        await asyncio.wait_for(play, 30)

    asyncio.run(limited())
