"""A command that a saga takes and answers on its way: whoever requested it gets the reply, or learns that there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import casework
import pytest
from casework import (
    Answer,
    AskState,
    Clerk,
    Opened,
    Withdraw,
    Withdrawn,
    asking,
    edit,
    file_url,
    to,
)
from herosaga_runtime import Host, Service
from herosaga_runtime.arms import On
from herosaga_runtime.codec import loads
from herosaga_runtime.rows import Kind
from herosaga_runtime.saga import By
from herosaga_runtime.service import Handler
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time
from herosaga_runtime.verdict import STAY
from herosaga_runtime.views import InstanceView

from helpers.projects import loaded

PARCEL = """
namespace on_the_way

extern event Posted { key parcel_id: str }
extern event Scanned { key parcel_id: str  place: str }
extern event Delivered { key parcel_id: str }
extern event Muted { key parcel_id: str }
extern event Asked { key question_id: str  parcel_id: str }
command AskPlace { key parcel_id: str }
event PlaceTold { key parcel_id: str  place: str }
event NoPlaceYet { key parcel_id: str }

saga Parcel by parcel_id: str {
  data { place: str = "" }
  start { on Posted -> Waiting }
  state Waiting {
    on Scanned(place) -> Carried
    on Delivered -> Done
    defer AskPlace
  }
  state Carried {
    on Scanned(place)
    on AskPlace { reply PlaceTold(parcel_id, place) }
    on Delivered -> Signing
    on Muted -> Silent
  }
  state Signing { on Delivered -> Done }
  state Silent { ignore AskPlace }
  missing { on AskPlace { reply NoPlaceYet(parcel_id) } }
  final Done
}

/// Many may ask one parcel: they are found by what they asked.
saga Question by question_id: str {
  data {
    parcel_id: str
    place: str = ""
  }
  correlate PlaceTold where parcel_id == event.parcel_id
  correlate NoPlaceYet where parcel_id == event.parcel_id
  start {
    on Asked(parcel_id) -> Asking {
      request AskPlace(parcel_id) within 1m retry 1 times every 1m
    }
  }
  state Asking {
    on PlaceTold(place) -> Told
    on NoPlaceYet -> Unknown
    on timeout of AskPlace -> Expired
    on fault of AskPlace -> Faulted
  }
  state Told { after 1d -> Closed }
  final Closed
  final Unknown
  final Expired failed
  final Faulted failed
}
"""


class Desk:
    """A host with both sagas, and short ways to use it."""

    def __init__(self, module: Any, host: Host, clock: VirtualClock) -> None:
        self.module, self.host, self.clock = module, host, clock

    async def hears(self, *events: Any) -> None:
        """Events come one after the other, each when all that follows from the last has happened."""
        for each in events:
            await self.host.publish(each)
            await self.host.settle()

    async def posted(self, *more: Any) -> None:
        """A parcel `p` is posted, and more happens."""
        await self.hears(self.module.Posted("p"), *more)

    async def asks(self, id: str = "q", parcel: str = "p") -> None:
        """A question is put."""
        await self.hears(self.module.Asked(id, parcel))

    async def question(self, id: str = "q") -> InstanceView[Any, Any]:
        """A question."""
        found = await self.host.find(self.module.Question, id)
        assert found is not None
        return found


Scene = Callable[[Desk], Awaitable[None]]


@contextmanager
def project(root: Path) -> Iterator[Any]:
    """The compiled module."""
    with loaded({"parcel.saga": PARCEL}, root, "on_the_way.parcel") as (module,):
        yield module


class Outside:
    """A transport that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, envelope: str) -> None:
        self.sent.append(envelope)


def play(
    module: Any,
    scene: Scene,
    url: str = "memory:",
    sagas: tuple[str, ...] = ("Parcel", "Question"),
    transport: Outside | None = None,
) -> None:
    """Play a scene on a host with some of the sagas."""

    async def run() -> None:
        clock = VirtualClock()
        host = Host(url, clock=clock, random=SeededRandom(0), transport=transport)
        for each in sagas:
            host.add(getattr(module, each))
        async with host:
            await scene(Desk(module, host, clock))

    asyncio.run(run())


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with project(tmp_path_factory.mktemp("on_the_way")) as module:
        yield module


def test_a_reply_closes_the_request(module: Any) -> None:
    async def scene(desk: Desk) -> None:
        await desk.posted(module.Scanned("p", "Ulm"))
        await desk.asks()
        found = await desk.question()
        assert (found.state, found.data.place, found.requests) == ("Told", "Ulm", ())
        await pass_time(desk.host, desk.clock, timedelta(hours=1))
        assert (await desk.question()).revision == found.revision
        assert await desk.host.dead_letters() == ()

    play(module, scene)


def test_each_who_asks_gets_the_own_answer(module: Any) -> None:
    async def scene(desk: Desk) -> None:
        await desk.posted(module.Scanned("p", "Ulm"))
        await desk.asks("first")
        await desk.hears(module.Posted("p2"), module.Scanned("p2", "Bonn"))
        await desk.asks("second")
        await desk.asks("third", "p2")
        places = [(await desk.question(each)).data.place for each in ("first", "second", "third")]
        assert places == ["Ulm", "Ulm", "Bonn"]
        histories = [len((await desk.question(each)).history) for each in ("first", "second")]
        assert histories == [2, 2]

    play(module, scene)


