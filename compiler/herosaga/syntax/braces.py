"""Missing and superfluous braces, found by indentation before the grammar sees the file.

One missing `}` makes a parser read half of the file as something it is not. People indent what they
mean, so where the braces of a file do not match, its columns say which one is missing. Files whose
braces match are never looked at: white space has no meaning in the language.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from herosaga.checks import hs001
from herosaga.findings import Finding
from herosaga.source import Source
from herosaga.syntax.tokens import token_span
from lark import Token

_HEADS = frozenset(
    (
        "saga",
        "service",
        "event",
        "command",
        "record",
        "enum",
        "state",
        "start",
        "during",
        "missing",
        "data",
        "policy",
        "final",
        "on",
        "after",
        "compensation",
        "if",
        "for",
        "activity",
        "itinerary",
        "extern",
        "sequence",
        "scenario",
        "property",
        "flow",
    )
)
_MOST_REPORTS = 25
_MOST_HEADS = 64
_BARE = frozenset(("on", "after", "final", "policy"))
_OPEN = {"LBRACE": "RBRACE", "LPAR": "RPAR", "LSQB": "RSQB"}


def depth(tokens: tuple[Token, ...], limit: int) -> Token | None:
    """The bracket that is nested deeper than `limit`, if there is one.

    No block stands in brackets: those that a brace finds open lack their end, and don't add up.
    """
    open_: list[str] = []
    for token in tokens:
        if token.type in _OPEN:
            while token.type == "LBRACE" and open_ and open_[-1] != "LBRACE":
                open_.pop()
            open_.append(token.type)
            if len(open_) > limit:
                return token
        elif token.type == "RBRACE" and "LBRACE" in open_:
            while open_.pop() != "LBRACE":
                pass
        elif open_ and _OPEN[open_[-1]] == token.type:
            open_.pop()
    return None


def balance(source: Source, tokens: tuple[Token, ...]) -> tuple[list[Token], list[Finding]]:
    """The tokens with as many `{` as `}`, and a finding for each brace put in or taken out."""
    missing = sum((t.type == "LBRACE") - (t.type == "RBRACE") for t in tokens)
    if missing == 0:
        return list(tokens), []
    work = _Work(source, missing)
    line = 0
    for token in tokens:
        first = token.line != line
        line = token.end_line or line
        work.take(token, first)
    work.finish(tokens[-1])
    return work.tokens, work.findings


@dataclass(slots=True)
class _Work:
    """A walk over the tokens. `missing` counts the `}` still to be put in, or below 0 taken out."""

    source: Source
    missing: int
    tokens: list[Token] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    open: list[tuple[Token, int]] = field(default_factory=list)
    indent: int = 1
    heads: list[tuple[Token, int]] = field(default_factory=list)

    def take(self, token: Token, first: bool) -> None:
        """Go on to a token; `first` says that it begins a line."""
        column = token.column or 1
        if len(self.findings) >= _MOST_REPORTS:
            self.tokens.append(token)
            return
        if first:
            self.indent = column
            while self.missing > 0 and self.open and self._missed_before(token, column):
                self._close(token, f"`{token}`")
            if token.value in _HEADS:
                self.heads.append((token, column))
        if token.type == "LBRACE":
            if self.heads and self.heads[-1][0].line == token.line:
                self.heads.pop()
            self.open.append((token, self.indent))
        elif token.type == "RBRACE":
            if self.missing < 0 and self._has_head(token, column, first):
                self.missing += 1
                self.tokens.append(token)
                return
            if self.missing < 0 and self._is_stray(column, first):
                self.missing += 1
                self.findings.append(hs001.stray_brace(token_span(self.source, token)))
                return
            if self.open:
                self.open.pop()
        self.tokens.append(token)

    def finish(self, last: Token) -> None:
        """Close what is still open at the end of the file."""
        while self.missing > 0 and self.open and len(self.findings) < _MOST_REPORTS:
            self._close(_after(last), "the end of the file")

    def _missed_before(self, token: Token, column: int) -> bool:
        """Whether this line begins left of what the innermost block's own `}` would allow."""
        indent = self.open[-1][1]
        return column < indent if token.type == "RBRACE" else column <= indent and token.isalpha()

    def _is_stray(self, column: int, first: bool) -> bool:
        return not self.open or (first and column != self.open[-1][1])

    def _has_head(self, token: Token, column: int, first: bool) -> bool:
        """Whether this `}` ends a block whose `{` was forgotten: its head stands in the same column.

        Where all is on one line only the parser can tell its place: it will miss it.
        """
        around = self.open[-1][0].start_pos or 0 if self.open else -1
        level = token.line if not first else None
        for place in range(len(self.heads) - 1, max(len(self.heads) - _MOST_HEADS, 0) - 1, -1):
            head, at = self.heads[place]
            if (head.start_pos or 0) < around:
                break
            below = token.line != head.line and self.tokens[-1].line != head.line
            if head.line == level if level else at == column and (below or head.value not in _BARE):
                del self.heads[place]
                if not level:
                    self._open_after(head)
                return True
        return False

    def _open_after(self, head: Token) -> None:
        """Put in the `{` that is missing at the end of a head's line."""
        end = len(self.tokens)
        while self.tokens[end - 1].line != head.line:
            end -= 1
        last = self.tokens[end - 1]
        if last.type == "COLON":
            self.tokens[end - 1] = Token.new_borrow_pos("LBRACE", "{", last)
            self.findings.append(hs001.colon_for_brace(token_span(self.source, last)))
            return
        brace = _after(last)
        self.tokens.insert(end, Token.new_borrow_pos("LBRACE", "{", brace))
        self.findings.append(hs001.missing(token_span(self.source, brace), "{", str(last)))

    def _close(self, before: Token, found: str) -> None:
        brace, _ = self.open.pop()
        self.missing -= 1
        self.tokens.append(_virtual("RBRACE", "}", before))
        place = token_span(self.source, before)
        self.findings.append(hs001.unclosed(token_span(self.source, brace), place, found))


def _virtual(kind: str, text: str, before: Token) -> Token:
    """A token that the file lacks, of no width, before the given one."""
    line, column, offset = before.line, before.column, before.start_pos
    return Token(kind, text, offset, line, column, line, column, offset)


def _after(last: Token) -> Token:
    """The end of the file, as a token of no width."""
    line, column, offset = last.end_line, last.end_column, last.end_pos
    return Token("$END", "", offset, line, column, line, column, offset)
