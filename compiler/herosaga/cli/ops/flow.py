"""Flows as lines: which arrows have happened and when, what is awaited from whom, and what is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from herosaga.cli.ops.lines import BLANK, Line, Tone, lasting, moment, short
from herosaga_runtime import ArrowState, ArrowView, FlowStatus, FlowView

_SIGNS: dict[ArrowState, tuple[str, Tone]] = {
    ArrowState.HAPPENED: ("✓", "good"),
    ArrowState.AWAITED: ("…", "strong"),
    ArrowState.OPEN: ("·", ""),
    ArrowState.EXCLUDED: ("–", "quiet"),
}


def lines(found: tuple[FlowView, ...], now: datetime) -> Iterator[Line]:
    """Runs of flows, each with its arrows unless it is complete and one of several."""
    before = False
    for number, each in enumerate(found):
        whole = len(found) == 1 or each.status is FlowStatus.RUNNING
        if number and (whole or before):
            yield BLANK
        if whole:
            yield from _head(each, now)
            yield from _arrows(each, now)
        else:
            yield Line(f"{each.flow} {each.correlation}, {_standing(each, now)}", tone="good")
        before = whole


def _head(flow: FlowView, now: datetime) -> Iterator[Line]:
    yield Line(f"{flow.flow} {flow.correlation}", tone="strong")
    tone: Tone = "bad" if flow.late else "good" if flow.status is FlowStatus.COMPLETE else ""
    yield Line(_standing(flow, now), 1, tone=tone)
    if flow.unreadable:
        yield Line(f"can't be read: {flow.unreadable}", 1, tone="bad")


def _standing(flow: FlowView, now: datetime) -> str:
    parts = [f"started {moment(flow.started)} UTC"]
    if flow.late and flow.due is not None:
        parts.insert(0, f"late for {lasting(now - flow.due)}")
    elif flow.ended is not None:
        parts = [f"complete after {lasting(flow.ended - flow.started)}", *parts]
    elif flow.due is not None:
        parts = ["running", *parts, f"to be complete at {moment(flow.due, flow.started)}"]
    else:
        parts = ["running", *parts]
    return ", ".join(parts)


def _arrows(flow: FlowView, now: datetime) -> Iterator[Line]:
    for arrow in flow.arrows:
        sign, tone = _SIGNS[arrow.state]
        text = f"{short(arrow.source)} → {short(arrow.target)}{_times(arrow, flow.started)}"
        word = "  excluded" if arrow.state is ArrowState.EXCLUDED else ""
        yield Line(f"{text}{word}", 1, sign, tone)
    for each in flow.awaited:
        targets = " or ".join(map(short, each.targets))
        by = f" from {each.by}" if each.by else ""
        since = f"since {moment(each.since, flow.started)}, {lasting(now - each.since)}"
        tone = "bad" if flow.late else ""
        yield Line(f"waits for {targets}{by} after {short(each.source)}, {since}", 1, "▶", tone)


def _times(arrow: ArrowView, started: datetime) -> str:
    if arrow.first is None or arrow.last is None:
        return ""
    if arrow.count == 1:
        return f"  {moment(arrow.first, started)}"
    return f"  {arrow.count} times, last {moment(arrow.last, started)}"
