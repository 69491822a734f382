"""An instance's JSON as text.

An instance may await a thousand answers, or have as much to undo, and each step changes little of that: the text of its long
lists is put together from what was written before. The result is what `codec.dumps` gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from herosaga_runtime import codec
from herosaga_runtime.differing import differing
from herosaga_runtime.message import JsonObject, JsonValue


class Written(NamedTuple):
    """A list of an instance's JSON, the texts of its parts, and its own."""

    parts: list[JsonValue]
    texts: list[str]
    text: str


Texts = Mapping[str, Written]
"""The lists of an instance that may be long, by where they stand: `records`, `data.items`."""

_LONG: Final = 32
"""From how many parts on it costs less to put their texts together than to write them anew."""


def text_of(json: JsonObject, known: Texts) -> tuple[str, Texts]:
    """An instance's JSON as text, and what is to be known of it next time; `known` is what is known from before."""
    lists = dict(_lists(json))
    if sum(map(len, lists.values())) < _LONG:
        return codec.dumps(json), {}
    texts = {name: _written(parts, known.get(name)) for name, parts in lists.items()}
    return _object(json, texts), texts


def _lists(json: JsonObject) -> Iterator[tuple[str, list[JsonValue]]]:
    for holder, within in (json, ""), (json.get("extras"), "extras."), (json.get("data"), "data."):
        for name, parts in holder.items() if isinstance(holder, Mapping) else ():
            if isinstance(parts, list) and (within != "data." or len(parts) >= _LONG):
                yield within + name, parts


def _written(parts: list[JsonValue], before: Written | None) -> Written:
    before = before or Written([], [], "[]")
    if before.parts is parts:
        return before
    gone, come = differing(before.parts, parts)
    if not (before.parts[gone] or parts[come]):
        return before
    texts = before.texts.copy()
    texts[gone] = map(codec.dumps, parts[come])
    return Written(parts, texts, f"[{','.join(texts)}]")


def _object(json: Mapping[str, JsonValue], texts: Texts, within: str = "") -> str:
    fields = [
        f"{codec.dumps(name)}:{_field(within + name, value, texts)}" for name, value in json.items()
    ]
    return f"{{{','.join(fields)}}}"


def _field(where: str, value: JsonValue, texts: Texts) -> str:
    if where in texts:
        return texts[where].text
    if where in ("extras", "data") and isinstance(value, Mapping):
        return _object(value, texts, f"{where}.")
    return codec.dumps(value)
