"""Runs of a saga as lines: what comes, and behind an arrow what it led to.

Go -> A: Book           what comes, the state after it, what was sent
=Booked -> End          an answer with the ids of the newest open request
=Booked@1 late -> A     of request 1; a reception that is not `taken` is named
Poke n=2 -> A           fields beside the key
wait 30 -> B            so many seconds pass, with all alarms in them
fault -> End            of the newest open request; `done` likewise
?Book@7 -> A            a command by which request 7 of another saga asks
kill -> A               what is stored is read again
"""

from __future__ import annotations

import shlex
from typing import Any

from herosaga_runtime.envelope import Done, Envelope, Fault, Ref
from herosaga_runtime.stored import instance_from_json, instance_to_json
from stepping import Play


def follow(text: str, run: str) -> Play:
    """Let a run happen to the saga `X` of a text, and compare what each line led to with what the line says."""
    play = Play(text)
    lines = [line.strip() for line in run.strip().splitlines()]
    assert [_happen(play, line.partition(" -> ")[0]) for line in lines] == lines
    return play


def _happen(play: Play, line: str) -> str:
    word, _, rest = line.partition(" ")
    sent, received = len(play.sent), len(play.receptions)
    shown = _brought(play, word, rest)
    state = "-" if play.found is None else play.state
    told = [str(each) for each in play.receptions[received:] if str(each) != "taken"]
    names = ", ".join(play.names[sent:])
    return f"{' '.join([shown, *told])} -> {state}{f': {names}' if names else ''}"


def _brought(play: Play, word: str, rest: str) -> str:
    fields = dict(_field(part) for part in shlex.split(rest) if "=" in part)
    shown = " ".join([word, *(part for part in rest.split() if "=" in part)])
    name, _, number = word.lstrip("=").partition("@")
    at = int(number) if number else None
    match name:
        case "wait":
            seconds = rest.split()[0]
            play.wait(float(seconds))
            return f"wait {seconds}"
        case "fault":
            play.give(Fault("it", "broken"), play.ref(at))
        case "done":
            play.give(Done("it"), play.ref(at))
        case "kill":
            play.found = instance_from_json(play.saga, instance_to_json(play.instance))
        case _ if word.startswith("="):
            play.give(getattr(play.it, name)(id=1, **fields), play.ref(at))
        case _ if word.startswith("?"):
            message = getattr(play.it, name[1:])(id=1, **fields)
            caller = Ref("Caller", "1", 1, at or 1)
            play.bring(Envelope(f"q{len(play.receptions)}", message, play.now, "c", request=caller))
        case _:
            play.event(name, **fields)
    return shown


def _field(part: str) -> tuple[str, Any]:
    name, _, value = part.partition("=")
    return name, int(value) if value.lstrip("-").isdecimal() else value
