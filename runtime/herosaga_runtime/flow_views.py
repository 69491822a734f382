"""What a host shows of flows: how far each has come, what it waits for, and what did not happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from herosaga_runtime import codec
from herosaga_runtime.errors import DecodeError
from herosaga_runtime.flows import Arrow, Awaited, Flow, Progress, progress_from_json, reached
from herosaga_runtime.ports import from_micros
from herosaga_runtime.rows import StoredFlow


class FlowStatus(StrEnum):
    """Whether every branch that was taken has come to its end."""

    RUNNING = "running"
    COMPLETE = "complete"


class ArrowState(StrEnum):
    """What has become of an arrow.

    `HAPPENED`: it was gone along. `AWAITED`: its first message has come, and the second must (in a loop: once more). `OPEN`:
    it may still be gone along. `EXCLUDED`: it won't be, since another branch was taken.
    """

    HAPPENED = "happened"
    AWAITED = "awaited"
    OPEN = "open"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class ArrowView:
    """An arrow of a flow: how often it was gone along, and when the first and the last time."""

    source: str
    target: str
    state: ArrowState
    count: int
    first: datetime | None
    last: datetime | None

    def __str__(self) -> str:
        """`oms.ParcelScanned -> oms.ParcelSorted`."""
        return f"{self.source} -> {self.target}"


@dataclass(frozen=True, slots=True)
class AwaitedView:
    """What must follow a message: one of `targets`, which `by` should send: a handler, `oms.Payments.ChargeCard`, or a saga or
    itinerary. `message_id` is the message's, `since` when it came.
    """

    source: str
    targets: tuple[str, ...]
    by: str
    message_id: str
    since: datetime

    def __str__(self) -> str:
        """`oms.ParcelScanned -> oms.ParcelSorted | oms.ParcelLost`."""
        return f"{self.source} -> {' | '.join(self.targets)}"


@dataclass(frozen=True, slots=True)
class FlowView:
    """A flow in one correlation, as it was when it was looked up. Messages are called by their names on the wire.

    `due` is when it should be complete, None for a flow without `within`; `late` says that it is not, and should be. What it
    waits for is in `awaited`: from which message, for which, and who should send it. `unreadable` says why nothing more than
    this can be told; else it is empty.
    """

    flow: str
    correlation: str
    status: FlowStatus
    started: datetime
    due: datetime | None
    ended: datetime | None
    late: bool
    arrows: tuple[ArrowView, ...]
    awaited: tuple[AwaitedView, ...]
    unreadable: str = ""

    def in_state(self, state: ArrowState) -> tuple[ArrowView, ...]:
        """The arrows of which this has become."""
        return tuple(each for each in self.arrows if each.state is state)


def flow_view(stored: StoredFlow, flow: Flow | None, now: datetime) -> FlowView:
    """A flow as it is stored. Of one that is not declared here, only what has happened and is awaited is known."""
    due = None if stored.late is None else from_micros(stored.late)
    status = FlowStatus(stored.status)
    late = status is FlowStatus.RUNNING and due is not None and now >= due
    begin = (stored.flow, stored.correlation, status, from_micros(stored.started), due)
    try:
        progress = progress_from_json(codec.loads(stored.body))
    except DecodeError as error:
        return FlowView(*begin, None, late, (), (), str(error))
    ended = None if progress.ended is None else from_micros(progress.ended)
    awaited = tuple(_awaited(each) for each in progress.awaited)
    return FlowView(*begin, ended, late, tuple(_arrows(progress, flow)), awaited)


def _awaited(each: Awaited) -> AwaitedView:
    since = from_micros(each.since)
    return AwaitedView(each.source, each.targets, each.by, each.message_id, since)


def _arrows(progress: Progress, flow: Flow | None) -> Iterator[ArrowView]:
    awaited = dict.fromkeys((each.source, to) for each in progress.awaited for to in each.targets)
    open_ = frozenset[Arrow]() if flow is None else _open(progress, flow)
    known = dict.fromkeys((*progress.passed, *awaited)) if flow is None else flow.arrows
    for arrow in known:
        times = progress.passed.get(arrow)
        if arrow in awaited:
            state = ArrowState.AWAITED
        elif times is not None:
            state = ArrowState.HAPPENED
        else:
            state = ArrowState.OPEN if arrow in open_ else ArrowState.EXCLUDED
        if times is None:
            yield ArrowView(*arrow, state, 0, None, None)
        else:
            first, last = from_micros(times.first), from_micros(times.last)
            yield ArrowView(*arrow, state, times.count, first, last)


def _open(progress: Progress, flow: Flow) -> frozenset[Arrow]:
    """The arrows that may still be gone along, while something is awaited.

    They come after that, after what else can begin, or after somebody of whom nobody knows when nothing more comes.
    """
    if not progress.awaited:
        return frozenset()
    coming = [target for each in progress.awaited for target in each.targets]
    beginning = [each for each in flow.begins if each not in progress.came]
    ahead = reached(flow.arrows, (*coming, *beginning))
    unsure = [each for each in flow.branches if not each.awaits and each.source in progress.came]
    return frozenset(
        [
            *(arrow for arrow in flow.arrows if arrow[0] in ahead),
            *((each.source, target) for each in unsure for target in each.targets),
        ]
    )
