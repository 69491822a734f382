"""A run as text: what came, what became of it, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from herosaga.interpreter.instance import (
    Alarm,
    BlockUndo,
    Deliver,
    Done,
    Fault,
    Input,
    Instance,
    Outcome,
    Record,
    Sent,
)
from herosaga.interpreter.values import Plain

Run = Iterable[tuple[datetime, Input, Outcome]]


def trace(run: Run, before: Instance | None = None) -> list[str]:
    """The lines of a run: one for each step, and below it what it sent and changed."""
    lines: list[str] = []
    for now, given, outcome in run:
        after = outcome.instance
        reason = f" ({outcome.reason})" if outcome.reason else ""
        lines.append(f"{now:%H:%M:%S} {said(given)}: {outcome.reception}{reason}")
        lines += (f"    {line}" for line in _step(before, after, outcome))
        before = after
    return lines


def said(given: Input) -> str:
    """An input in words."""
    match given:
        case Deliver(message=message, answers=answers, request=request):
            of = f" answering {answers}" if answers is not None else ""
            by = f" asked by {request}" if request else ""
            return f"{message}{of}{by}"
        case Alarm(token=token):
            return f"alarm `{token}`"
        case Fault(number=number, reason=reason):
            return f"fault of {number} ({reason})"
        case Done(number=number):
            return f"{number} is done"
    return type(given).__name__.lower()


def _step(before: Instance | None, after: Instance | None, outcome: Outcome) -> Iterator[str]:
    if after is not None and (before is None or before.state != after.state or outcome.entered):
        yield f"{before.state if before is not None else 'start'} -> {after.state}"
    yield from (_sent(each) for each in outcome.sent)
    if after is None or after is before:
        return
    old = {} if before is None else _facts(before)
    for name, value in _facts(after).items():
        if old.get(name, ()) != value and (name in old or value):
            shown = ", ".join(value) if isinstance(value, tuple) else value
            yield f"{name}: {shown or '-'}"


def _sent(each: Sent) -> str:
    to = f" to {each.to}" if each.to else ""
    return f"{each.kind} {each.number} {each.message}{to}"


def _facts(instance: Instance) -> dict[str, Plain]:
    """What is told where it changes."""
    alarms = {token: due.time().isoformat() for token, due in instance.alarms()}
    return {
        **{f"data {name}": f"{value}" for name, value in instance.data.items()},
        "records": tuple(_undo(each) for each in instance.records),
        "requests": tuple(f"{each.number} {each.command}" for each in instance.requests),
        "alarms": tuple(f"{token} at {due}" for token, due in alarms.items()),
        "arrivals": tuple(part for _, part in instance.arrivals),
        "deferred": tuple(said(each) for each in instance.deferred),
        "held": instance.held.reason if instance.held is not None else "",
        "stuck": instance.stuck,
        "outcome": instance.outcome,
    }


def _undo(record: Record) -> str:
    match record.undo:
        case BlockUndo(compensation=name, args=args):
            return f"{name}({', '.join(f'{field} = {value}' for field, value in args)})"
        case command:
            return str(command)
