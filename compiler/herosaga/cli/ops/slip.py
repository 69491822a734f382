"""A slip on its itinerary, as lines: what of each stage has become, where its parts are, what they carry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from herosaga.cli.ops.diagrams import Stage, Stages
from herosaga.cli.ops.lines import BLANK, TONES, Line, Tone, lasting, moment, short, until, value
from herosaga.cli.ops.names import caller_of
from herosaga.cli.ops.progress import (
    Inserted,
    Mark,
    Progress,
    Seen,
    is_past,
    mark_of,
    progress_of,
    reached,
    stage_holds,
)
from herosaga_runtime import PartView, SlipView
from msgspec import Struct

SIGNS: dict[Mark, tuple[str, Tone, str]] = {
    "here": ("▶", "strong", ""),
    "held": ("!", "bad", "waits for an operator"),
    "failed": ("✗", "bad", ""),
    "given up": ("–", "undo", "given up"),
    "undone": ("↶", "undo", "undone"),
    "done": ("✓", "good", ""),
    "ahead": ("·", "", ""),
    "dropped": ("–", "quiet", "dropped by a revision"),
    "skipped": ("–", "quiet", "not taken"),
    "open": ("–", "quiet", "not reached"),
}
"""The sign before a stage, its colour, and what is said of it."""


class Map(Struct, frozen=True):
    """A slip, the stages of its itinerary, how far it has come, and the time.

    `known`: these are all of its stages; `changed`: those of its itinerary now are others.
    """

    slip: SlipView
    stages: Stages
    progress: Progress
    now: datetime
    known: bool = True
    changed: bool = False

    def mark(self, path: str, seen: Seen) -> Mark:
        """What has become of an activity."""
        passed = bool(path) and is_past(self.stages, path, reached(self.progress))
        left = self.slip.status == "completed" or passed
        return mark_of(self.progress, seen, left)


def map_of(slip: SlipView, stages: Stages, now: datetime) -> Map:
    """A slip on these stages; without them if it went by others."""
    progress = progress_of(slip, stages)
    if stage_holds(slip, progress, stages):
        return Map(slip, stages, progress, now)
    alone = progress_of(slip, ())
    return Map(slip, _flat(alone), alone, now, known=False, changed=bool(stages))


def _flat(progress: Progress) -> Stages:
    """What has happened, in order, where the stages are not known."""
    return tuple(
        Stage(path, "do", f"do {short(seen.activity)}", seen.activity)
        for path, seen in progress.stages.items()
        if seen.done or seen.parts or seen.failed or seen.given_up
    )


def lines(at: Map) -> Iterator[Line]:
    """All that is shown of a slip."""
    yield from _head(at.slip)
    yield BLANK
    if at.changed:
        yield Line("the itinerary is another one by now: this is what has happened", tone="quiet")
    yield from _inserted(at, "", 0)
    yield from _block(at, at.stages, 0)
    if not at.known:
        yield from _unknown(at)
    yield from _back(at)
    yield from _carried(at.slip)


def _head(slip: SlipView) -> Iterator[Line]:
    summary = slip.summary
    yield Line(f"{slip.itinerary} {slip.id}", tone="strong")
    took = f", ended after {lasting(slip.history[-1].at - summary.started_at)}"
    ended = took if slip.status.ended and slip.history else ""
    past = ", past what can't be undone" if slip.past and not slip.status.ended else ""
    yield Line(f"{slip.status}{past}{ended}", tone=TONES.get(slip.status, ""))
    yield Line(f"started {moment(summary.started_at)} UTC, correlation {summary.correlation}")
    caller = caller_of(slip)
    if caller:
        yield Line(f"run by {caller}")
    if slip.turned:
        yield Line(f"turned back: {slip.turned}", tone="undo")
    if slip.failed is not None:
        yield Line(f"failed: {slip.failed.activity}: {slip.failed.reason}", tone="bad")
    if slip.stuck:
        yield Line(f"stuck: {slip.stuck}", tone="bad")
    if slip.skipped:
        yield Line(f"an operator has skipped {slip.skipped} of its steps", tone="bad")


# --- stages --------------------------------------------------------------------------------------


def _block(at: Map, stages: Stages, depth: int) -> Iterator[Line]:
    for stage in stages:
        seen = at.progress.stages[stage.path]
        if stage.kind == "do":
            yield from _activity(at, stage.label, stage.path, seen, depth)
        else:
            yield from _blocks(at, stage, seen, depth)
        yield from _inserted(at, stage.path, depth)


def _blocks(at: Map, stage: Stage, seen: Seen, depth: int) -> Iterator[Line]:
    mark = at.mark(stage.path, seen)
    sign, tone, _ = SIGNS[mark] if mark in ("held", "failed") else (" ", "", "")
    yield Line(stage.label, depth, sign, tone)
    yield from _trouble(seen, depth + 2)
    for heading, block in stage.blocks:
        inner = depth + 1 + (stage.kind == "parallel")
        if heading:
            yield Line(heading, depth + (stage.kind == "parallel"), " ")
        yield from _block(at, block, inner)


def _inserted(at: Map, path: str, depth: int) -> Iterator[Line]:
    for each in at.progress.inserted:
        if each.behind == path:
            yield from _activity(at, _added(at, each), "", each.seen, depth)


def _added(at: Map, inserted: Inserted) -> str:
    by = "" if not at.known else ", inserted by a revision"
    return f"do {short(inserted.seen.activity)}{by}"


def _activity(at: Map, label: str, path: str, seen: Seen, depth: int) -> Iterator[Line]:
    mark = at.mark(path, seen)
    sign, tone, said = SIGNS[mark]
    times = f", {len(seen.done)} times" if len(seen.done) > 1 else ""
    started = at.slip.summary.started_at
    done = f"{moment(seen.done[-1].at, started)}{times}" if seen.done else ""
    note = ", ".join(filter(None, (done, said)))
    yield Line(f"{label}  {note}" if note else label, depth, sign, tone)
    for part in seen.parts:
        yield Line(_with(part, at.now), depth + 2, "…")
    yield from _trouble(seen, depth + 2)


def _trouble(seen: Seen, depth: int) -> Iterator[Line]:
    if seen.failed is not None:
        yield Line(seen.failed.reason, depth, "✗", "bad")
    if seen.left_out is not None:
        yield Line(f"skipped by an operator: {seen.left_out.reason}", depth, "–")


def _with(part: PartView, now: datetime) -> str:
    """How far a part is with its activity."""
    where = f"part {part.part}: " if part.part else ""
    if not part.activity:
        return f"{where}waits for an operator"
    tries = f"attempt {part.attempts}" if part.attempts else "not begun"
    due = ""
    if part.due is not None and part.due > now:
        due = (
            f", again at {until(part.due, now)}"
            if part.attempts
            else f", at {until(part.due, now)}"
        )
    progress = f", says: {part.progress}" if part.progress else ""
    return f"{where}{tries}{due}{progress}"


def _unknown(at: Map) -> Iterator[Line]:
    """That more is to come, where it is not known what."""
    for part in at.slip.parts:
        count = sum(bool(path) for path in part.ahead)
        if count and not part.back:
            more = "stage" if count == 1 else "stages"
            why = "not known any more" if at.changed else "not known without the app"
            yield Line(f"{count} more {more}, {why}", 0, "·", "quiet")


# --- the way back, and what is carried -----------------------------------------------------------


def _back(at: Map) -> Iterator[Line]:
    """What is being undone now."""
    for part in at.slip.parts:
        if part.back and (part.activity or part.held):
            name = part.activity or (part.log[-1] if part.log else "its end")
            yield BLANK
            said = f"undoes {short(name)}: {_with(part, at.now)}"
            yield Line(said, 0, "!" if part.held else "↶", "bad" if part.held else "undo")


def _log_heading(slip: SlipView) -> str:
    if slip.past:
        return "was logged, and is not undone any more"
    return "could be undone" if slip.status == "completed" else "would be undone"


def _carried(slip: SlipView) -> Iterator[Line]:
    for part in slip.parts:
        of = f" of part {part.part}" if part.part else ""
        if part.log:
            yield BLANK
            yield Line(f"{_log_heading(slip)}{of}, newest first", tone="undo")
            logged = zip(reversed(part.log), reversed(part.logged), strict=True)
            yield from (Line(f"{short(name)} {value(log)}", 1) for name, log in logged)
        if part.variables:
            yield BLANK
            yield Line(f"variables{of}")
            yield from (Line(f"{name} = {value(v)}", 1) for name, v in part.variables.items())
