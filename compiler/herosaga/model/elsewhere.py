"""What values and optional types are called in other languages, and here."""

from __future__ import annotations

from herosaga.syntax import ast

_VALUES = {"None": "none", "null": "none", "nil": "none", "NULL": "none", "undefined": "none"}
_VALUES |= {"True": "true", "False": "false", "TRUE": "true", "FALSE": "false"}
_OPTIONAL = frozenset(("optional", "option", "maybe", "nullable"))


def value_here(name: str) -> str:
    """What the value is called here; "" where no other language comes to mind."""
    return _VALUES.get(name, "")


def optional_here(ref: ast.TypeRef) -> str:
    """What to write for another language's `Optional[str]`; "" for any other type."""
    if ref.name.text.lower() not in _OPTIONAL or len(ref.args) != 1:
        return ""
    span = ref.args[0].span
    return f"write `{span.source.text[span.start : span.end]}?`: a `?` says that it may be absent"
