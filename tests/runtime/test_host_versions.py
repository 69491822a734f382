"""Instances of another version of their saga: lifted where a migration leads, else their mail waits, in its order."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import pytest
from casework import (
    AnySaga,
    CaseState,
    Data,
    Desk,
    Moved,
    Opened,
    Paid,
    case,
    edit,
    file_url,
    play,
)
from herosaga_runtime import DecodeError, Host, VersionError
from herosaga_runtime.arms import After, On
from herosaga_runtime.making import Step
from herosaga_runtime.message import JsonObject, JsonValue
from herosaga_runtime.migration import Migration
from herosaga_runtime.ports import (
    DeadLetterReport,
    HandlerReport,
    StepReport,
    WaitingReport,
)
from herosaga_runtime.saga import By, End, Match
from herosaga_runtime.testing import SeededRandom, VirtualClock
from herosaga_runtime.verdict import STAY, Verdict


class NewState(StrEnum):
    """The states of a case as they are called later."""

    PENDING = "Pending"
    PAID = "Paid"
    COMPENSATING = "Compensating"


def renamed(version: int = 2, **changes: Any) -> AnySaga:
    """A case whose first state has another name, and whose invoice is kept in the note."""

    def moved(step: Step[Data], event: Moved) -> Verdict:
        data = step.edit()
        data.note = f"{data.note} {event.invoice}"
        return STAY

    return case(
        **{
            "version": version,
            "state": NewState,
            "compensating": NewState.COMPENSATING,
            "start": (On(Opened, lambda step, event: NewState.PENDING),),
            "states": {
                NewState.PENDING: (
                    On(Moved, moved),
                    On(Paid, lambda step, event: NewState.PAID),
                )
            },
            "finals": {NewState.PAID: End()},
            "receives": (
                By(Opened, lambda event: event.case),
                By(Moved, lambda event: event.case),
                Match(Paid, "note", lambda data: data.note, lambda event: event.invoice),
            ),
            "migrations": (Migration(1, {"Open": "Pending"}, noted),),
        }
        | changes
    )


def noted(data: JsonObject) -> JsonObject:
    """The data of the first version as that of the second."""
    return {"case": data["case"], "note": data["invoice"]}


OLD = case()
NEW = renamed()


async def opened(at: Desk) -> None:
    """A case that waits."""
    await at.publish(Opened("a", "i1"))


class Watch:
    """An observer that keeps what it is told of mail that waits."""

    def __init__(self) -> None:
        self.told: list[WaitingReport] = []

    def step(self, report: StepReport) -> None: ...

    def handler_started(self, report: HandlerReport) -> None: ...

    def handler_finished(self, report: HandlerReport) -> None: ...

    def handler_failed(self, report: HandlerReport) -> None: ...

    def dead_letter(self, report: DeadLetterReport) -> None: ...

    def waiting(self, report: WaitingReport) -> None:
        self.told.append(report)


def deploy(path: Path, *plays: tuple[Any, AnySaga]) -> VirtualClock:
    """Play scenes one after the other on one store, each with its version of the saga."""
    path.mkdir(exist_ok=True)
    clock = VirtualClock()
    for number, (scene, saga) in enumerate(plays):
        play(scene, saga, url=file_url(path), clock=clock, seed=number)
    return clock


# --- lifting -----------------------------------------------------------------------------------


def test_an_older_instance_is_lifted_before_its_message(tmp_path: Path) -> None:
    async def goes_on(at: Desk) -> None:
        seen = await at.find(NEW)
        assert (seen.state, seen.data.note, seen.version) == (NewState.PENDING, "i1", 1)
        await at.publish(Moved("a", "i2"))
        found = await at.find(NEW)
        assert (found.state, found.data.note, found.version) == (NewState.PENDING, "i1 i2", 2)
        lifted, moved = found.history[1:]
        assert (lifted.reception, lifted.before, lifted.after) == ("lifted", "Open", "Pending")
        assert (lifted.reason, lifted.changed) == ("from version 1 to 2", {"note": "i1"})
        assert (moved.reception, moved.changed) == ("taken", {"note": "i1 i2"})
        await at.publish(Moved("a", "i3"))
        assert [each.reception for each in (await at.find(NEW)).history[1:]] == [
            *("lifted", "taken", "taken"),
        ]

    deploy(tmp_path, (opened, OLD), (goes_on, NEW))


def test_versions_compose(tmp_path: Path) -> None:
    third = renamed(
        3,
        migrations=(
            Migration(1, {"Open": "Waiting"}, noted),
            Migration(
                2, {"Waiting": "Pending"}, lambda data: {**data, "note": f"<{data['note']}>"}
            ),
        ),
    )

    async def goes_on(at: Desk) -> None:
        await at.publish(Moved("a", "i2"))
        assert (await at.find(third)).data.note == "<i1> i2"
        assert (await at.find(third)).history[1].reason == "from version 1 to 3"

    deploy(tmp_path, (opened, OLD), (goes_on, third))


def test_it_is_found_by_what_its_data_is_called_now(tmp_path: Path) -> None:
    async def goes_on(at: Desk) -> None:
        await at.publish(Paid("i1"))
        assert await at.states(NEW) == {"a": "Paid"}

    deploy(tmp_path, (opened, OLD), (goes_on, NEW))
    assert edit(tmp_path, "SELECT * FROM herosaga_matches") == []


def test_a_message_that_is_late_lifts_it_too(tmp_path: Path) -> None:
    async def ends(at: Desk) -> None:
        await at.publish(Opened("a", "i1"), Paid("i1"))

    async def late(at: Desk) -> None:
        await at.publish(Moved("a", "i2"))
        history = (await at.find(NEW)).history
        assert [each.reception for each in history] == ["taken", "taken", "lifted", "late"]
        assert (await at.find(NEW)).version == 2

    deploy(tmp_path, (ends, OLD), (late, NEW))


def test_timers_stay_as_they_were_made(tmp_path: Path) -> None:
    week = timedelta(days=7)
    old = case(states={CaseState.OPEN: (After(week, lambda step: CaseState.PAID),)})
    new = renamed(states={NewState.PENDING: (After(week * 9, lambda step: NewState.PAID),)})

    async def goes_on(at: Desk) -> None:
        await at.after(7 * 86_400 - 1)
        assert (await at.find(new)).state is NewState.PENDING
        await at.after(1)
        assert (await at.find(new)).state is NewState.PAID

    deploy(tmp_path, (opened, old), (goes_on, new))


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def broken(data: JsonObject) -> JsonObject:
        raise ZeroDivisionError("nothing to share")

    failing = renamed(migrations=(Migration(1, {"Open": "Pending"}, broken),))

    async def fails(at: Desk) -> None:
        await at.publish(Moved("a", "i2"))
        await at.after(600)
        (letter,) = await at.host.dead_letters()
        assert letter.reason == "ZeroDivisionError: nothing to share"

    async def goes_on(at: Desk) -> None:
        (letter,) = await at.host.dead_letters()
        await at.host.retry(letter.id, "the migration is mended")
        await at.publish(Opened("b", None), Paid("i1 i2"))
        assert (await at.find(NEW)).state is NewState.PAID

    async def finds(at: Desk) -> None:
        await at.publish(Paid("i1"))
        assert (await at.find(NEW)).state is NewState.PAID

    deploy(tmp_path / "a", (opened, OLD), (fails, failing), (goes_on, NEW))
    deploy(tmp_path / "b", (opened, OLD), (nothing, failing), (finds, NEW))


async def nothing(at: Desk) -> None:
    """A host that is only started."""


# --- waiting -----------------------------------------------------------------------------------


class Strict(Data):
    """Data that none of the stored can be read as."""

    @classmethod
    def from_json(cls, json: JsonValue) -> Self:
        raise DecodeError(f"expected a note, got {json!r}")


NO_PATH = renamed(3)
UNREADABLE: dict[str, tuple[AnySaga, str]] = {
    "newer": (
        case(version=0),
        "it is of version 1, this program has version 0: deploy the newer one",
    ),
    "no path": (
        NO_PATH,
        "it is of version 1, and nothing leads from version 2 to 3: write `migrate from 2 { … }` in desk.Case",
    ),
    "state gone": (
        renamed(1, migrations=()),
        "it is in state Open, which desk.Case does not have any more: write "
        "`migrate from 1 { state Open -> New }` and raise its `version` to 2",
    ),
    "state forgotten": (
        renamed(migrations=(Migration(1, {}, noted),)),
        "it is of version 1, and no migration says what became of state Open: "
        "write `state Open -> New` in `migrate from 1` of desk.Case",
    ),
    "data": (
        case(data=Strict),
        "expected a note. If what it stores has changed, write `migrate from 1 { … }` "
        "and raise its `version` to 2",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_mail_of_what_can_not_be_read_waits_and_says_why(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    saga, why = UNREADABLE[name]

    async def waits(at: Desk) -> None:
        await at.publish(Moved("a", "i2"), Moved("a", "i3"))
        await at.after(3600)
        (found,) = await at.host.waiting()
        assert (found.saga, found.key, found.state, found.version) == ("desk.Case", "a", "Open", 1)
        assert (found.messages, found.reason) == (2, why)
        assert await at.host.dead_letters() == ()
        with pytest.raises(VersionError) as error:
            await at.host.find(saga, "a")
        assert str(error.value) == why
        (listed,) = await at.host.instances(saga)
        assert (listed.state, listed.version) == ("Open", 1)
        assert listed.unreadable == ("" if name == "data" else why)
        await at.publish(Opened("b", "i9"))
        assert [each.key for each in await at.host.waiting()] == ["a"]
        with pytest.raises(VersionError):
            await at.host.compensate(saga, "a", saga.state("Paid"), "now")

    async def goes_on(at: Desk) -> None:
        await at.host.settle()
        found = await at.find(OLD)
        assert [each.changed for each in found.history[1:]] == [
            {"invoice": "i2"},
            {"invoice": "i3"},
        ]
        assert await at.host.waiting() == ()

    deploy(tmp_path, (opened, OLD), (waits, saga), (goes_on, OLD))
    told = [each.message for each in caplog.records if "mail waits" in each.message]
    assert told == [f"desk.Case: mail waits for an instance that can't be read: {why}"]


def test_mail_that_waits_uses_up_no_try_and_keeps_its_order(tmp_path: Path) -> None:
    """What comes while an instance can't be read waits behind what came before, alarms too."""
    watch = Watch()

    async def waits(at: Desk) -> None:
        for number in range(2, 6):
            await at.publish(Moved("a", f"i{number}"))
            await at.after(100)

    async def goes_on(at: Desk) -> None:
        await at.publish(Moved("a", "i6"))
        found = await at.find(NEW)
        assert found.data.note == "i1 i2 i3 i4 i5 i6"
        assert found.version == 2

    clock, url = VirtualClock(), file_url(tmp_path)
    play(opened, OLD, url=url, clock=clock)
    play(waits, NO_PATH, url=url, clock=clock, seed=1, observer=watch)
    rows = edit(tmp_path, "SELECT attempts, crashes FROM herosaga_mailbox")
    assert rows == [(0, 0)] * 4
    assert {each.key for each in watch.told} == {"a"}
    play(goes_on, NEW, url=url, clock=clock, seed=2)


def test_a_program_that_can_read_it_takes_it_from_one_that_can_not(tmp_path: Path) -> None:
    """Both run at once, as while a new version is being deployed."""
    clock, url = VirtualClock(), file_url(tmp_path)

    async def both(at: Desk) -> None:
        async def newer(new: Desk) -> None:
            await new.publish(Moved("a", "i2"))
            assert (await new.find(NEW)).version == 2

        await alongside(newer, NEW, url, clock)
        await at.publish(Moved("a", "i3"), Opened("b", "i9"))
        assert [each.key for each in await at.host.waiting()] == ["a"]

        async def again(new: Desk) -> None:
            await new.host.settle()
            assert (await new.find(NEW)).data.note == "i1 i2 i3"

        await alongside(again, NEW, url, clock, seed=9)

    play(opened, OLD, url=url, clock=clock)
    play(both, OLD, url=url, clock=clock, seed=5)


async def alongside(
    scene: Any, saga: AnySaga, url: str, clock: VirtualClock, seed: int = 7
) -> None:
    """Play a scene on another host while one runs."""
    host = Host(url, clock=clock, random=SeededRandom(seed))
    host.add(saga)
    async with host:
        await scene(Desk(host, clock))
