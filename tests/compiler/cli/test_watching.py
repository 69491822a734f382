"""The lines of a run: what they say of sagas, slips and flows, how wide they are, and what is said once."""

from __future__ import annotations

import pytest
from herosaga.cli.watching import Screen, brief, by_message, consumer
from herosaga_runtime.flows import Branch, Flow
from herosaga_runtime.message import Event, message
from herosaga_runtime.ports import DeadLetterReport, HandlerReport, SlipReport, StepReport

SLIP = "3f0e1a5c-0000-5000-8000-0000fedba665"


def slip(happened: str, activity: str = "", reason: str = "", part: str = "") -> SlipReport:
    name = activity and f"oms.{activity}"
    return SlipReport("oms.Fulfilment", SLIP, part, happened, name, "running", "order-1", reason)


def attempt(reason: str) -> HandlerReport:
    return HandlerReport("oms.Pack", f"{SLIP}//2", "oms.Pack", 4, (), reason)


def step(before: str | None, after: str, type: str, *sent: str) -> StepReport:
    return StepReport("oms.Delivery", "7", 1, "m", type, before, after, sent, "taken", None, "")


@pytest.fixture
def screen() -> Screen:
    """One that is too narrow for the time, in a pipe."""
    return Screen(False, 60)


HAPPENED = {
    "started": (slip("started"), "started"),
    "run": (
        slip("started", reason="run by oms.Delivery 0c9b-09c08241"),
        "started, run by Delivery …09c08241",
    ),
    "done": (slip("done", "Pack", part="2.1"), "done Pack"),
    "revised": (
        slip("revised", "Choose", "-Post +Courier"),
        "revised by Choose: -Post +Courier",
    ),
    "forked": (slip("forked", reason="2 branches"), "forked into 2 branches"),
    "joined": (slip("joined"), "joined"),
    "failed": (slip("failed", "Pack", "no box"), "failed Pack: no box"),
    "given up": (slip("given up", "Pack"), "given up Pack"),
    "turned": (slip("turned back", reason="by oms.Delivery 7"), "turned back: by Delivery 7"),
    "turned by hand": (slip("turned back", reason="lost it"), "turned back: lost it"),
    "not turned": (
        slip("not turned back", reason="past what can't be undone"),
        "not turned back: past what can't be undone",
    ),
    "undone": (slip("undone", "Pack"), "undone Pack"),
    "parked": (slip("parked", "Pack", "torn"), "waits for an operator at Pack: torn"),
    "held": (slip("held", reason="weight: none"), "waits for an operator: weight: none"),
    "skipped": (slip("skipped", "Pack", "torn"), "skipped Pack by an operator: torn"),
    "retried": (slip("retried", reason="mended"), "retried by an operator: mended"),
    "completed": (slip("completed"), "completed"),
    "faulted": (slip("faulted", reason="no box"), "faulted"),
    "compensated": (slip("compensated"), "compensated"),
}


@pytest.mark.parametrize("case", HAPPENED)
def test_what_happens_to_a_slip(
    case: str, screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    report, text = HAPPENED[case]
    screen.slip(report)
    assert capsys.readouterr().out == f"Fulfilment         3f0e1a5c…  {text}\n"


def test_why_a_step_failed_is_said_once(screen: Screen, capsys: pytest.CaptureFixture[str]) -> None:
    screen.handler_failed(attempt("no box"))
    screen.slip(slip("failed", "Pack", "no box"))
    screen.slip(slip("failed", "Pack", "no box"))
    assert capsys.readouterr().out.splitlines() == [
        "Pack               3f0e1a5c…  attempt 4 failed: no box",
        "Fulfilment         3f0e1a5c…  failed Pack",
        "Fulfilment         3f0e1a5c…  failed Pack: no box",
    ]


STEPS = {
    "outcome": (
        step("Fulfilling", "Delivered", "oms.Fulfilment.completed"),
        "Fulfilling -> Delivered on Fulfilment.completed",
    ),
    "back": (
        step("A", "B", "oms.Stop", "oms.Told", "oms.Fulfilment.back"),
        "A -> B on Stop, sends Told, turns back Fulfilment",
    ),
    "run": (
        step(None, "B", "oms.Asked", "oms.Fulfilment"),
        "* -> B on Asked, sends Fulfilment",
    ),
    "time": (step("A", "A", "herosaga.alarm"), "A time is up"),
    "message": (step("A", "A", "oms.alarm.Alarm"), "A on Alarm"),
}


@pytest.mark.parametrize("case", STEPS)
def test_steps_of_sagas(case: str, screen: Screen, capsys: pytest.CaptureFixture[str]) -> None:
    report, text = STEPS[case]
    screen.step(report)
    assert capsys.readouterr().out == f"Delivery           7          {text}\n"


@message("oms.Placed")
class Placed(Event):
    """The first of a flow."""


@message("oms.Paid")
class Paid(Event):
    """The second."""


def test_arrows_of_flows_are_shown_and_no_other_handlers(
    screen: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.flows = by_message((Flow("oms.Processing", (Branch(Placed, (Paid,)),)),))
    done = HandlerReport("oms.Bank.Placed", "m", "oms.Placed", 1, ("oms.Paid",), "", "order-1")
    other = HandlerReport("oms.Bank.Paid", "m", "oms.Paid", 1, ("oms.Told",), "", "order-1")
    screen.handler_finished(done)
    screen.handler_finished(other)
    assert capsys.readouterr().out == "Processing         order-1    Placed -> Paid\n"


def test_a_terminal_is_never_too_narrow(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(False, 60, True)
    screen.slip(slip("failed", "Pack", "there is no box of this size in the house"))
    first, second = capsys.readouterr().out.splitlines()
    assert first == "Fulfilment         3f0e1a5c…  failed Pack: there is no box"
    assert second == f"{' ' * 30}of this size in the house"


def test_colours_say_how_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(True, 60)
    for each in ("completed", "faulted", "compensated", "started"):
        screen.slip(slip(each))
    codes = [line.split("\x1b[0m")[1][:5] for line in capsys.readouterr().out.splitlines()]
    assert codes == ["\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[2ms"]


def test_who_has_put_mail_aside(screen: Screen, capsys: pytest.CaptureFixture[str]) -> None:
    screen.dead_letter(DeadLetterReport("oms.Bank.Paid", "k", "m", "oms.Paid", "why"))
    assert capsys.readouterr().out.startswith("Bank.Paid          k          Paid put aside: why")


@pytest.mark.parametrize(
    ("name", "who"),
    [("a.b.Bank.Paid", "Bank.Paid"), ("a.b.Pack", "Pack"), ("Pack", "Pack"), ("B.P", "B.P")],
)
def test_consumers_are_called_without_their_namespace(name: str, who: str) -> None:
    assert consumer(name) == who


@pytest.mark.parametrize(("key", "text"), [("123456789", "123456789"), ("1234567890", "…34567890")])
def test_keys_are_cut_to_what_differs(key: str, text: str) -> None:
    assert brief(key) == text
