"""A slip's way in words: what happens to it, and what it has done and undone."""

from __future__ import annotations

from collections.abc import Iterable

from herosaga.cli.ops.lines import Tone, short
from herosaga_runtime import Happened

_TONES: dict[Happened, Tone] = {
    Happened.STARTED: "quiet",
    Happened.DONE: "quiet",
    Happened.FORKED: "quiet",
    Happened.JOINED: "quiet",
    Happened.FAILED: "bad",
    Happened.HELD: "bad",
    Happened.PARKED: "bad",
    Happened.REFUSED: "bad",
    Happened.FAULTED: "bad",
    Happened.GIVEN_UP: "undo",
    Happened.TURNED: "undo",
    Happened.UNDONE: "undo",
    Happened.COMPENSATED: "undo",
    Happened.COMPLETED: "good",
}


def happening(happened: Happened, activity: str, reason: str) -> str:
    """What has happened: `done Pack`, `revised by ChooseCarrier: -BookPost +BookCourier`."""
    name = short(activity)
    match happened:
        case Happened.STARTED:
            return ", ".join(filter(None, (str(happened), reason)))
        case Happened.REVISED:
            return f"revised by {name}: {reason}"
        case Happened.FORKED:
            return f"forked into {reason}"
        case Happened.HELD | Happened.PARKED:
            said = _with("waits for an operator", name and f"at {name}")
        case Happened.RETRIED | Happened.SKIPPED:
            said = f"{_with(str(happened), name)} by an operator"
        case Happened.FAULTED:  # the reason was told with the step that failed
            return str(happened)
        case _:
            said = _with(str(happened), name)
    return f"{said}: {reason}" if reason else said


def tone(happened: Happened) -> Tone:
    """How it looks."""
    return _TONES.get(happened, "")


def listed(activities: Iterable[str]) -> str:
    """Activities in order: `Pack WrapGift BookPost`."""
    return " ".join(map(short, activities))


def _with(word: str, name: str) -> str:
    return f"{word} {name}" if name else word
