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
"""The long lists of an instance, by name."""

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
    """What may be long."""
    for holder, name in ((json, "records"), (json, "requests"), (json.get("extras"), "deferred")):
        parts = holder.get(name) if isinstance(holder, Mapping) else None
        if isinstance(parts, list):
            yield name, parts


def _written(parts: list[JsonValue], before: Written | None) -> Written:
    if before is None:
        before = Written([], [], "")
    elif before.parts is parts:
        return before
    gone, come = differing(before.parts, parts)
    texts = before.texts.copy()
    texts[gone] = map(codec.dumps, parts[come])
    return Written(parts, texts, f"[{','.join(texts)}]")


def _object(json: JsonObject, texts: Texts) -> str:
    fields = [f"{codec.dumps(name)}:{_field(name, value, texts)}" for name, value in json.items()]
    return f"{{{','.join(fields)}}}"


def _field(name: str, value: JsonValue, texts: Texts) -> str:
    if name in texts:
        return texts[name].text
    if name == "extras" and isinstance(value, dict):
        return _object(value, texts)
    return codec.dumps(value)
