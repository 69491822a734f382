"""What the commands that look at a store read, and how they show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from herosaga.cli.ops import machine, names, tables
from herosaga.cli.ops.diagrams import diagram_of, stages_of
from herosaga.cli.ops.lines import BLANK, TONES, Line, Tone, moment, put, short, value
from herosaga.cli.ops.store import Absent, At
from herosaga.cli.ops.tables import Row, Table
from herosaga.cli.output import say
from herosaga_runtime import (
    DeadLetter,
    FlowView,
    HistoryEntry,
    InstanceSummary,
    Outcome,
    SlipEntry,
    SlipStatus,
    SlipSummary,
)

Show = Callable[[bool], None]
"""Prints what was read, once the store is closed: as JSON, or for people."""


async def instances(
    at: At, saga: str, state: str, outcome: Outcome | None, stuck: bool, archived: bool
) -> Show:
    """Instances in a list."""
    name = await names.saga(at, saga) if saga else None
    found = await at.host.all_instances(name, state or None, outcome, archived)
    chosen = tuple(each for each in found if not stuck or each.stuck or each.unreadable)
    if state and not chosen:
        _known_state(at, name, state)

    def show(as_json: bool) -> None:
        if as_json:
            machine.put(instances=chosen)
        else:
            _listed("instances", [_instance(each) for each in chosen], _INSTANCE)

    return show


_INSTANCE = ("saga", "key", "state", "outcome", "steps", "trouble")


def _known_state(at: At, saga: str | None, state: str) -> None:
    """A state that no saga has is a slip of the pen, and not an empty list."""
    sagas = [each for each in at.host.sagas if saga in (None, each.name)]
    if sagas:
        names.named("state", state, (str(one) for each in sagas for one in each.state))


def _instance(each: InstanceSummary) -> Row:
    ending = each.outcome or ("stuck" if each.stuck else "running")
    trouble = each.unreadable or each.stuck
    archived = " (archived)" if each.archived else ""
    return Row(
        (each.saga, each.key, each.state, f"{ending}{archived}", str(each.revision), trouble),
        "bad" if each.unreadable else TONES.get(ending, ""),
    )


async def show(at: At, what: str, key: str | None) -> Show:
    """One instance, or one slip."""
    if key is None:
        return await _show_slip(at, what)
    name = await names.saga(at, what)
    found = await at.host.facts(name, key)
    if found is None:
        raise Absent(f"{name} has no instance {key}")
    facts = found
    diagram = diagram_of(at, name)

    def tell(as_json: bool) -> None:
        from herosaga.cli.ops import instance

        if as_json:
            machine.put(instance=facts, states=diagram)
        else:
            put(instance.lines(facts, diagram, at.now))

    return tell


async def _show_slip(at: At, what: str) -> Show:
    from herosaga.cli.ops import slip

    found = await names.slip(at, what)
    map_ = slip.map_of(found, stages_of(at, found.itinerary), at.now)

    def tell(as_json: bool) -> None:
        if as_json:
            machine.put(slip=found, stages=machine.stages(map_))
        else:
            put(slip.lines(map_))

    return tell


async def history(at: At, what: str, key: str | None) -> Show:
    """What has happened to an instance, or to a slip."""
    found: Sequence[HistoryEntry | SlipEntry]
    if key is None:
        found = (await names.slip(at, what)).history
    else:
        name = await names.saga(at, what)
        found = await at.host.history(name, key)
        if not found:
            raise Absent(f"nothing has come for {key} of {name}")

    def tell(as_json: bool) -> None:
        if as_json:
            machine.put(history=found)
        else:
            titles = _OF_SLIP if key is None else _OF_INSTANCE
            _listed("entries", [_entry(each) for each in found], titles)

    return tell


_OF_INSTANCE = ("time (UTC)", "message", "became", "from", "to", "sent", "changed", "reason")
_OF_SLIP = ("time (UTC)", "happened", "activity", "part", "gave", "reason")


def _entry(entry: HistoryEntry | SlipEntry) -> Row:
    if isinstance(entry, SlipEntry):
        gave = value(dict(entry.outputs)) if entry.outputs else ""
        cells = (entry.happened, entry.activity, entry.part, gave, entry.reason)
        return Row((_exact(entry.at), *map(str, cells)), _SLIPS.get(entry.happened, ""))
    return Row(
        (
            *(_exact(entry.at), short(entry.message_type), entry.reception),
            *(entry.before or "", entry.after or "", ", ".join(map(short, entry.sent))),
            *(value(dict(entry.changed)) if entry.changed else "", entry.reason),
        ),
        "" if entry.reception == "taken" else "quiet" if not entry.reason else "undo",
    )


_SLIPS: dict[str, Tone] = {
    "failed": "bad",
    "held": "bad",
    "parked": "bad",
    "faulted": "bad",
    "undone": "undo",
    "turned back": "undo",
    "compensated": "undo",
    "completed": "good",
}


def _exact(at: datetime) -> str:
    return f"{moment(at)}.{at.microsecond // 1000:03d}"


async def slips(at: At, itinerary: str, status: SlipStatus | None, stuck: bool) -> Show:
    """Slips in a list."""
    name = await names.itinerary(at, itinerary) if itinerary else None
    every = await at.host.slips(name, status)
    found = tuple(each for each in every if not stuck or each.stuck)

    def tell(as_json: bool) -> None:
        if as_json:
            machine.put(slips=found)
        else:
            ids = [each.id for each in found]
            shown = names.beginnings(ids) if tables.on_terminal() else ids
            rows = [_slip(each, id) for each, id in zip(found, shown, strict=True)]
            _listed("slips", rows, _SLIP)

    return tell


_SLIP = ("slip", "itinerary", "status", "with", "started (UTC)", "trouble")


def _slip(each: SlipSummary, id: str) -> Row:
    activities = ", ".join(map(short, each.activities))
    started = moment(each.started_at)
    stands = f"{each.status}, stuck" if each.stuck and each.status == "running" else each.status
    return Row(
        (id, each.itinerary, str(stands), activities, started, each.stuck),
        "bad" if each.stuck else TONES.get(each.status, ""),
    )


async def flows(at: At, flow: str, late: bool) -> Show:
    """Runs of flows, with their arrows."""
    name = await names.flow(at, flow) if flow else ""
    found: tuple[FlowView, ...] = await at.host.flows(late=True if late else None)
    chosen = tuple(each for each in found if not name or each.flow == name)

    def tell(as_json: bool) -> None:
        from herosaga.cli.ops import flow as pictures

        if as_json:
            machine.put(flows=chosen)
        elif chosen:
            put(pictures.lines(chosen, at.now))
        else:
            say("no flow is late\n" if late else "no flows\n")

    return tell


async def dead_letters(at: At, number: str) -> Show:
    """What was put aside: all in a list, or one with everything about it."""
    found = await at.host.dead_letters()
    if number:
        letter = next((each for each in found if str(each.id) == number), None)
        if letter is None:
            raise Absent(
                f"there is no dead letter {number}: `herosaga ops dead-letters` lists them"
            )
        return partial(_show_letter, letter)

    def tell(as_json: bool) -> None:
        if as_json:
            machine.put(dead_letters=found)
        else:
            _listed("dead letters", [_letter(each) for each in found], _LETTER)

    return tell


def _show_letter(letter: DeadLetter, as_json: bool) -> None:
    if as_json:
        machine.put(dead_letter=letter)
    else:
        put(_letter_lines(letter))


_LETTER = ("id", "time (UTC)", "message", "for", "key", "tries", "reason")


def _letter(each: DeadLetter) -> Row:
    key = "" if each.key == each.message_id else each.key
    message, tries = short(each.message_type), str(each.attempts)
    return Row((str(each.id), moment(each.at), message, each.consumer, key, tries, each.reason))


def _letter_lines(each: DeadLetter) -> list[Line]:
    tries = f"put aside after {each.attempts} tries at {moment(each.at)} UTC"
    return [
        Line(f"dead letter {each.id}: {each.message_type} for {each.consumer}", tone="strong"),
        Line(f"{tries}, key {each.key}"),
        Line(each.reason, tone="bad"),
        *([BLANK, *_block(each.traceback)] if each.traceback else []),
        BLANK,
        *_block(_pretty(each.envelope)),
    ]


def _pretty(envelope: str) -> str:
    """The envelope, one attribute a line; what can't be read is shown as it is."""
    import json

    try:
        return json.dumps(json.loads(envelope), indent=2, ensure_ascii=False)
    except ValueError:
        return envelope


def _block(text: str) -> list[Line]:
    lines = text.rstrip("\n").split("\n")
    return [Line(each.lstrip(), (len(each) - len(each.lstrip())) // 2) for each in lines]


def _listed(what: str, rows: list[Row], titles: tuple[str, ...]) -> None:
    """A table, without columns in which there is nothing."""
    if not rows:
        say(f"no {what}\n")
        return
    kept = [n for n in range(len(titles)) if any(row.cells[n] for row in rows)]
    tables.put(
        Table(
            tuple(titles[n] for n in kept),
            tuple(Row(tuple(row.cells[n] for n in kept), row.tone) for row in rows),
        )
    )
