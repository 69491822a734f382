"""What operators may do, each with its reason in the history: a stuck undo tried again or skipped, and undo on demand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from casework import (
    Answered,
    AskState,
    Clerk,
    Closed,
    Data,
    Desk,
    Opened,
    Withdraw,
    ask,
    asking,
    case,
    play,
)
from herosaga_runtime import Event, Outcome, UsageError
from herosaga_runtime.arms import On
from herosaga_runtime.making import Step
from herosaga_runtime.policy import Policy

ASKING = asking()
AT_ONCE = Policy(None, 4)
"""Five tries without pauses."""


class Broken(Clerk):
    """A clerk that can't withdraw until it is mended."""

    mended = False

    def _do(self, command: Any, context: Any, usual: Event) -> Any:
        if isinstance(command, Withdraw) and not self.mended:
            self.calls.append(command)
            raise ConnectionError("no line")
        return super()._do(command, context, usual)


def stuck(scene: Callable[[Desk, Broken], Awaitable[None]]) -> Broken:
    """Play a scene with an instance whose undo is stuck, `Closed` having come twice."""
    clerk = Broken()
    late = asking(
        "desk.Asking",
        On(Answered, lambda step, event: AskState.ASKING),
    )

    async def play_it(at: Desk) -> None:
        await at.publish(Opened("a", None), Closed("a"), Closed("a"))
        await at.after(60)
        found = await at.find(ASKING)
        assert found.state is AskState.COMPENSATING
        assert found.stuck.startswith("undo failed: desk.Withdraw")
        await scene(at, clerk)

    play(play_it, late, clerk=clerk, retry=AT_ONCE)
    return clerk


def test_a_stuck_undo_is_tried_again_with_all_its_tries() -> None:
    async def scene(at: Desk, clerk: Broken) -> None:
        tried = clerk.types().count("Withdraw")
        await at.host.retry(ASKING, "a", "the line is back, they say")
        await at.after(60)
        assert clerk.types().count("Withdraw") == 2 * tried
        assert (await at.find(ASKING)).stuck
        clerk.mended = True
        await at.host.retry(ASKING, "a", reason="now it is")
        await at.host.settle()
        found = await at.find(ASKING)
        assert (found.state, found.outcome) == (AskState.DECLINED, Outcome.COMPENSATED)
        told = [
            (each.reception, each.reason) for each in found.history if each.reception == "retried"
        ]
        assert told == [("retried", "the line is back, they say"), ("retried", "now it is")]
        assert [each.message_type for each in found.history].count("herosaga.operator") == 4
        assert found.history[-1].reception == "late"  # the second `Closed`, deferred till then

    stuck(scene)


def test_a_stuck_undo_is_skipped() -> None:
    async def scene(at: Desk, clerk: Broken) -> None:
        await at.host.skip(ASKING, "a", "withdrawn by telephone")
        await at.host.settle()
        found = await at.find(ASKING)
        assert (found.state, found.outcome) == (AskState.DECLINED, Outcome.COMPENSATION_FAILED)
        skipped, step, late = found.history[-3:]
        assert (skipped.reception, skipped.reason) == ("skipped", "withdrawn by telephone")
        assert (skipped.before, skipped.after) == ("Compensating", "Compensating")
        assert (step.reception, step.after) == ("taken", "Declined")
        assert (late.message_type, late.reception) == ("desk.Closed", "late")

    stuck(scene)


def test_the_rest_is_undone_after_what_was_skipped() -> None:
    clerk = Broken()

    def twice(step: Step[Data], event: Opened) -> AskState:
        ask(step, event)
        return ask(step, event)

    two = asking(
        "desk.Asking", On(Answered, lambda step, event: AskState.ASKING), start=(On(Opened, twice),)
    )

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None), Closed("a"))
        await at.after(60)
        assert len((await at.find(two)).records) == 2
        await at.host.skip(two, "a", "withdrawn by telephone")
        clerk.mended = True
        await at.after(60)
        found = await at.find(two)
        assert (found.state, found.outcome) == (AskState.DECLINED, Outcome.COMPENSATION_FAILED)
        assert clerk.types()[-1] == "Withdraw"

    play(scene, two, clerk=clerk, retry=AT_ONCE)


def test_an_instance_is_told_to_undo_everything() -> None:
    waiting = asking("desk.Asking", On(Answered, lambda step, event: AskState.ASKING))
    clerk = Clerk()

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None))
        await at.host.compensate(waiting, "a", AskState.DECLINED, "the customer has rung up")
        await at.host.settle()
        found = await at.find(waiting)
        assert (found.state, found.outcome) == (AskState.DECLINED, Outcome.COMPENSATED)
        told = found.history[-3]
        assert (told.reception, told.reason) == ("told to compensate", "the customer has rung up")
        assert found.history[-2].sent == ("desk.Withdraw",)
        assert await at.host.next_due() is None  # its alarms are gone

    play(scene, waiting, clerk=clerk)
    assert clerk.types() == ["Answer", "Withdraw"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (lambda host: host.retry(ASKING, "a", "why not"), "no undo is stuck"),
        (lambda host: host.skip(ASKING, "a", "why not"), "no undo is stuck"),
        (lambda host: host.skip(ASKING, "x", "why not"), "has no instance x"),
        (lambda host: host.skip(case(), "a", "why not"), "was not added"),
        (lambda host: host.skip(ASKING, "a", " "), "say why"),
        (lambda host: host.compensate(ASKING, "x", AskState.DECLINED, "so"), "has no instance x"),
        (lambda host: host.compensate(ASKING, "a", AskState.COMPENSATING, "so"), "say where"),
        (lambda host: host.compensate(ASKING, "b", AskState.DECLINED, "so"), "can't be told"),
        (lambda host: host.compensate(ASKING, "a", "Decline", "so"), "no state Decline, only"),
        (lambda host: host.retry(77, "so"), "no dead letter 77"),
    ],
)
def test_what_can_not_be_done_changes_nothing(told: Any, why: str) -> None:
    waiting = asking(
        "desk.Asking",
        On(
            Answered,
            lambda step, event: AskState.ANSWERED if event.case == "b" else AskState.ASKING,
        ),
    )

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", None), Opened("b", None))
        before = [(await at.find(waiting, key)).history for key in ("a", "b")]
        with pytest.raises(UsageError, match=why):
            await told(at.host)
        await at.host.settle()
        assert [(await at.find(waiting, key)).history for key in ("a", "b")] == before

    play(scene, waiting, clerk=Clerk())
