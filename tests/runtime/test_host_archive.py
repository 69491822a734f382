"""The archive: when instances go there, how they are found, and a key that is started again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from casework import (
    Answer,
    Answered,
    AskState,
    CaseState,
    Clerk,
    Desk,
    Moved,
    Opened,
    Paid,
    asking,
    case,
    edit,
    file_url,
    play,
)
from herosaga_runtime import Host, Outcome, UsageError
from herosaga_runtime.policy import Policy
from herosaga_runtime.testing import START, VirtualClock

MONTH = timedelta(days=30)
KEPT = case(retain=MONTH)
DAY = 86_400


async def first(at: Desk) -> None:
    """A case that begins and ends."""
    await at.publish(Opened("a", "i1"), Paid("i1"))


def test_an_instance_is_archived_some_time_after_its_end() -> None:
    async def scene(at: Desk) -> None:
        await first(at)
        await at.after(30 * DAY - 1)
        assert not (await at.find(KEPT)).archived
        await at.after(1)
        assert await at.host.find(KEPT, "a") is None
        assert await at.host.instances(KEPT) == ()
        found = await at.host.find(KEPT, "a", archived=True)
        assert found is not None and found.archived
        assert (found.state, found.outcome, found.incarnation) == ("Paid", Outcome.COMPLETED, 1)
        assert [each.reception for each in found.history] == ["taken", "taken", "archived"]
        assert found.history[-1].at == START + MONTH
        assert await at.host.next_due() is None

    play(scene, KEPT)


def test_what_is_kept_for_longer_than_time_lasts_ends_all_the_same() -> None:
    async def scene(at: Desk) -> None:
        await first(at)
        found = await at.find(case())
        assert (found.state, found.archived) == (CaseState.PAID, False)
        due = await at.host.next_due()
        assert due is not None and due.year == 9999

    play(scene, case(retain=timedelta(days=9_999_999)))


def test_a_running_instance_stays() -> None:
    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", "i1"))
        await at.after(100 * DAY)
        assert (await at.find(KEPT)).state is CaseState.OPEN

    play(scene, KEPT)


def test_without_retain_everything_stays() -> None:
    async def scene(at: Desk) -> None:
        await first(at)
        await at.after(1000 * DAY)
        assert (await at.find(case())).state is CaseState.PAID
        assert await at.host.archived(case(), "a") == ()

    play(scene, case())


def test_a_key_that_is_free_is_started_again() -> None:
    async def scene(at: Desk) -> None:
        for number in (1, 2, 3):
            await first(at)
            found = await at.find(KEPT)
            assert found.incarnation == number
            assert [each.reception for each in found.history] == ["taken", "taken"]
            await at.after(30 * DAY)
        await at.publish(Opened("a", "i2"))
        history = await at.host.archived(KEPT, "a")
        assert [each.incarnation for each in history] == [1, 2, 3]
        assert [len(each.history) for each in history] == [3, 3, 3]
        listed = await at.host.instances(KEPT, archived=True)
        assert [(each.incarnation, each.archived) for each in listed] == [
            *((1, True), (2, True), (3, True), (4, False)),
        ]
        completed = await at.host.instances(KEPT, outcome=Outcome.COMPLETED, archived=True)
        assert [each.incarnation for each in completed] == [1, 2, 3]
        now = await at.host.find(KEPT, "a", archived=True)
        assert now is not None and now.incarnation == 4

    play(scene, KEPT)


def test_what_comes_for_an_archived_key_comes_for_none() -> None:
    async def scene(at: Desk) -> None:
        await first(at)
        await at.publish(Moved("a", "i2"))
        await at.after(30 * DAY)
        await at.publish(Moved("a", "i2"))
        (letter,) = await at.host.dead_letters()
        assert "does not start one" in letter.reason
        (found,) = await at.host.archived(KEPT, "a")
        assert [each.reception for each in found.history] == ["taken", "taken", "late", "archived"]
        await at.publish(Opened("a", "i1"))
        again = await at.find(KEPT)
        assert [each.reception for each in again.history] == ["unexpected", "taken"]

    play(scene, KEPT)


def test_an_answer_to_an_earlier_incarnation_says_nothing_about_a_later_one() -> None:
    short = asking(retain=timedelta(minutes=1))
    clerk = Clerk()

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        await at.after(60)
        clerk.replies[Answer] = lambda command: Answered("a")
        await at.publish(Opened("a", None))
        found = await at.find(short)
        assert (found.incarnation, found.state) == (2, AskState.ANSWERED)
        assert len(set(clerk.ids)) == 2  # the ids of what it sends are others
        # What the first one was answered comes once more, when the second has ended.
        await at.host.send(Answer("a"), id=clerk.ids[0])
        await at.host.settle()
        assert (await at.find(short)).history == found.history

    play(scene, short, clerk=clerk)


def test_what_had_ended_before_the_saga_said_how_long_is_archived_too(tmp_path: Path) -> None:
    clock, url = VirtualClock(), file_url(tmp_path)
    shorter = case(retain=timedelta(days=2))

    async def begins(at: Desk) -> None:
        await first(at)
        await at.after(10 * DAY)

    async def kept(at: Desk) -> None:
        assert await at.host.next_due() == START + MONTH
        await at.publish(Opened("b", "i2"))

    async def archived(at: Desk) -> None:
        await at.host.settle()
        assert len(await at.host.archived(shorter, "a")) == 1
        assert await at.states(shorter) == {"b": "Open"}

    play(begins, case(), url=url, clock=clock)
    play(kept, KEPT, url=url, clock=clock, seed=1)
    play(archived, shorter, url=url, clock=clock, seed=2)


def test_a_saga_that_keeps_them_by_now_keeps_them(tmp_path: Path) -> None:
    clock, url = VirtualClock(), file_url(tmp_path)

    async def goes_on(at: Desk) -> None:
        await at.after(60 * DAY)
        assert (await at.find(case())).state is CaseState.PAID

    play(first, KEPT, url=url, clock=clock)
    play(goes_on, case(), url=url, clock=clock, seed=1)


def test_a_key_is_not_started_anew_as_if_it_had_never_been(tmp_path: Path) -> None:
    """Not even where the saga has no `retain` any more: the ids of the first incarnation are taken."""
    clock, url = VirtualClock(), file_url(tmp_path)

    async def begins(at: Desk) -> None:
        await first(at)
        await at.after(30 * DAY)

    async def again(at: Desk) -> None:
        await at.publish(Opened("a", "i1"))
        assert (await at.find(case())).incarnation == 2

    play(begins, KEPT, url=url, clock=clock)
    play(again, case(), url=url, clock=clock, seed=1)


# --- what was seen -----------------------------------------------------------------------------


def test_what_was_seen_is_forgotten_after_its_time(tmp_path: Path) -> None:
    clock, url = VirtualClock(), file_url(tmp_path)
    memory = timedelta(days=3)

    async def begins(at: Desk) -> None:
        await first(at)
        await at.after(2 * DAY)
        await at.publish(Opened("b", None))

    async def later(at: Desk) -> None:
        await at.after(DAY + 1)
        for key in (
            "c",
            "d",
        ):  # the inbox is looked at from somewhere in the middle, then from its beginning
            await at.publish(Opened(key, None))
            await at.after(10)

    play(begins, KEPT, url=url, clock=clock, memory=memory)
    seen = edit(tmp_path, "SELECT count(*) FROM herosaga_inbox")
    assert seen == [(4,)]  # a message for all, and the copies of it, are noted each
    play(later, KEPT, url=url, clock=clock, seed=1, memory=memory)
    assert edit(tmp_path, "SELECT count(*) FROM herosaga_inbox") == [(3,)]


@pytest.mark.parametrize(
    ("memory", "retry"),
    [
        (timedelta(minutes=3), Policy(None, 4, timedelta(seconds=1), timedelta(minutes=1))),
        (timedelta(hours=1), Policy(None, None, timedelta(hours=2))),
        (timedelta(), Policy(None, 0)),
    ],
)
def test_it_is_remembered_longer_than_it_is_tried_again(memory: timedelta, retry: Policy) -> None:
    with pytest.raises(UsageError, match="shorter than a message may be tried again"):
        Host("memory:", memory=memory, retry=retry)
