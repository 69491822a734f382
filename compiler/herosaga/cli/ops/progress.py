"""How far a slip has come, stage by stage: what its history and what remains of it say of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from herosaga.cli.ops.diagrams import Stages, every, shape_of
from herosaga_runtime import Happened, PartView, SlipEntry, SlipView
from msgspec import Struct

Mark = Literal[
    "here", "held", "failed", "given up", "undone", "done", "ahead", "dropped", "skipped", "open"
]  # fmt: skip
"""`open`: it was not reached, and nothing says that it will be. `skipped`: the slip is past it."""


class Seen(Struct):
    """What has happened at a stage, or at an activity that was inserted. `parts` are those that are at it now."""

    activity: str
    done: list[SlipEntry] = []
    undone: int = 0
    failed: SlipEntry | None = None
    left_out: SlipEntry | None = None
    given_up: bool = False
    parts: list[PartView] = []
    ahead: bool = False


class Inserted(Struct):
    """An activity that no stage declares: it stands behind the stage `behind`, "" at the beginning."""

    behind: str
    part: str
    seen: Seen


class Progress(Struct):
    """What is known of each stage by its path, and what was inserted, in order."""

    stages: dict[str, Seen]
    inserted: list[Inserted]
    dropped: set[str]
    ended_early: bool


def progress_of(slip: SlipView, stages: Stages) -> Progress:
    """How far a slip has come."""
    found = Progress({each.path: Seen(each.activity) for each in every(stages)}, [], set(), False)
    last: dict[str, str] = {}
    for entry in slip.history:
        _happened(found, entry, last)
    held = {each.part: each.activity for each in slip.history if each.happened is Happened.HELD}
    for part in slip.parts:
        _stands(found, part, last, held.get(part.part, ""))
    return found


def _happened(found: Progress, entry: SlipEntry, last: dict[str, str]) -> None:
    if entry.stage:
        last[entry.part] = entry.stage
    match entry.happened:
        case Happened.DONE:
            seen = _seen(found, entry, last)
            seen.activity = entry.activity  # another than the stage's, if the itinerary has changed
            seen.done.append(entry)
        case Happened.FAILED if entry.activity:
            _seen(found, entry, last).failed = entry
        case Happened.GIVEN_UP if entry.activity:
            _seen(found, entry, last).given_up = True
        case Happened.SKIPPED if entry.stage:
            _seen(found, entry, last).left_out = entry
        case Happened.UNDONE:
            _undo(found, entry.activity)
        case Happened.REVISED:
            _revise(found, entry, last)


def _seen(found: Progress, entry: SlipEntry, last: dict[str, str]) -> Seen:
    if entry.stage:
        return found.stages.setdefault(entry.stage, Seen(entry.activity))
    return _inserted(found, entry.part, entry.activity, last)


def _inserted(found: Progress, part: str, activity: str, last: dict[str, str]) -> Seen:
    """The activity that was inserted and is still to come in this part; else one that was built in."""
    for each in found.inserted:
        seen = each.seen
        waits = not (seen.done or seen.failed or seen.parts or seen.ahead)
        if each.part == part and waits and _same(seen.activity, activity):
            seen.activity = activity
            return seen
    new = Inserted(last.get(part, ""), part, Seen(activity))
    found.inserted.append(new)
    return new.seen


def _same(short: str, activity: str) -> bool:
    return short == activity or activity.endswith(f".{short}")


def _undo(found: Progress, activity: str) -> None:
    """The newest of what was done by this activity, and is not undone, is undone."""
    all_seen = [*found.stages.values(), *(each.seen for each in found.inserted)]
    left = [
        (each.done[len(each.done) - each.undone - 1].at, number)
        for number, each in enumerate(all_seen)
        if each.activity == activity and len(each.done) > each.undone
    ]
    if left:
        all_seen[max(left)[1]].undone += 1


def _revise(found: Progress, entry: SlipEntry, last: dict[str, str]) -> None:
    for word in entry.reason.split():
        if word.startswith("+"):
            new = Inserted(last.get(entry.part, ""), entry.part, Seen(word[1:]))
            found.inserted.append(new)
        elif word.startswith("-"):
            found.dropped.add(word[1:])
        elif word == "end":
            found.ended_early = True


def _stands(found: Progress, part: PartView, last: dict[str, str], held_at: str) -> None:
    """What a part is with, and what is before it."""
    if part.back:
        return
    if part.activity or (part.held and part.given is not None):
        name = part.activity or held_at
        if part.stage:
            at = found.stages.setdefault(part.stage, Seen(name))
        else:
            at = _inserted(found, part.part, name, last)
        at.parts.append(part)
    elif part.held and part.ahead and part.ahead[0] in found.stages:
        found.stages[part.ahead[0]].parts.append(part)
    for path, name in zip(part.ahead, part.left, strict=True):
        if not path:
            _inserted(found, part.part, name, last).ahead = True
        for each, seen in found.stages.items():
            if each == path or each.startswith(f"{path}."):
                seen.ahead = True


# --- marks ---------------------------------------------------------------------------------------


def mark_of(progress: Progress, seen: Seen, passed: bool) -> Mark:
    """What has become of an activity."""
    if seen.parts:
        return "held" if any(each.held for each in seen.parts) else "here"
    if seen.failed is not None and (not seen.done or seen.failed.at >= seen.done[-1].at):
        return "failed"
    if seen.done:
        return "undone" if seen.undone == len(seen.done) else "done"
    if seen.given_up:
        return "given up"
    if any(_same(each, seen.activity) for each in progress.dropped):
        return "dropped"
    if seen.ahead:
        return "ahead"
    if seen.left_out is not None or passed:
        return "skipped"
    return "dropped" if progress.ended_early else "open"


def reached(progress: Progress) -> tuple[str, ...]:
    """The stages to which the slip has come."""
    return tuple(
        path
        for path, each in progress.stages.items()
        if each.done or each.parts or each.failed or each.left_out or each.given_up
    )


def is_past(stages: Stages, path: str, others: tuple[str, ...]) -> bool:
    """Whether the slip has gone past a stage: it has come to a later one, or into the other block of an `if`."""
    kinds = {each.path: each.kind for each in every(stages)}
    return any(_before(path, each, kinds) for each in others)


def _before(path: str, other: str, kinds: Mapping[str, str]) -> bool:
    mine, theirs = path.split("."), other.split(".")
    for n, (a, b) in enumerate(zip(mine, theirs, strict=False)):
        if a == b:
            continue
        if n % 2:  # blocks of one stage: those of a parallel go on at once
            return kinds.get(".".join(mine[:n])) == "if"
        return int(a) < int(b)
    return False


def stage_holds(slip: SlipView, progress: Progress, stages: Stages) -> bool:
    """Whether these are the stages that the slip went by: of the same shape, and the activities stand where its history says."""
    shapes = {each.shape for each in slip.parts if each.shape}
    if shapes - {shape_of(stages)}:
        return False
    known = {each.path: each for each in every(stages)}
    return all(
        path in known and known[path].activity == each.activity
        for path, each in progress.stages.items()
        if each.done or each.parts
    )
