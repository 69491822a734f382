"""What `herosaga run` shows at its end: all sagas, slips and flows in tables, how many ended how, and what needs a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from herosaga.cli import way
from herosaga.cli.ops.lines import BLANK, TONES, Line, short, text_of
from herosaga.cli.ops.tables import Row, Table, put
from herosaga.cli.output import counted, write
from herosaga.cli.watching import Screen, begun, brief, consumer
from msgspec import Struct

if TYPE_CHECKING:
    from herosaga_runtime import DeadLetter, FlowView, Host, InstanceSummary, SlipView
    from herosaga_runtime.views import Waiting

_MOST = 60
"""Rows of a table; more are only counted."""


class _Listed(Struct, frozen=True):
    """A table, how each of its rows ended, and what those are called."""

    table: Table
    endings: tuple[str, ...]
    what: str


async def write_end(screen: Screen, host: Host) -> bool:
    """Show how everything has ended, or where it stands; whether nothing needs a person."""
    instances = [each for saga in host.sagas for each in await host.instances(saga)]
    slips = [view for found in await host.slips() if (view := await host.slip(found.id))]
    flows = await host.flows()
    listed = [_instances(instances)] if host.sagas or not (slips or flows) else []
    listed += [_slips(slips)] if slips or host.itineraries else []
    listed += [_flows(flows)] if host.declared_flows else []
    for each in listed:
        if 0 < len(each.table.rows) <= _MOST:
            write("\n")
            put(each.table)
    troubles = [
        *_of_instances(instances),
        *_of_slips(slips),
        *_of_flows(flows),
        *_of_mail(await host.dead_letters(), await host.waiting()),
    ]
    lines = [BLANK, *(Line(_count(each)) for each in listed)]
    lines += [Line(" ".join(each.split()), tone="bad") for each in troubles]
    write(text_of(lines, screen.room, screen.colour))
    return not troubles


def _count(listed: _Listed) -> str:
    if not listed.endings:
        return f"no {listed.what}s"
    each = (f"{number} {ending}" for ending, number in Counter(listed.endings).most_common())
    return f"{counted(len(listed.endings), listed.what)}: {', '.join(each)}"


# --- tables --------------------------------------------------------------------------------------


def _instances(found: Sequence[InstanceSummary]) -> _Listed:
    endings = tuple(each.outcome or ("stuck" if each.stuck else "running") for each in found)
    rows = [
        (short(each.saga), brief(each.key), each.state, ending, str(each.revision))
        for each, ending in zip(found, endings, strict=True)
    ]
    return _listed("instance", ("saga", "key", "state", "outcome", "steps"), rows, endings)


def _slips(found: Sequence[SlipView]) -> _Listed:
    endings = tuple("stuck" if each.stuck else str(each.status) for each in found)
    rows = [
        (
            short(each.itinerary),
            begun(each.id),
            ending,
            way.listed(each.way),
            way.listed(each.undone),
        )
        for each, ending in zip(found, endings, strict=True)
    ]
    return _listed("slip", ("itinerary", "slip", "status", "way", "undone"), rows, endings)


def _flows(found: Sequence[FlowView]) -> _Listed:
    endings = tuple("late" if each.late else str(each.status) for each in found)
    rows = [
        (short(each.flow), brief(each.correlation), ending, way.listed(_came(each)), _awaited(each))
        for each, ending in zip(found, endings, strict=True)
    ]
    return _listed("flow", ("flow", "correlation", "status", "way", "awaited"), rows, endings)


def _came(flow: FlowView) -> Iterable[str]:
    """The messages of a flow that have come, in order."""
    gone = [(each.first, each) for each in flow.arrows if each.first is not None]
    happened = [each for _, each in sorted(gone, key=lambda pair: pair[0])]
    names = (name for each in happened for name in (each.source, each.target))
    return dict.fromkeys((*names, *(each.source for each in flow.awaited)))


def _awaited(flow: FlowView) -> str:
    """`ItemsReserved or ItemsMissing from Inventory.OrderPaid`."""
    return ", ".join(
        " or ".join(map(short, each.targets)) + (f" from {consumer(each.by)}" if each.by else "")
        for each in flow.awaited
    )


def _listed(
    what: str,
    titles: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    endings: tuple[str, ...],
) -> _Listed:
    """A table in the colours of how each row ended; without columns in which there is nothing."""
    kept = [n for n in range(len(titles)) if any(row[n] for row in rows)]
    drawn = tuple(
        Row(tuple(row[n] for n in kept), TONES.get(ending, ""))
        for row, ending in zip(rows, endings, strict=True)
    )
    return _Listed(Table(tuple(titles[n] for n in kept), drawn), endings, what)


# --- what needs a person -------------------------------------------------------------------------


def _of_instances(found: Iterable[InstanceSummary]) -> Iterator[str]:
    return (f"stuck: {short(each.saga)} {each.key}: {each.stuck}" for each in found if each.stuck)


def _of_slips(found: Iterable[SlipView]) -> Iterator[str]:
    return (
        f"stuck: {short(each.itinerary)} {each.id}: {each.stuck}" for each in found if each.stuck
    )


def _of_flows(found: Iterable[FlowView]) -> Iterator[str]:
    for each in found:
        if each.late:
            yield f"late: {short(each.flow)} {each.correlation} waits for {_awaited(each)}"
        if each.unreadable:
            yield f"can't be read: {short(each.flow)} {each.correlation}: {each.unreadable}"


def _of_mail(letters: Iterable[DeadLetter], waiting: Iterable[Waiting]) -> Iterator[str]:
    for letter in letters:
        to = consumer(letter.consumer)
        yield f"put aside: {short(letter.message_type)} for {to}: {letter.reason}"
    for each in waiting:
        yield f"can't be read: {short(each.saga)} {each.key}: {each.reason}"
