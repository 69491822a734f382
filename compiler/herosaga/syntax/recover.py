"""Tokens -> tree, going on after mistakes.

A file without mistakes goes straight through the parser. In any other, the tokens are mended first,
on the parser's table alone: at a token that does not fit, the table of known mistakes is asked; then
small repairs are tried (a misspelt keyword, a missing sign), and the first after which the text goes on
is taken; else the clause is dropped, and reading goes on at the next. What is left always parses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from herosaga.checks import hs001
from herosaga.findings import Finding, Label
from herosaga.source import Source
from herosaga.syntax import automaton
from herosaga.syntax.enclosing import Braces, begins_line, enclosing, kind_of, passed, unfinished
from herosaga.syntax.expected import beginnings, expected, found
from herosaga.syntax.indent import block_end, head_line
from herosaga.syntax.mistakes import recognised
from herosaga.syntax.place import ANYTHING, MISSING, Place, Repair, empty
from herosaga.syntax.repairs import candidates
from herosaga.syntax.tables import parser
from herosaga.syntax.tokens import token_span
from lark import Token, Tree
from lark.exceptions import UnexpectedToken
from msgspec import Struct
from msgspec.structs import replace

MOST_REPORTS = 25
_MOST_REPAIRS = 250
_AHEAD = 3
_WITHIN = frozenset(
    (
        "when",
        "compensate",
        "else",
        "emits",
        "refuses",
        "undone",
        "by",
        "with",
        "within",
        "retry",
        "times",
        "or",
        "and",
    )
)
"""Words that go on with a clause, and so don't begin one."""


class Mended(Struct, frozen=True):
    """Tokens that parse, what was wrong with those that were given, and what went with them.

    `habits` are findings that are told once, however often the text makes them necessary. `lost` are
    the names that dropped text would have declared. `covered` are offsets that a finding explains.
    """

    tokens: list[Token]
    findings: list[Finding] = []
    habits: list[Finding] = []
    lost: tuple[str, ...] = ()
    covered: tuple[tuple[int, int], ...] = ()


def read_tree(source: Source, tokens: list[Token]) -> tuple[Tree[Token], Mended]:
    """The tree of all that could be read."""
    try:
        return _tree(tokens), Mended(tokens)
    except UnexpectedToken:
        mended = _Reader(source, [*tokens, _end(tokens)]).mend()
    return _tree(mended.tokens), mended


def _tree(tokens: list[Token]) -> Tree[Token]:
    state = parser().parse_interactive("", start="file").parser_state
    for token in tokens:
        state.feed_token(token)
    tree: Tree[Token] = state.feed_token(_end(tokens), True)
    return tree


