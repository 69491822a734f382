"""A help desk's sagas, written by hand: small enough to see what a host does with them, and each in several versions."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from herosaga_runtime import Context, Host, InstanceView, codec
from herosaga_runtime.arms import Arm, On, OnFailure
from herosaga_runtime.making import Step
from herosaga_runtime.message import Command, Event, JsonObject, JsonValue, Message, message
from herosaga_runtime.policy import Policy
from herosaga_runtime.saga import By, Call, End, Match, Saga
from herosaga_runtime.service import Handler, Part, Service
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time
from herosaga_runtime.verdict import STAY, Verdict

SOON = Policy(timedelta(seconds=10))
"""One attempt of ten seconds."""


class Texts:
    """Fields that are all text, as JSON."""

    def to_json(self) -> JsonObject:
        return {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_json(cls, json: JsonValue) -> Self:
        read = codec.Fields(cls.__name__, json)
        return cls(*[read.need(each.name, codec.read_json) for each in fields(cls)])  # type: ignore[arg-type]


@message("desk.Opened")
class Opened(Texts, Event):
    case: str
    invoice: str | None


@message("desk.Moved")
class Moved(Texts, Event):
    case: str
    invoice: str | None


@message("desk.Paid")
class Paid(Texts, Event):
    invoice: str | None


@message("desk.Unmatched")
class Unmatched(Texts, Event):
    invoice: str | None


@message("desk.Closed")
class Closed(Texts, Event):
    case: str


@message("desk.Answer")
class Answer(Texts, Command):
    case: str


@message("desk.Answered")
class Answered(Texts, Event):
    case: str


@message("desk.Declined")
class Declined(Texts, Event):
    case: str


@message("desk.Copied")
class Copied(Texts, Event):
    case: str


@message("desk.Withdraw")
class Withdraw(Texts, Command):
    case: str


@message("desk.Withdrawn")
class Withdrawn(Texts, Event):
    case: str


class Data:
    """A case's data."""

    case: str
    invoice: str | None
    note: str

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def copy(self) -> Self:
        return type(self)(**self.__dict__)

    def to_json(self) -> JsonObject:
        return dict(self.__dict__)

    @classmethod
    def from_json(cls, json: JsonValue) -> Self:
        assert isinstance(json, dict)
        return cls(**json)


AnySaga = Saga[Any, Any, str]


def new(key: str) -> Data:
    """The data of a case that begins."""
    return Data(case=key)


# --- cases that are found by their invoice -----------------------------------------------------


class CaseState(StrEnum):
    """The states of a case."""

    OPEN = "Open"
    PAID = "Paid"
    COMPENSATING = "Compensating"


def case(**changes: Any) -> AnySaga:
    """A case waits until its invoice is paid, and can be moved to another one."""

    def opened(step: Step[Data], event: Opened) -> CaseState:
        step.edit().invoice = event.invoice
        return CaseState.OPEN

    def moved(step: Step[Data], event: Moved) -> Verdict:
        if event.invoice == "torn":
            step.edit().invoice = event.invoice
            raise ValueError("an invoice that is torn")
        step.edit().invoice = event.invoice
        return STAY

    def unmatched(step: Step[Data], event: Paid) -> Verdict:
        step.publish(Unmatched(event.invoice))
        return STAY

    arms: dict[str, Any] = {
        "version": 1,
        "state": CaseState,
        "data": Data,
        "new": new,
        "compensating": CaseState.COMPENSATING,
        "receives": (
            By(Opened, lambda event: event.case),
            By(Moved, lambda event: event.case),
            Match(Paid, "invoice", lambda data: data.invoice, lambda event: event.invoice),
        ),
        "start": (On(Opened, opened),),
        "states": {
            CaseState.OPEN: (On(Moved, moved), On(Paid, lambda step, event: CaseState.PAID))
        },
        "finals": {CaseState.PAID: End()},
        "missing": (On(Paid, unmatched),),
    }
    return Saga("desk.Case", **(arms | changes))


# --- cases that ask for an answer --------------------------------------------------------------


class AskState(StrEnum):
    """The states of a case that asks."""

    ASKING = "Asking"
    ANSWERED = "Answered"
    DECLINED = "Declined"
    COMPENSATING = "Compensating"


ASKING: dict[str, Any] = {
    "version": 1,
    "state": AskState,
    "data": Data,
    "new": new,
    "compensating": AskState.COMPENSATING,
    "finals": {AskState.ANSWERED: End(), AskState.DECLINED: End("failed")},
    "calls": (Call(Answer, (Answered,), (Declined,)), Call(Withdraw, (Withdrawn,))),
}
RECEIVES = (
    By(Opened, lambda event: event.case),
    By(Closed, lambda event: event.case),
    By(Answered, lambda event: event.case),
    By(Declined, lambda event: event.case),
    By(Withdrawn, lambda event: event.case),
)