def test_where_there_is_no_instance_missing_replies(module: Any) -> None:
    async def scene(desk: Desk) -> None:
        await desk.asks()
        assert (await desk.question()).state == "Unknown"

    play(module, scene)


def test_a_deferred_command_is_answered_when_it_is_taken(module: Any) -> None:
    async def scene(desk: Desk) -> None:
        await desk.posted()
        await desk.asks()
        assert (await desk.question()).state == "Asking"
        await desk.hears(module.Scanned("p", "Ulm"))
        found = await desk.question()
        assert (found.state, found.data.place, found.requests) == ("Told", "Ulm", ())

    play(module, scene)


def test_a_deferred_command_times_out_like_any_other(module: Any) -> None:
    async def scene(desk: Desk) -> None:
        await desk.posted()
        await desk.asks()
        await pass_time(desk.host, desk.clock, timedelta(minutes=3))
        assert (await desk.question()).state == "Expired"
        await desk.hears(module.Scanned("p", "Ulm"))
        found = await desk.question()
        assert (found.state, found.history[-1].reception) == ("Expired", "late")

    play(module, scene)


@pytest.mark.parametrize(
    ("events", "dead"),
    [(("Delivered",), 1), (("Delivered", "Delivered"), 0), (("Muted",), 0)],
    ids=["unexpected", "ended", "ignored"],
)
def test_who_gets_no_answer_is_told_at_once(
    module: Any, events: tuple[str, ...], dead: int
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.posted(module.Scanned("p", "Ulm"))
        await desk.hears(*(getattr(module, each)("p") for each in events))
        await desk.asks()
        assert (await desk.question()).state == "Faulted"
        assert len(await desk.host.dead_letters()) == dead

    play(module, scene)


def test_a_deferred_command_that_nobody_takes_any_more_is_a_fault(module: Any) -> None:
    async def scene(desk: Desk) -> None:
        await desk.posted()
        await desk.asks()
        await desk.hears(module.Delivered("p"))
        assert (await desk.question()).state == "Faulted"

    play(module, scene)


def test_a_command_that_is_taken_without_a_reply_is_a_fault() -> None:
    """The checker lets no compiled saga do that to one that it knows."""
    asker = asking()
    mute = asking(
        "desk.Mute",
        receives=(By(Opened, lambda each: each.case), By(Answer, lambda each: each.case)),
        start=(On(Opened, to(AskState.ASKING)),),
        states={AskState.ASKING: (On(Answer, lambda step, command: STAY),)},
        calls=(),
    )

    async def scene(at: casework.Desk) -> None:
        await at.publish(Opened("a", None))
        faults = [
            each.reason
            for each in (await at.find(asker)).history
            if each.message_type == "herosaga.fault"
        ]
        assert len(faults) == 1
        assert (await at.find(mute)).history[-1].reception == "taken"

    service = Service[Any]("desk.Clerk", (Handler(Withdraw, "withdraw", (Withdrawn,)),))
    casework.play(scene, asker, mute, clerk=Clerk(), service=service)


def test_a_deferred_command_that_is_repeated_is_answered_once(module: Any) -> None:
    async def scene(desk: Desk) -> None:
        await desk.posted()
        await desk.asks()
        await pass_time(desk.host, desk.clock, timedelta(minutes=2))
        assert [each.attempt for each in (await desk.question()).requests] == [2]
        await desk.hears(module.Scanned("p", "Ulm"))
        found = await desk.question()
        assert [each.reception for each in found.history[-2:]] == ["taken", "taken"]
        assert (found.state, found.requests) == ("Told", ())

    play(module, scene)


def test_a_lost_reply_is_repeated_with_the_command(module: Any, tmp_path: Path) -> None:
    """Three programs on one store. The parcel takes no second step, and says what it said then."""
    url, outside = file_url(tmp_path), Outside()

    async def asks(desk: Desk) -> None:
        await desk.asks()

    async def replies(desk: Desk) -> None:
        await desk.posted(module.Scanned("p", "Ulm"))
        _deliver(tmp_path, outside.sent[0])
        await desk.host.settle()
        await desk.hears(module.Scanned("p", "Bonn"))

    async def asks_again(desk: Desk) -> None:
        await pass_time(desk.host, desk.clock, timedelta(minutes=2))
        found = await desk.question()
        assert (found.state, found.data.place, found.requests) == ("Told", "Ulm", ())
        parcel = await desk.host.find(module.Parcel, "p")
        assert parcel is not None and parcel.data.place == "Bonn"
        taken = [each.message_type.rpartition(".")[2] for each in parcel.history]
        assert taken == ["Posted", "Scanned", "AskPlace", "Scanned"]

    play(module, asks, url, ("Question",), outside)
    play(module, replies, url, ("Parcel",))
    lost = edit(
        tmp_path, "DELETE FROM herosaga_mailbox WHERE body LIKE ? RETURNING id", "%PlaceTold%"
    )
    assert len(lost) == 1
    play(module, asks_again, url)


def _deliver(directory: Path, body: str) -> None:
    """Let a parcel have a command that has left another program."""
    statement = "INSERT INTO herosaga_mailbox (kind, consumer, key, id, due, body) VALUES (?, ?, ?, ?, ?, ?)"
    json: Any = loads(body)
    edit(directory, statement, int(Kind.STEP), "on_the_way.Parcel", "p", json["id"], 0, body)
