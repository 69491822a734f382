"""Answers: to whom they go, what answers where nothing is emitted that could, and sagas that answer others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from casework import (
    Answer,
    Answered,
    AnySaga,
    AskState,
    CaseState,
    Clerk,
    Copied,
    Declined,
    Desk,
    Opened,
    Withdraw,
    Withdrawn,
    answering,
    ask,
    asking,
    case,
    edit,
    file_url,
    play,
)
from herosaga_runtime import Event, Service, UsageError
from herosaga_runtime.arms import Ignore, On, OnDone
from herosaga_runtime.handlers import checked
from herosaga_runtime.making import Step
from herosaga_runtime.saga import By, Call, Serves
from herosaga_runtime.service import Handler, Part
from herosaga_runtime.verdict import STAY, Verdict

A, B, C, NO = Answered("a"), Copied("a"), Withdrawn("a"), Declined("a")
PLAIN = Handler(Answer, "m", (Answered, Declined))
NOTHING = Handler(Answer, "m")
REFUSES = Handler(Answer, "m", (Declined,), ())
MAYBE = Handler(Answer, "m", (Answered, Declined), (Part((Answered,), "?"),))
MANY = Handler(Answer, "m", (Answered, Copied), (Part((Answered, Copied), "*"),))
SEVERAL = Handler(
    *(Answer, "m", (Answered, Copied, Withdrawn, Declined)),
    (Part((Answered,)), Part((Copied,), "?"), Part((Withdrawn,), "*")),
)


@pytest.mark.parametrize(
    ("handler", "result", "events"),
    [
        (PLAIN, A, (A,)),
        (PLAIN, NO, (NO,)),
        (NOTHING, None, ()),
        (REFUSES, None, ()),
        (REFUSES, NO, (NO,)),
        (MAYBE, None, ()),
        (MAYBE, A, (A,)),
        (MAYBE, NO, (NO,)),
        (MANY, [], ()),
        (MANY, (A, B, A), (A, B, A)),
        (SEVERAL, (A, None, []), (A,)),
        (SEVERAL, (A, B, [C, C]), (A, B, C, C)),
        (SEVERAL, NO, (NO,)),
    ],
)
def test_what_is_declared_may_be_returned(
    handler: Handler, result: object, events: tuple[Event, ...]
) -> None:
    assert checked(handler, result, "it") == events


@pytest.mark.parametrize(
    ("handler", "result", "told"),
    [
        (PLAIN, None, "emits Answered | Declined, but returned nothing"),
        (PLAIN, (A,), "but returned (Answered)"),
        (PLAIN, B, "but returned Copied"),
        (NOTHING, A, "emits nothing, but returned Answered"),
        (MAYBE, B, "emits Answered?, but returned Copied"),
        (MANY, None, "emits Answered | Copied*, but returned nothing"),
        (MANY, A, "but returned Answered"),
        (MANY, [A, C], "but returned [Answered, Withdrawn]"),
        (SEVERAL, (A, None), "but returned (Answered, nothing)"),
        (SEVERAL, (None, None, []), "emits Answered, Copied?, Withdrawn*, but returned (nothing,"),
        (SEVERAL, (NO, None, []), "but returned (Declined, nothing, [])"),
        (SEVERAL, [A, None, []], "but returned [Answered, nothing, []]"),
    ],
)
def test_anything_else_is_an_error(handler: Handler, result: object, told: str) -> None:
    with pytest.raises(UsageError) as error:
        checked(handler, result, "it")
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("handler", "completes"),
    [(PLAIN, False), (NOTHING, True), (REFUSES, True), (MAYBE, True), (MANY, True)],
)
def test_a_first_part_that_may_be_absent_is_no_answer(handler: Handler, completes: bool) -> None:
    assert handler.completes is completes
    assert not SEVERAL.completes


# --- done --------------------------------------------------------------------------------------

ON_DONE = asking(
    "desk.Completing",
    OnDone(Answer, lambda step: AskState.ANSWERED),
    Ignore(Answered),
    calls=(Call(Answer, (), (Declined,), completes=True), Call(Withdraw, (Withdrawn,))),
)
OPTIONAL = answering(Part((Answered,), "?"))


@pytest.mark.parametrize(
    ("reply", "state", "came"),
    [
        (None, "Answered", ["desk.Opened", "herosaga.done"]),
        (A, "Answered", ["desk.Opened", "desk.Answered", "herosaga.done"]),
        (NO, "Declined", ["desk.Opened", "desk.Declined"]),
    ],
)
def test_being_done_answers_where_no_event_does(
    reply: Event | None, state: str, came: list[str]
) -> None:
    clerk = Clerk({Answer: lambda command: reply})

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        found = await at.find(ON_DONE)
        assert found.state == state
        assert [each.message_type for each in found.history] == came
        assert await at.host.dead_letters() == ()

    play(scene, ON_DONE, clerk=clerk, service=OPTIONAL)


def test_nobody_is_told_of_what_nobody_awaits() -> None:
    clerk = Clerk({Answer: lambda command: None})

    async def scene(at: Desk) -> None:
        await at.host.send(Answer("a"))
        await at.host.settle()
        assert await at.host.dead_letters() == ()
        assert await at.host.find(ON_DONE, "a") is None

    play(scene, ON_DONE, clerk=clerk, service=OPTIONAL)


def test_a_repeated_command_is_answered_as_it_was(tmp_path: Path) -> None:
    """Its handler does not run again, and what it sent comes with the ids of then."""
    clerk = Clerk({Answer: lambda command: None})

    async def begins(at: Desk) -> None:
        await at.publish(Opened("a", None))
        assert (await at.find(ON_DONE)).state is AskState.ANSWERED

    async def repeats(at: Desk) -> None:
        await at.host.send(Answer("a"), id=clerk.ids[0])
        await at.host.settle()
        history = (await at.find(ON_DONE)).history
        done = [each for each in history if each.message_type == "herosaga.done"]
        assert [each.reception for each in done] == ["taken", "late"]
        assert len({each.message_id for each in done}) == 1

    url = file_url(tmp_path)
    play(begins, ON_DONE, clerk=clerk, service=OPTIONAL, url=url)
    edit(tmp_path, "DELETE FROM herosaga_inbox WHERE consumer = ?", ON_DONE.name)
    play(repeats, ON_DONE, clerk=clerk, service=OPTIONAL, url=url, seed=1)
    assert len(clerk.calls) == 1


ASKING = asking()


# --- whose answer it is ------------------------------------------------------------------------


def test_two_sagas_on_one_key_get_their_own_answers() -> None:
    first, second = asking("desk.First"), asking("desk.Second")
    asked: list[str] = []

    def answer_first(command: Any) -> Event:
        asked.append(command.case)
        return Answered("a") if len(asked) == 1 else Declined("a")

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        states = [(await at.find(each)).state for each in (first, second)]
        assert states == [AskState.ANSWERED, AskState.DECLINED]
        for each in (first, second):
            history = (await at.find(each)).history
            assert [entry.reception for entry in history] == ["taken", "taken"]

    play(scene, first, second, clerk=Clerk({Answer: answer_first}))


def test_a_saga_that_does_not_ask_hears_of_anothers_answer() -> None:
    listening = case(
        receives=(By(Opened, lambda event: event.case), By(Answered, lambda event: event.case)),
        states={CaseState.OPEN: (On(Answered, lambda step, event: CaseState.PAID),)},
        missing=(),
    )

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        assert (await at.find(listening)).state == "Paid"

    play(scene, asking(), listening, clerk=Clerk())


def test_an_answer_that_its_saga_does_not_take_is_not_brought_to_it() -> None:
    several = answering(Part((Answered,)), Part((Copied,)))

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        found = await at.find(ASKING)
        assert [each.message_type for each in found.history] == ["desk.Opened", "desk.Answered"]
        assert await at.host.dead_letters() == ()

    play(scene, ASKING, clerk=Clerk({Answer: lambda command: (A, B)}), service=several)


# --- a saga as a step of another ---------------------------------------------------------------


def serving(*, replies: bool = True, done: bool = True) -> AnySaga:
    """A saga that answers by asking the clerk to withdraw; with `replies` it says so, and `done` says that it will."""

    def begin(step: Step[Any], command: Answer) -> AskState:
        step.request(Withdraw(command.case))
        return AskState.ASKING

    def withdrawn(step: Step[Any], event: Withdrawn) -> AskState:
        if replies:
            step.reply(Answered(event.case))
        return AskState.ANSWERED

    return asking(
        "desk.Serving",
        receives=(By(Answer, lambda each: each.case), By(Withdrawn, lambda each: each.case)),
        start=(On(Answer, begin),),
        states={AskState.ASKING: (On(Withdrawn, withdrawn),)},
        calls=(Call(Withdraw, (Withdrawn,)),),
        serves=Serves(Answer, (Answered,) if done else ()),
    )


def withdrawing() -> Service[Any]:
    """The service of a clerk that leaves the answering to a saga."""
    return Service("desk.Clerk", (Handler(Withdraw, "withdraw", (Withdrawn,)),))


SERVING = serving()


def test_a_sagas_reply_answers_who_asked() -> None:
    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        assert (await at.find(ASKING)).state is AskState.ANSWERED
        assert (await at.find(SERVING)).state is AskState.ANSWERED
        assert (await at.find(ASKING)).history[-1].reception == "taken"

    play(scene, ASKING, SERVING, clerk=Clerk(), service=withdrawing())


def test_a_saga_that_ends_without_an_answer_is_a_fault() -> None:
    mute = serving(replies=False)

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        found = await at.find(ASKING)
        assert found.state is AskState.DECLINED  # by way of what it undoes: see `asking`
        assert "herosaga.fault" in [each.message_type for each in found.history]

    play(scene, ASKING, mute, clerk=Clerk(), service=withdrawing())


def test_a_saga_that_promises_no_event_answers_by_ending() -> None:
    mute = serving(replies=False, done=False)

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        assert (await at.find(ON_DONE)).state is AskState.ANSWERED
        assert (await at.find(ON_DONE)).history[-1].message_type == "herosaga.done"

    play(scene, ON_DONE, mute, clerk=Clerk(), service=withdrawing())


def test_two_sagas_that_ask_a_third_get_their_own_answers() -> None:
    """They use different keys, and the third starts an instance for each."""

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None), Opened("b", None))
        for key in ("a", "b"):
            for saga in (ASKING, SERVING):
                assert (await at.find(saga, key)).state is AskState.ANSWERED

    play(scene, ASKING, SERVING, clerk=Clerk(), service=withdrawing())


# --- outside -----------------------------------------------------------------------------------


class Outside:
    """A transport that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, envelope: str) -> None:
        self.sent.append(envelope)


def test_an_outside_answer_without_ids_closes_the_oldest_request_it_can_answer() -> None:
    outside = Outside()

    def twice(step: Step[Any], event: Opened) -> AskState:
        ask(step, event)
        return ask(step, event)

    def once_more(step: Step[Any], event: Answered) -> AskState | Verdict:
        return AskState.ANSWERED if not step.requests else STAY

    both = asking("desk.Asking", On(Answered, once_more), start=(On(Opened, twice),))

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        assert sum('"type":"desk.Answer"' in each for each in outside.sent) == 2
        assert all("sagarequest" in each for each in outside.sent)
        await at.publish(Answered("a"))
        assert [each.number for each in (await at.find(both)).requests] == [2]
        await at.publish(Answered("a"))
        assert (await at.find(both)).state is AskState.ANSWERED
        assert await at.host.dead_letters() == ()

    play(scene, both, transport=outside)
