"""An instance that a test begins with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from herosaga_runtime.arms import due
from herosaga_runtime.decision import Decision
from herosaga_runtime.envelope import Envelope
from herosaga_runtime.errors import UsageError
from herosaga_runtime.instance import CALM, DEADLINE, D, Instance, Origin, S, Timer
from herosaga_runtime.making import Step, following
from herosaga_runtime.message import Command, Message
from herosaga_runtime.moves import enter
from herosaga_runtime.saga import Saga


def given(
    saga: Saga[D, S, Any],
    key: str,
    state: S,
    data: D,
    awaiting: Sequence[Command],
    records: Sequence[Message],
    envelope: Envelope,
    now: datetime,
) -> Decision[D, S]:
    """The step that has just entered `state`, with open requests and with records of what is to be undone."""
    if state is saga.compensating:
        raise UsageError("what undoes something must have come there: use `given` and `when`")
    origin = Origin(saga.name, saga.version, key, 1, now)
    nothing: Instance[D, Any] = Instance(origin, "", data, 0, 0, (), (), (), CALM, None)
    work = following(saga, nothing, envelope, now)
    for command in awaiting:
        work.request(command)
    for record in records:
        work.record(record)
    work.sent.clear()  # that was done before
    _count_down(saga, work)
    return enter(saga, work, state)


def _count_down(saga: Saga[D, Any, Any], work: Step[D]) -> None:
    """The deadline runs, as if the instance had started now."""
    if saga.deadline is not None:
        work.timers += (Timer("d", 0, due(work, saga.deadline.delay), DEADLINE),)