@dataclass(slots=True)
class _Reader:
    """A walk over tokens that may change under it. Before token n the parser's stack is `trail[n]`, and `braces[n]` are open."""

    source: Source
    tokens: list[Token]
    trail: list[automaton.Stack] = field(default_factory=lambda: [automaton.begin()])
    braces: list[Braces] = field(default_factory=lambda: [None])
    findings: list[Finding] = field(default_factory=list)
    habits: list[Finding] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    covered: list[tuple[int, int]] = field(default_factory=list)
    repairs: int = 0
    dropped_line: int = 0

    def mend(self) -> Mended:
        """Go over all tokens, and repair where one does not fit."""
        while len(self.trail) <= len(self.tokens):
            index = len(self.trail) - 1
            kind = self.tokens[index].type
            reached = automaton.advance(self.trail[-1], kind)
            if reached is not None:
                self.trail.append(reached)
                self.braces.append(passed(self.braces[-1], kind, index))
            elif self.repairs >= _MOST_REPAIRS or len(self.findings) >= MOST_REPORTS:
                self._stop(index)
            else:
                self.repairs += 1
                self._mend(index)
        lost = tuple(dict.fromkeys(self.lost))
        covered = tuple(self.covered)
        return Mended(self.tokens[:-1], self.findings, self.habits, lost, covered)

    def _mend(self, index: int) -> None:
        """Report the token at `index`, and change the tokens so that the parser can go on."""
        blocks = enclosing(self.tokens, self.braces[index])
        place = Place(self.source, self.tokens, index, self.trail, kind_of(blocks), blocks)
        known = next(recognised(place), None)
        if known is not None:
            self.covered.append((known.finding.span.start, known.finding.span.end))
        if known is not None and not self._goes_on(known, 1):
            known = replace(known, instead=(), drops=True)
        repair = self._closed_by_indent(known or self._guess(place))
        self._report(place, repair)
        if repair.drops:
            self._drop(place)
        else:
            self._splice(repair)

    def _report(self, place: Place, repair: Repair) -> None:
        """Tell what is wrong, unless it only follows from a clause of this line that was dropped."""
        token = place.token
        if token.line == self.dropped_line and not repair.habit:
            return
        (self.habits if repair.habit else self.findings).append(repair.finding)
        if repair.drops:
            self.dropped_line = token.line or 0

    def _guess(self, place: Place) -> Repair:
        """The likeliest of the small repairs after which the next few tokens fit, or giving up."""
        tries = list(candidates(place))
        for count in (_AHEAD, _AHEAD - 1):
            for repair in tries:
                if self._goes_on(repair, count):
                    return repair
        return Repair(_unexpected(place), False, place.index, place.index, (), drops=True)

    def _goes_on(self, repair: Repair, count: int) -> bool:
        """Whether the parser gets past the repair, and past `count` tokens after it."""
        if repair.drops:
            return True
        ahead = self.tokens[repair.stop : repair.stop + count]
        kinds = [token.type for token in (*repair.instead, *ahead)]
        return automaton.fits(self.trail[repair.start], *kinds)

    def _splice(self, repair: Repair) -> None:
        """Put the repair's tokens in the place of those that it replaces, and read on from there."""
        if any(token.value == MISSING for token in repair.instead):
            self.lost.append(ANYTHING)
        self.tokens[repair.start : repair.stop] = repair.instead
        self._back_to(repair.start)

    def _closed_by_indent(self, repair: Repair) -> Repair:
        """Where a `{` is put in, put in its `}` too if the block's end is shown by its columns alone."""
        if [t.type for t in repair.instead[-1:]] != ["LBRACE"]:
            return repair
        end = block_end(self.tokens, head_line(self.tokens, repair.start), repair.stop)
        if end is None:
            return repair
        self.tokens.insert(end, empty(self.tokens[end], "RBRACE"))
        hint = repair.finding.hint
        if "`}`" not in hint:
            hint = f"{hint}, and `}}` where the block ends"
        return replace(repair, finding=replace(repair.finding, hint=hint))

    # --- giving a clause up --------------------------------------------------------------------

    def _drop(self, place: Place) -> None:
        """Take out the clause that is being read, up to where the next one begins."""
        start = self._boundary(place.index, bool(place.blocks))
        stop = next(self._resumptions(start, place.index))
        self._forget(start, stop)
        if self.tokens[start].type == automaton.END:
            self._close_all(start)

    def _stop(self, index: int) -> None:
        """Take out all that is left: there have been enough reports."""
        start = self._boundary(index, self.braces[index] is not None)
        self._forget(start, len(self.tokens) - 1)
        self._close_all(start)

    def _forget(self, start: int, stop: int) -> None:
        self.lost += _named(self.tokens[start:stop])
        del self.tokens[start:stop]
        self._back_to(start)

    def _back_to(self, index: int) -> None:
        """Read on from an earlier token."""
        del self.trail[index + 1 :]
        del self.braces[index + 1 :]

    def _boundary(self, index: int, in_block: bool) -> int:
        """The last place up to `index` where the innermost block, or the file, could have ended."""
        level, closing = 0, "RBRACE" if in_block else automaton.END
        for place in range(index, -1, -1):
            before = self.tokens[place - 1].type if place else "LBRACE"
            if level == 0 and (before == "LBRACE" or automaton.fits(self.trail[place], closing)):
                return place
            level += (before == "RBRACE") - (before == "LBRACE")
        return 0

    def _resumptions(self, start: int, index: int) -> Iterator[int]:
        """The places from `index` on where a clause, or the end of the block, can be read."""
        stack, place = self.trail[start], index
        while self.tokens[place].type != automaton.END:
            enough = _enough(self.tokens, place)
            kinds = [token.type for token in self.tokens[place : place + enough]]
            if _may_begin(self.tokens[place]) and automaton.fits(stack, *kinds):
                yield place
            place = _past(self.tokens, place)
        yield place

    def _close_all(self, index: int) -> None:
        """Close the blocks that are open at the end, so that what they hold is kept."""
        stack: automaton.Stack | None = self.trail[index]
        end = self.tokens[index]
        while stack is not None and not automaton.fits(stack, automaton.END):
            stack = automaton.advance(stack, "RBRACE")
            self.tokens.insert(index, empty(end, "RBRACE"))
        assert stack is not None


