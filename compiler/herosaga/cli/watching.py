"""What `herosaga run` shows while it runs: a line for each movement of a saga, a slip, or a flow."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from herosaga.cli import way
from herosaga.cli.ops.lines import CAUSES, TONES, Line, Tone, short, text_of
from herosaga.cli.output import coloured, width, write
from herosaga.cli.stop import Closed
from herosaga_runtime import Happened

if TYPE_CHECKING:
    from herosaga_runtime.flows import Flow
    from herosaga_runtime.ports import (
        DeadLetterReport,
        HandlerReport,
        SlipReport,
        StepReport,
        WaitingReport,
    )

_ROOMY = 80  # columns from which there is room for the time
_KEY = 9
_UNBOUNDED = 1_000_000
_BY = re.compile(r"\bby (\S+) (\S+)$")  # a saga, and the key of its instance


@dataclass(slots=True)
class Screen:
    """An observer that prints what happens. When nobody reads any more, it says so by `gone`.

    `flows` are those that are followed, by the messages that belong to them. `tries` has for each slip why its last attempt
    failed, so that the step that fails for good with it need not say so again.
    """

    colour: bool
    columns: int
    terminal: bool = False
    began: float = field(default_factory=time.monotonic)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    flows: Mapping[str, tuple[Flow, ...]] = field(default_factory=dict)
    tries: dict[str, str] = field(default_factory=dict)

    @property
    def room(self) -> int:
        """Columns of a line: where other programs read, each line is whole."""
        return self.columns if self.terminal else _UNBOUNDED

    def step(self, report: StepReport) -> None:
        """A saga's step."""
        if report.reception == "stale":
            return
        what = CAUSES.get(report.message_type, f"on {short(report.message_type)}")
        if report.reception != "taken":
            said = f"{what.removeprefix('on ')} {_received(report)}"
            self._line(short(report.saga), brief(report.key), said, "quiet")
            return
        sends = "".join(f", {each}" for each in _sent(report.sent))
        if report.before == report.after:
            self._line(
                short(report.saga), brief(report.key), f"{report.after} {what}{sends}", "quiet"
            )
        else:
            text = f"{report.before or '*'} -> {report.after} {what}{sends}"
            self._line(short(report.saga), brief(report.key), text, _tone(report))

    def slip(self, report: SlipReport) -> None:
        """Something has happened to a slip."""
        happened = Happened(report.happened)
        reason = "" if self.tries.pop(report.slip, None) == report.reason else report.reason
        if happened in (Happened.STARTED, Happened.TURNED):
            reason = _BY.sub(lambda by: f"by {short(by[1])} {brief(by[2])}", reason)
        text = way.happening(happened, report.activity, reason)
        self._line(short(report.itinerary), begun(report.slip), text, way.tone(happened))

    def handler_started(self, report: HandlerReport) -> None:
        """Not shown: the step that asked for it was."""

    def handler_finished(self, report: HandlerReport) -> None:
        """What a handler emits is an arrow of the flows that it belongs to. Else the step that takes it will be shown."""
        for event in report.emitted:
            for flow in self.flows.get(event, ()):
                text = f"{short(report.message_type)} -> {short(event)}"
                self._line(short(flow.name), brief(report.correlation), text, "quiet")

    def handler_failed(self, report: HandlerReport) -> None:
        """A handler's attempt failed, or an activity's: that stands by its slip."""
        text, key = f"attempt {report.attempt} failed: {report.reason}", ""
        if report.message_type == report.consumer:
            key = report.message_id.partition("/")[0]
            self.tries[key] = report.reason
        self._line(consumer(report.consumer), begun(key), text, "bad")

    def dead_letter(self, report: DeadLetterReport) -> None:
        """A message was put aside."""
        text = f"{short(report.message_type)} put aside: {report.reason}"
        self._line(consumer(report.consumer), brief(report.key), text, "bad")

    def waiting(self, report: WaitingReport) -> None:
        """A message waits, since its instance can't be read."""
        self._line(short(report.saga), brief(report.key), f"can't be read: {report.reason}", "bad")

    def _line(self, who: str, key: str, text: str, tone: Tone) -> None:
        seconds = f"{time.monotonic() - self.began:6.2f}s  " if self.columns >= _ROOMY else ""
        head = f"{seconds}{who:<18} {key:<{_KEY}}  "
        said = text_of(
            [Line(" ".join(text.split()), tone=tone)], self.room - len(head), self.colour
        )
        first, *more = said.splitlines()
        lines = [f"{self._quiet(head)}{first}", *(f"{' ' * len(head)}{each}" for each in more)]
        try:
            write("".join(f"{each}\n" for each in lines))
        except Closed:
            self.gone.set()

    def _quiet(self, head: str) -> str:
        (line,) = text_of([Line(head.lstrip(), tone="quiet")], _UNBOUNDED, self.colour).splitlines()
        return f"{' ' * (len(head) - len(head.lstrip()))}{line}"


def screen(stream: TextIO) -> Screen:
    """The observer for a stream: coloured on a terminal, plain in a pipe."""
    return Screen(coloured(stream), width(stream), stream.isatty())


def by_message(flows: tuple[Flow, ...]) -> dict[str, tuple[Flow, ...]]:
    """The flows that each message belongs to."""
    names = dict.fromkeys(name for flow in flows for arrow in flow.arrows for name in arrow)
    return {name: tuple(each for each in flows if name in each.messages) for name in names}


def consumer(name: str) -> str:
    """Who takes mail, without the namespace: `Inventory.OrderPaid`, `Pack`."""
    *_, owner, last = ("", *name.split("."))
    return f"{owner}.{last}" if owner[:1].isupper() else last


def brief(key: str) -> str:
    """A key's last letters, by which the keys of most kinds differ."""
    return key if len(key) <= _KEY else f"…{key[1 - _KEY :]}"


def begun(slip: str) -> str:
    """How a slip's id begins, by which `herosaga ops` knows it."""
    return slip if len(slip) <= _KEY else f"{slip[: _KEY - 1]}…"


def _sent(types: tuple[str, ...]) -> list[str]:
    """What a step sends, in words; a slip's own command to turn back is named after its itinerary."""
    back = [each for each in types if each.endswith(".back")]
    plain = ", ".join(short(each) for each in types if each not in back)
    turned = ", ".join(short(each.removesuffix(".back")) for each in back)
    return [
        f"{verb} {those}" for verb, those in (("sends", plain), ("turns back", turned)) if those
    ]


def _received(report: StepReport) -> str:
    match report.reception:
        case "ignored":
            return f"ignored in {report.after or 'no instance'}"
        case "unexpected":
            return f"unexpected: {report.reason}"
        case "late":
            return f"came late, in {report.after}" if report.after else "came late"
        case reception:
            return reception


def _tone(report: StepReport) -> Tone:
    if report.outcome:
        return TONES[report.outcome]
    return "undo" if report.after == "Compensating" else ""
