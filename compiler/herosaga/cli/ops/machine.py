"""The JSON forms, whose schema is `docs/schemas/ops.schema.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Final

from herosaga.cli.ops.diagrams import Stage, every
from herosaga.cli.ops.slip import Map
from herosaga.cli.output import write
from herosaga_runtime import SlipView
from msgspec import Struct

_HIDDEN: Final = re.compile(
    "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""Characters that JSON takes as they are, but that control a terminal or the direction of its text."""


def put(**document: object) -> None:
    """Print one JSON document."""
    whole = {"version": 1, **{name: plain(each) for name, each in document.items()}}
    text = json.dumps(whole, indent=2, ensure_ascii=False)
    write(f"{_HIDDEN.sub(_escaped, text)}\n")


def _escaped(found: re.Match[str]) -> str:
    """JSON's own escape of a character: what was data must not steer the terminal that it is printed on."""
    return f"\\u{ord(found[0]):04x}"


def plain(value: Any) -> object:
    """A value of the host's as JSON: times in UTC, texts, lists, and objects with the names of the fields."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case str() | int() | float() | None:
            return value
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case tuple() | list():
            return [plain(each) for each in value]
        case SlipView():
            return slip(value)
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    raise AssertionError(f"{type(value).__name__} has no JSON form")


def slip(found: SlipView) -> dict[str, object]:
    """A slip: what a list shows of it, and all else."""
    whole = {each.name: plain(getattr(found, each.name)) for each in fields(found)}
    summary = whole.pop("summary")
    assert isinstance(summary, dict)
    return {**summary, **whole}


def stages(at: Map) -> list[dict[str, object]]:
    """What has become of each stage, and of what was inserted."""
    found = [_stage(each, at) for each in every(at.stages)]
    for each in at.progress.inserted:
        found.append(
            {
                "path": "",
                "behind": each.behind,
                "text": f"do {each.seen.activity}",
                "mark": at.mark("", each.seen),
                "done": [plain(entry.at) for entry in each.seen.done],
            }
        )
    return found


def _stage(stage: Stage, at: Map) -> dict[str, object]:
    seen = at.progress.stages[stage.path]
    mark = at.mark(stage.path, seen) if stage.kind == "do" else None
    done = [plain(entry.at) for entry in seen.done]
    return {"path": stage.path, "behind": None, "text": stage.label, "mark": mark, "done": done}
