"""What `herosaga run` shows: a line for each movement, and at the end a table of outcomes."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from herosaga.cli.output import coloured, width, write
from herosaga.cli.stop import Closed

if TYPE_CHECKING:
    from herosaga_runtime import Host, InstanceSummary
    from herosaga_runtime.ports import (
        DeadLetterReport,
        HandlerReport,
        StepReport,
        WaitingReport,
    )

_RESET = "\x1b[0m"
_COLOURS = {
    "good": "\x1b[32m",
    "bad": "\x1b[31m",
    "undo": "\x1b[33m",
    "quiet": "\x1b[2m",
    "strong": "\x1b[1m",
    "": "",
}
_OUTCOMES = {
    "completed": "good",
    "failed": "bad",
    "compensated": "undo",
    "manual": "bad",
    "expired": "bad",
    "compensation_failed": "bad",
}
_CAUSES = {"alarm": "time is up", "fault": "a handler gave up", "done": "a handler is done"}
_MOST = 60  # rows of the table; more are only counted
_ROOMY = 80  # columns from which there is room for the time


@dataclass(slots=True)
class Screen:
    """An observer that prints what happens. When nobody reads any more, it says so by `gone`."""

    colour: bool
    columns: int
    began: float = field(default_factory=time.monotonic)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def step(self, report: StepReport) -> None:
        """A saga's step."""
        if report.reception == "stale":
            return
        what = _short(report.message_type)
        if report.reception != "taken":
            self._line(_short(report.saga), report.key, f"{what} {_received(report)}", "quiet")
            return
        sends = f", sends {', '.join(map(_short, report.sent))}" if report.sent else ""
        cause = _CAUSES.get(what, f"on {what}")
        if report.before == report.after:
            text, tone = f"{report.after} {cause}{sends}", "quiet"
        else:
            text = f"{report.before or '*'} -> {report.after} {cause}{sends}"
            tone = _tone(report)
        self._line(_short(report.saga), report.key, text, tone)

    def handler_started(self, report: HandlerReport) -> None:
        """Not shown: the step that asked for it was."""

    def handler_finished(self, report: HandlerReport) -> None:
        """Not shown: the step that takes its answer will be."""

    def handler_failed(self, report: HandlerReport) -> None:
        """A handler's attempt failed."""
        text = f"attempt {report.attempt} failed: {report.reason}"
        self._line(".".join(report.consumer.split(".")[-2:]), "", text, "bad")

    def dead_letter(self, report: DeadLetterReport) -> None:
        """A message was put aside."""
        text = f"{_short(report.message_type)} put aside: {report.reason}"
        self._line(_short(report.consumer), report.key, text, "bad")

    def waiting(self, report: WaitingReport) -> None:
        """A message waits, since its instance can't be read."""
        self._line(_short(report.saga), report.key, f"can't be read: {report.reason}", "bad")

    def _line(self, who: str, key: str, text: str, tone: str) -> None:
        seconds = f"{time.monotonic() - self.began:6.2f}s  " if self.columns >= _ROOMY else ""
        head = f"{seconds}{who:<18} {_shown(key):<9}  "
        said = " ".join(text.split())
        try:
            write(f"{self.paint(head, 'quiet')}{self.paint(said, tone)}\n")
        except Closed:
            self.gone.set()

    def paint(self, text: str, tone: str) -> str:
        """The text in a tone's colour."""
        colour = _COLOURS[tone]
        return f"{colour}{text}{_RESET}" if self.colour and colour else text


async def write_table(screen: Screen, host: Host) -> bool:
    """Show how every instance of the host's sagas has ended, or where it stands; whether none needs a person."""
    found = [each for saga in host.sagas for each in await host.instances(saga)]
    letters, waiting = await host.dead_letters(), await host.waiting()
    totals = Counter(map(_ending, found))
    counted = ", ".join(f"{n} {ending}" for ending, n in totals.most_common())
    lines = ["", *(_rows(screen, found) if len(found) <= _MOST else []), ""]
    lines.append(f"{len(found)} instances: {counted}" if found else "no instances")
    troubles = [
        *(f"stuck: {_short(each.saga)} {each.key}: {each.stuck}" for each in found if each.stuck),
        *(
            f"put aside: {_short(each.message_type)} for {_short(each.consumer)}: {each.reason}"
            for each in letters
        ),
        *(f"can't be read: {_short(each.saga)} {each.key}: {each.reason}" for each in waiting),
    ]
    lines += [screen.paint(" ".join(each.split()), "bad") for each in troubles]
    write("\n".join([*lines, ""]))
    return not troubles


def screen(stream: TextIO) -> Screen:
    """The observer for a stream: coloured on a terminal, plain in a pipe."""
    return Screen(coloured(stream), width(stream))


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _shown(key: str) -> str:
    """A key's last letters, by which the keys of most kinds differ."""
    return key if len(key) <= 9 else f"…{key[-8:]}"


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


def _tone(report: StepReport) -> str:
    if report.outcome:
        return _OUTCOMES[report.outcome]
    return "undo" if report.after == "Compensating" else ""


def _ending(instance: InstanceSummary) -> str:
    return instance.outcome or ("stuck" if instance.stuck else "running")


def _rows(screen: Screen, found: Sequence[InstanceSummary]) -> list[str]:
    titles = ("saga", "key", "state", "outcome", "steps")
    cells = [
        (_short(each.saga), _shown(each.key), each.state, _ending(each), str(each.revision))
        for each in found
    ]
    columns = [max(len(row[n]) for row in (titles, *cells)) for n in range(len(titles))]

    def line(row: Sequence[str]) -> str:
        last = row[-1].rjust(columns[-1])
        return "  ".join(
            [*(cell.ljust(n) for cell, n in zip(row[:-1], columns, strict=False)), last]
        )

    return [
        screen.paint(line(titles), "strong"),
        *(screen.paint(line(row), _OUTCOMES.get(row[3], "bad")) for row in cells),
    ]