def _unexpected(place: Place) -> Finding:
    """What is said of a token that no repair makes sense of."""
    before = place.tokens[place.index - 1] if place.index else None
    what = expected(before, automaton.accepted(place.stack))
    span = token_span(place.source, place.token)
    hint = beginnings(place.inside) if place.between else ""
    if place.between and (end := _prose(place.tokens, place.index)) is not None:
        line = span.to(token_span(place.source, place.tokens[end]))
        return hs001.prose(line, place.where, hint)
    labels = () if place.between else _unfinished(place)
    if labels:
        hint = f"finish line {labels[0].span.line}, or take it out"
    return hs001.unexpected(span, what, found(place.token), hint, place.where, labels)


def _prose(tokens: Sequence[Token], index: int) -> int | None:
    """The last token of the line, where that is but a sentence: three words or more, and no signs."""
    end = index
    while not begins_line(tokens, end + 1) and tokens[end + 1].type != automaton.END:
        end += 1
    words = all(token.isidentifier() or token.isdigit() for token in tokens[index : end + 1])
    return end if words and end - index >= 2 and tokens[index].type == "NAME" else None


def _unfinished(place: Place) -> tuple[Label, ...]:
    """The clause on the line before, where that is what lacks something."""
    first = unfinished(place.tokens, place.index, place.blocks)
    if first is None:
        return ()
    head, last = place.tokens[first], place.tokens[place.index - 1]
    clause = token_span(place.source, head).to(token_span(place.source, last))
    return (Label(clause, f"this `{head}` is not finished"),)


def _may_begin(token: Token) -> bool:
    """Whether a clause, or what comes after a block, can begin with the token."""
    word = token.isidentifier() and token.value not in _WITHIN
    return word or token.type in ("RBRACE", "ANNOTATE")


def _enough(tokens: list[Token], place: int) -> int:
    """How many tokens must fit for a clause to begin at `place`: one where a line or block says so."""
    fresh = tokens[place].isidentifier() and begins_line(tokens, place)
    return 1 if fresh or tokens[place].type == "RBRACE" else _AHEAD


def _past(tokens: list[Token], index: int) -> int:
    """The token after the one at `index`; after its `}` where that is a `{`."""
    level = 0
    while tokens[index].type != automaton.END:
        level += (tokens[index].type == "LBRACE") - (tokens[index].type == "RBRACE")
        index += 1
        if level <= 0:
            return index
    return index


def _named(dropped: list[Token]) -> list[str]:
    """What a piece of text may have declared: all its names; after an import, anything."""
    words = [token.strip('"') for token in dropped]
    names = [word for word in words if word.isidentifier()]
    return [*names, ANYTHING] if "import" in names else names


def _end(tokens: list[Token]) -> Token:
    if not tokens:
        return Token(automaton.END, "", 0, 1, 1, 1, 1, 0)
    last = tokens[-1]
    line, column, offset = last.end_line, last.end_column, last.end_pos
    return Token(automaton.END, "", offset, line, column, line, column, offset)
