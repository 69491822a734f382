"""Which two tokens stand together, and which have a space between them."""

from __future__ import annotations

from herosaga.format.cst import Leaf

_NUMBERS = ("INT", "DECIMAL", "DURATION")
_TIGHT_BEFORE = ("COMMA", "RPAR", "RSQB", "DOT", "COLON", "OPTIONAL", "DOT_DOT")
_TIGHT_AFTER = ("LPAR", "LSQB", "DOT", "ANNOTATE", "DOT_DOT")
_SIGNED = ("negative", "negative_literal")
_SUBSCRIPTS = ("type_args", "index")


def is_tight(before: Leaf, after: Leaf) -> bool:
    """Whether there is no space between two tokens."""
    if after.kind == "DOT" and before.kind in _NUMBERS:
        return False  # `1 .x`: without the space it would be read as a broken number
    if before.kind in _TIGHT_AFTER or after.kind in _TIGHT_BEFORE:
        return True
    if before.kind == "MINUS" and before.rule in _SIGNED:
        return True
    match after.kind:
        case "LPAR":
            return after.rule != "parens" and before.kind != "ARROW"
        case "LSQB":
            return after.rule in _SUBSCRIPTS
        case "COUNT":
            return after.rule == "emission"
    return False
