"""Small pieces of prose that reports share."""

from __future__ import annotations


def a(noun: str) -> str:
    """`event` -> `an event`."""
    return f"{'an' if noun[0] in 'aeiouAEIOU' and noun[:4] != 'uuid' else 'a'} {noun}"


def either(nouns: tuple[str, ...]) -> str:
    """`record, enum or type`."""
    return " or ".join(filter(None, (", ".join(nouns[:-1]), nouns[-1])))
