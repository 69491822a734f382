"""Tokens -> tree, going on after mistakes.

On a token that does not fit, the parser first tries small repairs (a misspelt keyword, a missing sign)
and takes the first with which the text after it fits again. Else it drops the clause it was reading,
keeps what is complete in the block around it, and looks for the next clause there.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from difflib import get_close_matches

from herosaga.checks import hs001
from herosaga.findings import Finding
from herosaga.source import Source
from herosaga.syntax.expected import accepts_any_word, expected, found, sign
from herosaga.syntax.tables import parser
from herosaga.syntax.tokens import token_span
from lark import Token, Tree
from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_parser_state import ParserState

_MOST_REPORTS = 25
_AHEAD = 3
_INSERTED = ("ARROW", "COLON", "LBRACE", "RPAR", "LPAR", "RSQB", "ASSIGN", "RBRACE")
_REPLACED = ("ARROW", "COLON", "ASSIGN", "EQUAL", "LBRACE", "LPAR")
_SIGNS = ("COLON", "ASSIGN", "EQUAL", "DOT", "MINUS", "MORETHAN", "LSQB", "LPAR", "LBRACE")
_NEXT = ("EVENT", "ON", "SET", "EXPECT", "NEVER", "DROP", "NAME")
_DROPPED = ("RPAR", "RSQB", "RBRACE", "COMMA", "DOT", "COLON", "OPTIONAL")
_CLOSING = {
    True: Token("RBRACE", "}", 0, 1, 1, 1, 1, 0),
    False: Token("$END", "", 0, 1, 1, 1, 1, 0),
}


@dataclass(frozen=True, slots=True)
class _Repair:
    """Go on at token `resume` after reading `instead`; `hint` is what to tell."""

    instead: tuple[Token, ...]
    resume: int
    hint: str


@dataclass(slots=True)
class _Reader:
    source: Source
    tokens: list[Token]
    state: ParserState[int]
    findings: list[Finding] = field(default_factory=list)


def read_tree(source: Source, tokens: list[Token]) -> tuple[Tree[Token], list[Finding]]:
    """The tree of all that could be read."""
    state = parser().parse_interactive("", start="file").parser_state
    reader = _Reader(source, [*tokens, _end(tokens)], state)
    index = 0
    while index < len(reader.tokens):
        token = reader.tokens[index]
        try:
            tree = state.feed_token(token, token.type == "$END")
        except UnexpectedToken:
            index = _mend(reader, index)
            continue
        if token.type == "$END":
            return tree, reader.findings
        index += 1
    return _finish(reader), reader.findings


def _mend(reader: _Reader, index: int) -> int:
    """Report the token at `index`, bring the parser to a state to go on in, and say from where."""
    repair = next(_repairs(reader, index), None)
    _report(reader, index, repair.hint if repair else _near(reader, index))
    if len(reader.findings) >= _MOST_REPORTS:
        return len(reader.tokens)
    if repair is None:
        return _skip(reader, index)
    for token in repair.instead:
        reader.state.feed_token(token)
    return repair.resume


def _report(reader: _Reader, index: int, hint: str) -> None:
    token = reader.tokens[index]
    before = reader.tokens[index - 1] if index else None
    what = expected(before, _accepted(reader.state))
    span = token_span(reader.source, token)
    reader.findings.append(hs001.unexpected(span, what, found(token), hint))


# --- repairs -----------------------------------------------------------------------------------


def _repairs(reader: _Reader, index: int) -> Iterator[_Repair]:
    """The repairs after which the next few tokens fit, the likeliest first."""
    candidates = list(_candidates(reader, index))
    for count in (_AHEAD, _AHEAD - 1):
        for repair in candidates:
            ahead = reader.tokens[repair.resume : repair.resume + count]
            if _fits(reader.state, [*repair.instead, *ahead]):
                yield repair


def _candidates(reader: _Reader, index: int) -> Iterator[_Repair]:
    token, accepted = reader.tokens[index], _accepted(reader.state)
    for word in _near_words(token, accepted):
        yield _Repair((_read_as(token, word),), index + 1, f"did you mean `{sign(word)}`?")
    inserted = _INSERTED if accepts_any_word(accepted) else (*_INSERTED, "BY", "OF")
    for name in inserted:
        yield _Repair(
            (_read_as(token, name, empty=True),), index, f"write `{sign(name)}` before it"
        )
    for name in _REPLACED if token.type in _SIGNS else ():
        hint = f"write `{sign(name)}` instead of `{token}`"
        yield _Repair((_read_as(token, name),), index + 1, hint)
    if token.type in _DROPPED:
        yield _Repair((), index + 1, f"take out `{token}`")


def _near(reader: _Reader, index: int) -> str:
    """A hint at the keyword that may be meant, though what follows does not fit it."""
    words = _near_words(reader.tokens[index], _accepted(reader.state))
    return f"did you mean `{sign(words[0])}`?" if words else ""


def _near_words(token: Token, accepted: frozenset[str]) -> list[str]:
    """The keywords that fit here and are spelt nearly like the token."""
    if not token.isidentifier() or accepts_any_word(accepted):
        return []
    words = {sign(name): name for name in accepted}
    near = get_close_matches(token.lower(), [w for w in words if w.isalpha()], n=2, cutoff=0.7)
    return [words[word] for word in near]


def _read_as(token: Token, name: str, empty: bool = False) -> Token:
    """A token of the kind `name` in the place of `token`; an empty one has no width, before it."""
    if not empty:
        return Token.new_borrow_pos(name, sign(name), token)
    line, column, offset = token.line, token.column, token.start_pos
    return Token(name, sign(name), offset, line, column, line, column, offset)


# --- giving a clause up ------------------------------------------------------------------------


def _skip(reader: _Reader, index: int) -> int:
    """Drop the clause that is being read, and find the place to go on: at the latest, the end."""
    _settle(reader.state)
    _drop(reader.state)
    tokens, place = reader.tokens, index
    while tokens[place].type != "$END":
        if _fits(reader.state, tokens[place : place + _enough(tokens, place)]):
            return place
        if tokens[place].type == "RBRACE":
            _drop(reader.state, outer=True)
        place = _past(tokens, place)
    _close_all(reader.state, tokens[place])
    return place


def _enough(tokens: list[Token], place: int) -> int:
    """How many tokens must fit for a clause to begin at `place`: one where a line or block says so."""
    token = tokens[place]
    fresh = token.isidentifier() and token.line != tokens[place - 1].end_line
    return 1 if fresh or token.type == "RBRACE" else _AHEAD


def _settle(state: ParserState[int]) -> None:
    """Let the parser see that a clause is complete: it does so only on what can come next.

    What is fed is taken back at once; the reductions that it brought about stay.
    """
    for name in _NEXT:
        token = Token(name, "", 0, 1, 1, 1, 1, 0)
        if _fits(state, [token]):
            state.feed_token(token)
            state.state_stack.pop()
            state.value_stack.pop()


def _drop(state: ParserState[int], outer: bool = False) -> None:
    """Cut the parser's stack back to the innermost open block, or with `outer` to the one around it.

    Above the `{` a list of the members read so far may stand: a helper rule, named `__…`. It is kept,
    unless it is a list of something else, which a block can't end with: of annotations.
    """
    values = state.value_stack
    opened = [
        i for i, value in enumerate(values) if isinstance(value, Token) and value.type == "LBRACE"
    ]
    if outer and opened:
        opened.pop()
    keep = opened[-1] + 1 if opened else 0
    if keep < len(values) and _is_list(values[keep]):
        _cut(state, keep + 1)
        if _fits(state, [_CLOSING[bool(opened)]]):
            return
    _cut(state, keep)


def _is_list(value: object) -> bool:
    return isinstance(value, Tree) and value.data.startswith("__")


def _cut(state: ParserState[int], length: int) -> None:
    del state.value_stack[length:]
    del state.state_stack[length + 1 :]


def _past(tokens: list[Token], index: int) -> int:
    """The token after the one at `index`; after its `}` where that is a `{`."""
    level = 0
    while tokens[index].type != "$END":
        level += (tokens[index].type == "LBRACE") - (tokens[index].type == "RBRACE")
        index += 1
        if level <= 0:
            return index
    return index


def _close_all(state: ParserState[int], end: Token) -> None:
    """Close the blocks that are open at the end, so that what they hold is kept."""
    brace = _read_as(end, "RBRACE", empty=True)
    while not _fits(state, [end]) and _fits(state, [brace]):
        state.feed_token(brace)
    while not _fits(state, [end]) and state.value_stack:
        _drop(state, outer=True)


def _finish(reader: _Reader) -> Tree[Token]:
    """The tree of what was read before giving up."""
    end = reader.tokens[-1]
    _settle(reader.state)
    _drop(reader.state)
    _close_all(reader.state, end)
    tree: Tree[Token] = reader.state.feed_token(end, True)
    return tree


# --- the parser's state ------------------------------------------------------------------------


def _fits(state: ParserState[int], tokens: list[Token]) -> bool:
    """Whether the parser could read the tokens from here."""
    trial = _trial(state)
    try:
        for token in tokens:
            trial.feed_token(token, token.type == "$END")
    except UnexpectedToken:
        return False
    return True


def _accepted(state: ParserState[int]) -> frozenset[str]:
    """The terminals that the parser could read next."""
    choices = state.parse_conf.states[state.position]
    return frozenset(name for name in choices if name.isupper() and _fits(state, [Token(name, "")]))


def _trial(state: ParserState[int]) -> ParserState[int]:
    """A copy of the state that builds no tree."""
    trial = state.copy(deepcopy_values=False)
    trial.parse_conf = copy(state.parse_conf)
    trial.parse_conf.callbacks = {}
    return trial


def _end(tokens: list[Token]) -> Token:
    if not tokens:
        return Token("$END", "", 0, 1, 1, 1, 1, 0)
    last = tokens[-1]
    line, column, offset = last.end_line, last.end_column, last.end_pos
    return Token("$END", "", offset, line, column, line, column, offset)
