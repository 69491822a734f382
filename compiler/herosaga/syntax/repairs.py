"""Small repairs for any place: a misspelt keyword, a sign that is missing, wrong or too much."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from herosaga.checks import hs001
from herosaga.findings import Edit, Label
from herosaga.syntax.automaton import accepted, fits
from herosaga.syntax.enclosing import opened
from herosaga.syntax.expected import accepts_any_word, found, sign
from herosaga.syntax.place import Place, Repair, empty
from herosaga.syntax.tokens import token_span
from lark import Token

_INSERTED = ("ARROW", "COLON", "LBRACE", "RPAR", "LPAR", "RSQB", "COMMA", "ASSIGN", "RBRACE")
_WORDS = ("BY", "OF")
_REPLACED = ("ARROW", "COLON", "ASSIGN", "EQUAL", "LBRACE", "LPAR", "RPAR", "RSQB")
_SIGNS = frozenset(
    (
        "COLON",
        "ASSIGN",
        "EQUAL",
        "DOT",
        "MINUS",
        "MORETHAN",
        "LESSTHAN",
        "LSQB",
        "LPAR",
        "LBRACE",
        "RPAR",
        "RSQB",
        "RBRACE",
    )
)
_DROPPED = frozenset(("RPAR", "RSQB", "RBRACE", "COMMA", "DOT", "COLON", "OPTIONAL"))
_OPENING = {"RPAR": "LPAR", "RSQB": "LSQB"}
_FAR = 12


def candidates(place: Place) -> Iterator[Repair]:
    """Repairs worth trying, the likeliest first."""
    terminals = accepted(place.stack)
    yield from _misspelt(place, terminals)
    yield from _quoted(place, terminals)
    yield from _missing(place, terminals)
    if place.token.type in _OPENING:
        yield from _surplus(place)
    yield from _mistaken(place)
    yield from _surplus(place)
    yield from _before_brace(place)


def near_words(token: Token, terminals: frozenset[str]) -> list[str]:
    """The keywords among some terminals that are spelt nearly like the token."""
    words = {sign(name): name for name in terminals}
    known = [word for word in words if word.isalpha()]
    text = token.lower()
    swapped = [w for w in known if len(w) > 1 and sorted(w) == sorted(text)]
    near = get_close_matches(text, known, n=2, cutoff=0.7)
    return [words[word] for word in dict.fromkeys([*swapped, *near])]


def _misspelt(place: Place, terminals: frozenset[str]) -> Iterator[Repair]:
    token = place.token
    if not token.isidentifier() or accepts_any_word(terminals):
        return
    for name in near_words(token, terminals):
        where = place.where
        finding = hs001.misspelt(token_span(place.source, token), token, sign(name), where)
        read = Token.new_borrow_pos(name, sign(name), token)
        yield Repair(finding, False, place.index, place.index + 1, (read,))


def _quoted(place: Place, terminals: frozenset[str]) -> Iterator[Repair]:
    """A name in quotes."""
    token = place.token
    name = token.value[1:-1]
    if token.type == "STRING" and "NAME" in terminals and name.isidentifier():
        finding = hs001.quoted(token_span(place.source, token), name)
        read = Token.new_borrow_pos("NAME", name, token)
        yield Repair(finding, True, place.index, place.index + 1, (read,))


def _missing(place: Place, terminals: frozenset[str]) -> Iterator[Repair]:
    for name in _INSERTED if accepts_any_word(terminals) else (*_INSERTED, *_WORDS):
        if name not in terminals:
            continue
        before = str(place.tokens[place.index - 1]) if place.index else ""
        finding = hs001.missing(place.gap(), sign(name), before, _opened(place, name))
        yield Repair(finding, False, place.index, place.index, (empty(place.token, name),))


def _opened(place: Place, name: str) -> tuple[Label, ...]:
    """The bracket that a missing one would close."""
    bracket = opened(place.tokens, place.index, _OPENING[name]) if name in _OPENING else None
    if bracket is None:
        return ()
    token = place.tokens[bracket]
    return (Label(token_span(place.source, token), f"this `{token}` is open"),)


def _mistaken(place: Place) -> Iterator[Repair]:
    token = place.token
    for name in _REPLACED if token.type in _SIGNS else ():
        span = token_span(place.source, token)
        where = place.where
        finding = hs001.instead(span, found(token), sign(name), where)
        read = Token.new_borrow_pos(name, sign(name), token)
        yield Repair(finding, False, place.index, place.index + 1, (read,))


def _surplus(place: Place) -> Iterator[Repair]:
    token = place.token
    if token.type in _DROPPED:
        span = token_span(place.source, token)
        where = place.where
        finding = hs001.surplus(span, token, where, (Edit(span, ""),))
        yield Repair(finding, False, place.index, place.index + 1, ())


def _before_brace(place: Place) -> Iterator[Repair]:
    """Words between the head of a block and its `{`: they are left out, and the block is kept."""
    if not fits(place.stack, "LBRACE"):
        return
    for stop in range(place.index + 1, min(place.index + _FAR, len(place.tokens))):
        token = place.tokens[stop]
        if token.line != place.token.line or token.type == "RBRACE":
            return
        if token.type == "LBRACE":
            span = token_span(place.source, place.token)
            where = place.where
            finding = hs001.before_brace(span, found(place.token), where)
            yield Repair(finding, False, place.index, stop, ())
            return
