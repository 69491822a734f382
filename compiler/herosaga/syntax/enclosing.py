"""Where in a program a token stands: the blocks around it, and the clause that is being read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from lark import Token
from msgspec import Struct

_KINDS = {
    "saga": "saga",
    "service": "service",
    "policy": "policy",
    "activity": "activity",
    "itinerary": "itinerary",
    "scenario": "scenario",
    "property": "property",
    "flow": "flow",
    "enum": "enum",
    "migrate": "migrate",
    "compensation": "actions",
    "sequence": "sequence",
    **dict.fromkeys(("event", "command", "record", "data", "log"), "fields"),
    **dict.fromkeys(("state", "start", "during", "missing"), "state"),
    **dict.fromkeys(("on", "after", "at", "every", "entry", "exit", "final"), "actions"),
    **dict.fromkeys(("if", "else", "for", "step", "parallel"), "actions"),
}
"""What a block holds, by the word that its head begins with."""

_CLAUSES = {
    "on": "transition",
    "after": "`after`",
    "at": "`at`",
    "every": "`every`",
    "handle": "handler",
    **{word: f"`{word}`" for word in ("set", "send", "publish", "reply", "request", "run", "arm")},
    **{word: f"`{word}`" for word in ("within", "retry", "deadline", "ignore", "defer", "emits")},
    **{
        word: f"`{word}`" for word in ("step", "do", "if", "for", "compensation", "expect", "final")
    },
    **{word: f"`{word}`" for word in ("import", "namespace", "policy", "saga", "state", "service")},
    **{word: f"`{word}`" for word in ("event", "command", "record", "enum", "data", "activity")},
    **{word: f"`{word}`" for word in ("timer", "version", "retain", "scenario", "property")},
    **{
        word: f"`{word}`" for word in ("itinerary", "flow", "extern", "during", "correlate", "type")
    },
}
_NAMED = frozenset(_KINDS) - {"on", "after", "at", "every", "if", "for", "migrate", "during"}
_OF_SCENES = ("scenario", "property")
_FAR = 60
_MOST_BLOCKS = 8
_CLOSED = {"RBRACE": "LBRACE", "RPAR": "LPAR", "RSQB": "LSQB"}


class Block(Struct, frozen=True):
    """An open `{`: `head` is the index of the first token of what it belongs to."""

    kind: str
    head: int
    brace: int
    name: str


Braces: TypeAlias = "tuple[int, Braces] | None"
"""The indices of the braces that are open at a place, as a chain: the innermost, and those around it."""


def passed(braces: Braces, kind: str, index: int) -> Braces:
    """The braces that are open after the token at `index`, which is of this kind."""
    if kind == "LBRACE":
        return (index, braces)
    return braces[1] if kind == "RBRACE" and braces else braces


def enclosing(tokens: Sequence[Token], braces: Braces) -> tuple[Block, ...]:
    """The blocks of the innermost open braces, the innermost last: as many as a report can name."""
    blocks: list[Block] = []
    while braces and len(blocks) < _MOST_BLOCKS:
        blocks.insert(0, _block(tokens, braces[0]))
        braces = braces[1]
    return tuple(blocks)


def kind_of(blocks: Sequence[Block]) -> str:
    """What the innermost block holds; `file` outside any."""
    return blocks[-1].kind if blocks else "file"


def reading(
    tokens: Sequence[Token], index: int, blocks: Sequence[Block], between: bool = False
) -> str:
    """What is being read at `index`: `in this transition of `state Paying``.

    With `between`, the token begins a clause of its own, and the one before it is complete.
    """
    floor = blocks[-1].brace + 1 if blocks else 0
    scenes = kind_of(blocks) in _OF_SCENES
    first = None if between or scenes else _clause(tokens, index, floor)
    around = [_shown(block.name) for block in blocks if block.name]
    if first is not None:
        word = tokens[first].value
        noun = "handler" if blocks and blocks[-1].kind == "service" else _CLAUSES[word]
        named = _named(tokens, first, index)
        clause = f"`{named}`" if named else f"this {noun}"
        return f"in {clause} of {around[-1]}" if around else f"in {clause}"
    return f"in {around[-1]}" if around else "at the top level of a file"


def unfinished(tokens: Sequence[Token], index: int, blocks: Sequence[Block]) -> int | None:
    """The first token of a clause that stands on the line before, and is not finished when the one at `index` comes."""
    if not index or not begins_line(tokens, index):
        return None
    first = _clause(tokens, index, blocks[-1].brace + 1 if blocks else 0)
    return first if first is not None and tokens[first].line == tokens[index - 1].line else None


def _shown(name: str) -> str:
    """A block by its name; what has a sentence for a name is just this one."""
    return f"this {name}" if name in _OF_SCENES else f"`{name}`"


def opened(tokens: Sequence[Token], index: int, kind: str) -> int | None:
    """The index of the bracket of this kind that is still open at `index`, in the same block."""
    level = 0
    for place in range(index - 1, max(index - _FAR, 0) - 1, -1):
        token = tokens[place]
        if token.type in _CLOSED:
            level += 1
        elif token.type in _CLOSED.values():
            if level == 0:
                return place if token.type == kind else None
            level -= 1
    return None


def begins_line(tokens: Sequence[Token], index: int) -> bool:
    """Whether the token is the first of its line."""
    return index == 0 or tokens[index].line != tokens[index - 1].end_line


def _block(tokens: Sequence[Token], brace: int) -> Block:
    for place in range(brace - 1, max(brace - _FAR, 0) - 1, -1):
        token = tokens[place]
        if token.type in ("LBRACE", "RBRACE"):
            break
        if token.value in _KINDS and token.type != "NAME" and not _inside(tokens, place):
            return Block(_KINDS[token.value], place, brace, _title(tokens, place, brace))
    return Block("actions", brace, brace, "")


def _inside(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word is a part of another clause's head: `for` in `arm t for 5m`, a field's name."""
    following = tokens[place + 1].type if place + 1 < len(tokens) else ""
    before = tokens[place - 1].value if place else ""
    if tokens[place].value == "for" and any(_titled(tokens, n) for n in (place - 1, place - 2)):
        return True
    return following in ("COLON", "ASSIGN", "DOT") or before in ("arm", ".", "when")


def _titled(tokens: Sequence[Token], place: int) -> bool:
    """Whether what stands behind this token is what a scenario or property shows."""
    return place >= 0 and tokens[place].value in _OF_SCENES


def _title(tokens: Sequence[Token], place: int, brace: int) -> str:
    word = tokens[place].value
    if word not in _NAMED:
        return ""
    named = place + 1 < brace and tokens[place + 1].isidentifier()
    return f"{word} {tokens[place + 1]}" if named else word


def _named(tokens: Sequence[Token], first: int, index: int) -> str:
    word = tokens[first].value
    if word not in _NAMED or first + 1 >= index or not tokens[first + 1].isidentifier():
        return ""
    return f"{word} {tokens[first + 1]}"


def _clause(tokens: Sequence[Token], index: int, floor: int) -> int | None:
    """The first token of the clause that is being read before `index`."""
    level = 0
    for place in range(index - 1, max(index - _FAR, floor) - 1, -1):
        token = tokens[place]
        if token.type == "RBRACE" and not floor:
            return None
        if token.type in _CLOSED:
            level += 1
        elif token.type in _CLOSED.values():
            level -= 1
        elif level == 0 and token.value in _CLAUSES and not _inside(tokens, place):
            return place if token.type != "NAME" else None
    return None
