"""What messages look like: the fields that they can have, and their declarations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIELDS: Mapping[str, tuple[str, str]] = {
    "n": ("int", "0"),
    "m": ("int", "1"),
    "total": ("decimal", "0"),
    "text": ("str", '""'),
    "ok": ("bool", "false"),
    "color": ("Color", '"red"'),
    "maybe": ("int?", "none"),
    "items": ("list[Item]", "[]"),
    "xs": ("list[int]", "[2, 1]"),
    "tags": ("set[str]", '["b", "a"]'),
    "moment": ("datetime", '"2026-01-01T00:00:05Z"'),
    "length": ("duration", "3s"),
    "ref": ("uuid?", "none"),
    "day": ("date", '"2026-02-28"'),
    "weight": ("float", "0.5"),
    "item": ("Item", 'Item(sku = "tea")'),
}
"""The fields that messages and data may have: one name has one type everywhere, so that one fits the other."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message; `fields` are names of `FIELDS`, beside its key."""

    name: str
    fields: tuple[str, ...]
    kind: str = "event"
    key: str = "id"

    def text(self, key: str) -> str:
        """Its declaration, with a key of this type."""
        fields = [f"key {self.key}: {key}"] if self.key else []
        fields += [f"{each}: {FIELDS[each][0]} = {FIELDS[each][1]}" for each in self.fields]
        return f"{self.kind} {self.name} {{ {', '.join(fields)} }}"
