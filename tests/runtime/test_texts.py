"""The text of an instance that awaits, or has to undo, a lot: put together from what is known, and the same as written anew."""

from __future__ import annotations

from herosaga_runtime import codec
from herosaga_runtime.message import JsonObject, JsonValue
from herosaga_runtime.texts import Texts, text_of


def part(number: int) -> JsonValue:
    return {"number": number, "command": {"type": "a.é\n", "data": {"list": [number, None]}}}


def instance(
    records: list[JsonValue], deferred: list[JsonValue], held: list[JsonValue] | None = None
) -> JsonObject:
    return {
        "key": 'ü"\\',
        "data": {
            "empty": [],
            "none": None,
            "inner": {"ß": [1, {"x": 2.5}]},
            "records": "3",
            "held": held,
        },
        "records": records,
        "requests": [],
        "extras": {"stuck": "", "deferred": deferred},
    }


def marked(texts: Texts) -> Texts:
    """The same texts, of which one sees that they are taken over."""
    return {
        name: each._replace(texts=[text.replace("é", "!") for text in each.texts])
        for name, each in texts.items()
    }


def test_a_long_text_is_what_it_would_be_written_anew() -> None:
    records, deferred = [part(each) for each in range(40)], [part(each) for each in range(3)]
    known: Texts = {}
    for json in (
        instance(records, deferred),
        instance([*records[1:], part(7)], []),
        instance([], [*deferred, *records]),
        instance(records, [*deferred, part(8)], [*records, -0.0]),
        instance(records, [], [*records, 0.0]),
    ):
        text, texts = text_of(json, known)
        assert text == codec.dumps(json)
        assert text_of(json, texts) == text_of(json, {}) == (text, texts)
        known = texts


def test_only_what_is_new_is_written() -> None:
    records = [part(each) for each in range(40)]
    _, texts = text_of(instance(records, []), {})
    new = [*records[:20], part(99), *records[21:]]
    text, after = text_of(instance(new, []), marked(texts))
    assert text.count("!") == 39 and len(after["records"].texts) == 40
    assert '"number":99' in text


def test_a_short_text_remembers_nothing() -> None:
    json = instance([part(1)], [part(2)])
    assert text_of(json, {}) == (codec.dumps(json), {})
