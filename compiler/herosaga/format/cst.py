"""Tokens -> a tree that keeps every token: what the formatter lays out.

The tree that is checked forgets keywords and signs; this one is made with the same parse tables, so the
two can't disagree about what a program means. Commas that change nothing are no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from functools import cache, partial
from typing import Any

from herosaga.syntax.tables import parser
from lark import Token
from lark.grammar import Rule
from lark.parsers.lalr_parser_state import ParserState
from msgspec import Struct
from msgspec.structs import replace

_GOING_ON = ("on", "during")
"""Clauses that begin with a list without brackets, and go on after it."""


class Leaf(Struct, frozen=True):
    """A token, with the rule that asks for it: `(` is one thing in a call and another around a sum."""

    kind: str
    text: str
    start: int
    end: int
    rule: str


class Node(Struct, frozen=True):
    """What a rule of the grammar has read. Brackets around an expression are a node `parens`."""

    rule: str
    children: tuple[Part, ...]


Part = Node | Leaf
_Value = Node | Token | list[Any]


def read(tokens: Sequence[Token]) -> Node:
    """The tree of a program without errors of syntax."""
    state = parser().parse_interactive("", start="file").parser_state
    state.parse_conf = copy(state.parse_conf)
    state.parse_conf.callbacks = _callbacks()
    end = _end(tokens)
    for index, token in enumerate(tokens):
        if token.type != "COMMA" or _separates(state, token, _after(tokens, index, end)):
            state.feed_token(token)
    root = state.feed_token(end, True)
    return Node("file", (*root.children, _leaf(end, "file")))


def leaves(part: Part) -> Iterator[Leaf]:
    """The tokens of a part, in order."""
    pending = [part]
    while pending:
        match pending.pop():
            case Node(children=children):
                pending.extend(reversed(children))
            case Leaf() as leaf:
                yield leaf


def outline(root: Node) -> list[str]:
    """The tree without places: equal for equal programs."""
    lines: list[str] = []
    pending: list[Part | str] = [root]
    while pending:
        match pending.pop():
            case Node(rule=rule, children=children):
                lines.append(f"({rule}")
                pending += [")", *reversed(children)]
            case Leaf(text=text) | str(text):
                lines.append(text)
    return lines


def first(part: Part) -> Leaf | None:
    """The first token of a part; None where it has none."""
    return next(leaves(part), None)


def last(part: Part) -> Leaf | None:
    """The last token of a part; None where it has none."""
    pending = [part]
    while pending:
        match pending.pop():
            case Node(children=children):
                pending.extend(children)
            case Leaf() as leaf:
                return leaf
    return None


def _after(tokens: Sequence[Token], index: int, end: Token) -> Token:
    """The token behind a comma, or behind several."""
    later = (tokens[i] for i in range(index + 1, len(tokens)) if tokens[i].type != "COMMA")
    return next(later, end)


def _separates(state: ParserState[int], comma: Token, after: Token) -> bool:
    """Whether the parser would be in another place behind the comma than without it."""
    return _trial(state, comma, after) != _trial(state, after)


def _trial(state: ParserState[int], *tokens: Token) -> list[int] | None:
    """The parser's stack after reading the tokens from here; None where they do not fit."""
    stack, states = list(state.state_stack), state.parse_conf.states
    for token in tokens:
        while True:
            action = states[stack[-1]].get(token.type)
            if action is None:
                return None
            if not isinstance(action[1], Rule):
                stack.append(action[1])
                break
            del stack[len(stack) - len(action[1].expansion) :]
            stack.append(states[stack[-1]][action[1].origin.name][1])
    return stack


@cache
def _callbacks() -> dict[Any, Callable[[list[_Value]], _Value]]:
    """What is made of each rule."""
    made = parser().parse_interactive("", start="file").parser_state.parse_conf.callbacks
    return {rule: partial(_make, *_shape(rule)) for rule in made if isinstance(rule, Rule)}


def _shape(rule: Rule) -> tuple[str, bool]:
    """The node's name, and whether a single child stands for it. A name with `_` is for no node."""
    name = rule.alias or str(rule.origin.name)
    if name == "_postfix" and len(rule.expansion) == 3:
        return "parens", False
    return name, bool(rule.options.expand1) and not rule.alias


def _make(name: str, alone: bool, values: list[_Value]) -> _Value:
    if name.startswith("_"):
        return _spliced(values)
    if len(values) == 1 and alone and not isinstance(values[0], list):
        return values[0]
    parts = _spliced(values)
    if name == "group":  # its `{` begins a member, where others end the first line of one
        brace, *rest = parts[0].children
        return Node(name, (replace(brace, rule=name), *rest))
    if len(parts) == 1 and alone:
        found: _Value = parts[0]
        return found
    made = tuple(part if isinstance(part, Node) else _leaf(part, name) for part in parts)
    return Node(name, _without_last_comma(name, made))


def _spliced(values: list[_Value]) -> list[Any]:
    """The values in one list. The first list grows: it is nobody else's, and long where a file is."""
    start, rest = ([], values)
    if values and isinstance(values[0], list):
        start, rest = values[0], values[1:]
    for value in rest:
        if isinstance(value, list):
            start.extend(value)
        else:
            start.append(value)
    return start


def _without_last_comma(name: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts of a rule, but for a comma behind the last item of a list in it."""
    commas = [i for i, part in enumerate(parts) if isinstance(part, Leaf) and part.kind == "COMMA"]
    if not commas:
        return parts
    match parts[commas[-1] + 1 :]:
        case [Leaf(kind="RPAR" | "RSQB"), *_]:
            needed = False
        case [Node(rule=rule), *_] if name in _GOING_ON:
            needed = rule.startswith("on_") or rule == "ref"
        case [*rest]:
            needed = bool(rest) or name not in _GOING_ON
    return parts if needed else (*parts[: commas[-1]], *parts[commas[-1] + 1 :])


def _leaf(token: Token, rule: str) -> Leaf:
    return Leaf(token.type, str(token), token.start_pos or 0, token.end_pos or 0, rule)


def _end(tokens: Sequence[Token]) -> Token:
    offset = (tokens[-1].end_pos or 0) if tokens else 0
    return Token("$END", "", offset, 1, 1, 1, 1, offset)
