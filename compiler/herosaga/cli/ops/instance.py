"""An instance on its saga's diagram, as lines: where it is, the way it took, what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from herosaga.cli.ops.diagrams import BEGIN, Diagram, Place, Way
from herosaga.cli.ops.lines import (
    BLANK,
    CAUSES,
    TONES,
    Line,
    Tone,
    lasting,
    moment,
    short,
    until,
    value,
)
from herosaga_runtime import HistoryEntry
from herosaga_runtime.raw_views import InstanceFacts, RequestFacts
from msgspec import Struct


class Travelled(Struct, frozen=True):
    """How an instance went: when it came to each state, and when it went along each arrow."""

    came: dict[str, list[datetime]]
    went: dict[tuple[str, str], list[HistoryEntry]]


def travelled(found: InstanceFacts, diagram: Diagram) -> Travelled:
    """The way of an instance, with the states that it only passed."""
    came: dict[str, list[datetime]] = {}
    went: dict[tuple[str, str], list[HistoryEntry]] = {}
    for entry in found.history:
        if entry.after is None or entry.before == entry.after:
            continue
        way = _way(diagram, entry.before or BEGIN, entry.after)
        for source, target in pairwise(way):
            went.setdefault((source, target), []).append(entry)
            came.setdefault(target, []).append(entry.at)
    return Travelled(came, went)


def _way(diagram: Diagram, source: str, target: str) -> list[str]:
    """The states from one to another, by way of those in which nobody stays."""
    places = {each.name: each for each in diagram}
    seen, queue = {source}, [[source]]
    for way in queue:
        place = places.get(way[-1], Place(way[-1]))
        for each in place.ways:
            if each.target == target:
                return [*way, target]
            if each.target not in seen and places.get(each.target, place).passing:
                seen.add(each.target)
                queue.append([*way, each.target])
    return [source, target]


# --- the picture ---------------------------------------------------------------------------------


def lines(found: InstanceFacts, diagram: Diagram, now: datetime) -> Iterator[Line]:
    """All that is shown of an instance."""
    yield from _head(found, now)
    yield BLANK
    yield from _states(found, diagram, now)
    yield from _undo(found)
    if found.data:
        yield BLANK
        yield Line("data")
        yield from (Line(f"{name} = {value(each)}", 1) for name, each in found.data.items())


def _head(found: InstanceFacts, now: datetime) -> Iterator[Line]:
    outcome = f"{found.outcome}, " if found.outcome else ""
    archived = ", in the archive" if found.archived else ""
    yield Line(f"{found.saga} {found.key}", tone="strong")
    yield Line(f"{outcome}in {found.state}{_for(found, now)}{archived}", tone=_tone(found))
    parts = [
        *([f"started {moment(found.started_at)} UTC"] if found.started_at else []),
        f"{found.revision} step{'' if found.revision == 1 else 's'}",
        f"version {found.version}",
        *([f"incarnation {found.incarnation}"] if found.incarnation > 1 else []),
    ]
    yield Line(", ".join(parts))
    if found.caller is not None:
        yield Line(f"{found.caller.saga} {found.caller.key} awaits its reply")
    if found.stuck:
        yield Line(f"stuck: {found.stuck}", tone="bad")
    for why in filter(None, (found.unreadable, found.broken)):
        yield Line(f"can't be read: {why}", tone="bad")


def _for(found: InstanceFacts, now: datetime) -> str:
    moves = [each.at for each in found.history if each.before != each.after]
    return f" for {lasting(now - moves[-1])}" if moves and found.outcome is None else ""


def _tone(found: InstanceFacts) -> Tone:
    if found.stuck:
        return "bad"
    return TONES.get(found.outcome or "", "")


def _states(found: InstanceFacts, diagram: Diagram, now: datetime) -> Iterator[Line]:
    """Each state with its arrows. Those that no diagram has (any more) come from the history alone."""
    way = travelled(found, diagram)
    known = {each.name for each in diagram}
    names = dict.fromkeys((*way.came, *(each for pair in way.went for each in pair), found.state))
    others = [Place(each) for each in names if each not in known]
    others.sort(key=lambda each: each.name != BEGIN)
    for place in (*diagram, *others):
        yield from _state(found, place, way, now)


def _state(found: InstanceFacts, place: Place, way: Travelled, now: datetime) -> Iterator[Line]:
    here, came = place.name == found.state, way.came.get(place.name, [])
    times = ", ".join(moment(each, found.started_at) for each in came[-3:])
    more = f" ({len(came)} times, last {times})" if len(came) > 3 else f"  {times}" if times else ""
    mark = f" ({place.mark})" if place.mark in ("failed", "manual") else ""
    sign = "▶" if here else "✓" if came or (place.name == BEGIN and way.went) else "·"
    tone: Tone = "strong" if here else "" if came else "quiet"
    yield Line(f"{place.name}{mark}{more}", 0, sign, tone)
    if here:
        yield from _waits(found, now)
    for each in _ways(place, way):
        yield from _arrow(found, place, each, way)


def _ways(place: Place, way: Travelled) -> list[Way]:
    """The arrows of a state, and those that it was left by though no diagram has them."""
    drawn = {each.target for each in place.ways}
    gone = [Way(target) for source, target in way.went if source == place.name]
    return [*place.ways, *(each for each in gone if each.target not in drawn)]


def _arrow(found: InstanceFacts, place: Place, to: Way, way: Travelled) -> Iterator[Line]:
    gone = way.went.get((place.name, to.target), [])
    if not gone:
        why = f"  {'; '.join(to.why)}" if to.why else ""
        yield Line(f"→ {to.target}{why}", 2, "·", "quiet")
        return
    for entry in gone[-3:]:
        sent = f", sent {', '.join(map(short, entry.sent))}" if entry.sent else ""
        at = moment(entry.at, found.started_at)
        cause = CAUSES.get(entry.message_type) or f"on {short(entry.message_type)}"
        yield Line(f"→ {to.target}  {at} {cause}{sent}", 2, "✓", "good")


def _waits(found: InstanceFacts, now: datetime) -> Iterator[Line]:
    """What happens next by itself, and what is kept."""
    yield from (Line(_request(each, now), 2, "…") for each in found.requests)
    for timer in found.timers:
        yield Line(f"{timer.name or 'its time'} is up at {until(timer.due, now)}", 2, "…")
    if found.deferred:
        yield Line(f"kept for later: {', '.join(map(short, found.deferred))}", 2, "…")
    if found.undoing is not None:
        rest = f", then {', '.join(map(short, found.undoing.queue))}" if found.undoing.queue else ""
        yield Line(f"leads to {found.undoing.target} when all is undone{rest}", 2, "…")


def _request(request: RequestFacts, now: datetime) -> str:
    of = "" if request.tries is None else f" of {request.tries}"
    attempt = f", attempt {request.attempt}{of}" if request.attempt > 1 or of != " of 1" else ""
    name = short(request.command)
    if request.answered:
        return f"{name} is answered; the other answers are awaited"
    if request.paused and request.due is not None:
        return f"tries {name} again at {until(request.due, now)}{attempt}"
    ends = "" if request.due is None else f", until {until(request.due, now)}"
    return f"waits for {name}{attempt}{ends}"


def _undo(found: InstanceFacts) -> Iterator[Line]:
    if found.records:
        yield BLANK
        newest = ", ".join(short(each) for each in reversed(found.records))
        ended = "could no longer be undone" if found.outcome else "would be undone, newest first"
        yield Line(f"{ended}: {newest}", tone="undo")