def ask(step: Step[Data], event: Any) -> AskState:
    """Ask, and know how that is undone."""
    step.request(Answer(step.data.case), SOON, undo=Withdraw(step.data.case))
    return AskState.ASKING


def to(state: AskState) -> Callable[[Step[Data], Any], AskState]:
    """A transition that only leads there."""
    return lambda step, event: state


def undoing(step: Step[Data], event: Any = None) -> Verdict:
    """A transition that undoes what was asked."""
    return step.compensate(AskState.DECLINED)


def asking(name: str = "desk.Asking", *arms: Arm[Any, Any], **changes: Any) -> AnySaga:
    """A case that asks for an answer; `arms` are tried before its own."""
    own: tuple[Arm[Data, AskState], ...] = (
        On(Answered, to(AskState.ANSWERED)),
        On(Declined, to(AskState.DECLINED)),
        On(Closed, undoing),
        OnFailure(Answer, undoing),
    )
    table = ASKING | {
        "receives": RECEIVES,
        "start": (On(Opened, ask),),
        "states": {AskState.ASKING: (*arms, *own)},
    }
    return Saga(name, **(table | changes))


# --- who answers -------------------------------------------------------------------------------

Reply = Callable[[Any], Any]


@dataclass
class Clerk:
    """Answers as it is told to: `replies` make what is returned for a type of command, or raise."""

    replies: dict[type[Message], Reply] = field(default_factory=dict)
    calls: list[Message] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    async def answer(self, command: Answer, context: Context) -> Any:
        return self._do(command, context, Answered(command.case))

    async def withdraw(self, command: Withdraw, context: Context) -> Any:
        return self._do(command, context, Withdrawn(command.case))

    def _do(self, command: Message, context: Context, usual: Event) -> Any:
        self.calls.append(command)
        self.ids.append(context.message_id)
        reply = self.replies.get(type(command))
        return usual if reply is None else reply(command)

    def types(self) -> list[str]:
        """The types of what came, in order."""
        return [type(each).__name__ for each in self.calls]


def answering(*parts: Part) -> Service[Any]:
    """The clerk's service; `parts` are what the answering emits, if not one of its usual events."""
    more = [event for part in parts for event in part.events]
    emits: list[type[Event]] = [Answered, Declined, *more]
    return Service(
        "desk.Clerk",
        (
            Handler(Answer, "answer", tuple(dict.fromkeys(emits)), parts or None),
            Handler(Withdraw, "withdraw", (Withdrawn,)),
        ),
    )


# --- playing -----------------------------------------------------------------------------------


@dataclass
class Desk:
    """A running host on a virtual clock."""

    host: Host
    clock: VirtualClock

    async def after(self, seconds: float) -> None:
        """Let time pass."""
        await pass_time(self.host, self.clock, timedelta(seconds=seconds))

    async def publish(self, *events: Event) -> None:
        """Publish events one after the other, and let everything happen that is due."""
        for each in events:
            await self.host.publish(each)
            await self.host.settle()

    async def find(self, saga: AnySaga, key: str = "a") -> InstanceView[Any, Any]:
        """An instance, which must be there."""
        found = await self.host.find(saga, key)
        assert found is not None
        return found

    async def states(self, saga: AnySaga) -> dict[str, str]:
        """The states of all instances, by key."""
        return {each.key: each.state for each in await self.host.instances(saga)}


Scene = Callable[[Desk], Coroutine[Any, Any, None]]


def play(
    scene: Scene,
    *sagas: AnySaga,
    clerk: Clerk | None = None,
    service: Service[Any] | None = None,
    url: str = "memory:",
    clock: VirtualClock | None = None,
    seed: int = 0,
    **options: Any,
) -> None:
    """Play a scene on a host with these sagas, and with a clerk if one is given."""
    time = clock or VirtualClock()

    async def run() -> None:
        host = Host(url, clock=time, random=SeededRandom(seed), **options)
        for saga in sagas:
            host.add(saga)
        if clerk is not None:
            host.add(service or answering(), clerk)
        async with host:
            await scene(Desk(host, time))

    asyncio.run(asyncio.wait_for(run(), 60))


def file_url(path: Path) -> str:
    """The URL of a store in a directory."""
    return f"sqlite:///{path / 'desk.db'}"


def edit(directory: Path, statement: str, *values: object) -> list[Any]:
    """Change something in the store's file, or look at it, while no host runs."""
    connection = sqlite3.connect(directory / "desk.db", isolation_level=None)
    found = connection.execute(statement, values).fetchall()
    connection.close()
    return found
