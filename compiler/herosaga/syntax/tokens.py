"""Text -> tokens: what the parser reads, the documentation beside it, and what is broken.

The lexer never fails. Text that is no token of the language arrives as one of the grammar's `BAD_`
terminals; each becomes a finding, and where its meaning can be guessed a token to go on with.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from herosaga.checks import hs001, hs002, hs003, hs004, hs006
from herosaga.findings import Edit, Finding
from herosaga.source import Source, Span
from herosaga.syntax.tables import parser
from lark import Token
from msgspec import Struct
from msgspec.structs import replace

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]|\r(?!\n)"
)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u([0-9A-Fa-f]{4}))|\\u?[^\r\n"]?')
_SURROGATES = re.compile(r"(?<!\\)(?:\\\\)*\\u[dD][89abAB]..\\u[dD][c-fC-F]..")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
_PART = re.compile("([0-9]+)(ms|[smhd])")
_LONGEST_NUMBER = 40
_LONGEST = timedelta(days=1000 * 365.25)
_MOST_REPORTS = 25

_ARROWS = frozenset(("=>", "→", "⇒", "⟶"))
_OPERATORS = {
    "&&": ("AND", "and"),
    "||": ("OR", "or"),
    "!": ("NOT", "not"),
    "===": ("EQUAL", "=="),
    "!==": ("UNEQUAL", "!="),
    "<>": ("UNEQUAL", "!="),
    "≠": ("UNEQUAL", "!="),
    "≤": ("AT_MOST", "<="),
    "≥": ("AT_LEAST", ">="),
}
_QUOTES = {"'": "single quotes", "`": "backticks", "“": "curly quotes", "”": "curly quotes"}
_BRACKETS = {")": "RPAR", "]": "RSQB", "}": "RBRACE", "{": "LBRACE"}
_SWALLOWED = re.compile(r"[\s)\]}{,]*$")


class Tokens(Struct, frozen=True):
    """A file's tokens without trivia, and its `///` text by the offset of the token that follows.

    `habits` are findings on another language's notation: told once, however often it is used.
    """

    tokens: tuple[Token, ...]
    docs: dict[int, str]
    findings: tuple[Finding, ...]
    habits: tuple[Finding, ...]


def read_tokens(source: Source, most: int = sys.maxsize) -> Tokens:
    """All tokens of the source; where there are more than `most`, only the first of them."""
    tokens: list[Token] = []
    docs: dict[int, str] = {}
    findings = list(islice(_hidden(source), _MOST_REPORTS))
    pending: list[str] = []
    habits: list[Finding] = []
    for raw in lexed(source):
        if raw.type == "DOC":
            pending.append(raw.value[3:].rstrip("\r").removeprefix(" "))
            continue
        if raw.type.startswith(("FOREIGN", "LONG")) and raw.value not in _OPERATORS:
            token, habit = foreign(raw, token_span(source, raw))
            habits.append(habit)
        else:
            token, found = _mend(raw, source)
            findings += found if len(findings) < _MOST_REPORTS else []
        if token is None:
            continue
        if pending and token.type != "COMMA":  # which ends what it stands behind
            docs[token.start_pos or 0] = "\n".join(pending)
            pending = []
        tokens.append(token)
        tokens += _swallowed(raw, source) if raw.type == "BAD_STRING" else ()
        if len(tokens) > most:
            break
    return Tokens(tuple(tokens), docs, tuple(findings), tuple(habits))


def lexed(source: Source) -> Iterable[Token]:
    """Every token of the text, comments and broken ones too; white space is left out."""
    interactive = parser().parse_interactive(source.text, start="trivia")
    state = interactive.parser_state
    yield from interactive.lexer_thread.lex(state)  # type: ignore[no-untyped-call]


def shortened(token: Token) -> str:
    """The token's text as a message can quote it."""
    return str(token) if len(token) <= _LONGEST_NUMBER else token[:_LONGEST_NUMBER] + "…"


def token_span(source: Source, token: Token) -> Span:
    """Where the token is."""
    return make_span(
        source,
        (token.line or 1, token.column or 1, token.start_pos or 0),
        (token.end_line or 1, token.end_column or 1, token.end_pos or 0),
    )


def make_span(source: Source, start: tuple[int, int, int], end: tuple[int, int, int]) -> Span:
    """A span from (line, column, offset) pairs. A byte order mark is no column of the first line."""
    mark = 1 if source.text.startswith("\ufeff") else 0
    column = start[1] - (mark if start[0] == 1 else 0)
    end_column = end[1] - (mark if end[0] == 1 else 0)
    return Span(source, start[0], max(column, 1), end[0], max(end_column, 1), start[2], end[2])


def duration(text: str) -> timedelta | None:
    """The duration written as `1d12h`, or the longest there is; None where a unit comes twice, or after a shorter one."""
    parts = _PART.findall(text)
    units = [unit for _, unit in parts]
    if units != [unit for unit in _UNITS if unit in units]:
        return None
    try:
        return timedelta(**{_UNITS[unit]: int(number) for number, unit in parts})
    except OverflowError:
        return timedelta.max


def _hidden(source: Source) -> Iterable[Finding]:
    """The first hidden character of each line that has one."""
    seen: set[int] = set()
    for match in _HIDDEN.finditer(source.text) if not source.text.isprintable() else ():
        line, column = source.place(match.start())
        if line not in seen:
            seen.add(line)
            start, end = match.span()
            span = make_span(source, (line, column, start), (line, column + 1, end))
            yield hs003.hidden(span, match.group())


def _mend(token: Token, source: Source) -> tuple[Token | None, list[Finding]]:
    """The token to go on with, if any, and what is to be said about the one that was read."""
    span = token_span(source, token)
    match token.type:
        case "COMMENT":
            return None, []
        case "BAD_COMMENT":
            return None, [hs002.open_comment(span)]
        case "BAD_STRING":
            return _as(token, "STRING", '""'), [hs002.open_string(span)]
        case "BAD_ESCAPE" | "STRING":
            return _string(token, source)
        case "BAD_NUMBER" | "INT" | "DECIMAL" | "DURATION":
            return _number(token, span)
        case "BAD_NAME":
            hint = "names are made of the letters a-z and A-Z, digits and `_`"
            return _as(token, "NAME"), [hs001.foreign(span, f"the name `{shortened(token)}`", hint)]
        case "FOREIGN" | "BAD_TEXT":
            return _foreign(token, span)
        case _ if len(token) > hs004.MAX_NAME and token.type == "NAME":
            return token, [hs004.long_name(span)]
    return token, []


def _string(token: Token, source: Source) -> tuple[Token, list[Finding]]:
    """A string; one with a bad escape, or half a surrogate pair, becomes empty."""
    text = _SURROGATES.sub(lambda match: "x" * len(match.group()), token.value)
    for match in _ESCAPE.finditer(text) if "\\" in text else ():
        code = match.group(1)
        if len(match.group()) == 2 and match.group()[1] in '"\\/bfnrt':
            continue
        if code is None or 0xD800 <= int(code, 16) <= 0xDFFF:
            start = (token.start_pos or 0) + match.start()
            line, column = token.line or 1, (token.column or 1) + match.start()
            width = len(match.group())
            span = make_span(source, (line, column, start), (line, column + width, start + width))
            return _as(token, "STRING", '""'), [hs002.bad_escape(span, match.group())]
    return token, []


def _number(token: Token, span: Span) -> tuple[Token, list[Finding]]:
    """A number or duration; a broken one becomes the likeliest of them."""
    if token.type == "BAD_NUMBER":
        kind = ("DECIMAL", "1.0") if "." in token.value else ("DURATION", "1s")
        return _as(token, *kind), [hs002.bad_number(span, shortened(token))]
    if len(token) > _LONGEST_NUMBER:
        value = {"INT": "1", "DECIMAL": "1.0"}.get(token.type, "1s")
        return _as(token, token.type, value), [hs002.long_number(span)]
    if token.type == "DURATION":
        length = duration(token.value)
        if length is None:
            return _as(token, "DURATION", "1s"), [hs002.bad_duration(span, token.value)]
        if length > _LONGEST:
            return _as(token, "DURATION", "1s"), [hs002.long_duration(span, token.value)]
    return token, []


def _foreign(token: Token, span: Span) -> tuple[Token | None, list[Finding]]:
    """Signs that mean nothing, and operators of other languages: these are read as what is meant."""
    if token.value in _OPERATORS:
        kind, meant = _OPERATORS[token.value]
        return _as(token, kind, meant), [hs006.foreign_operator(span, token.value, meant)]
    if _HIDDEN.match(token.value):
        return None, []
    return None, [hs001.foreign(span, f"`{shortened(token)}`", "take it out")]


def foreign(token: Token, span: Span) -> tuple[Token | None, Finding]:
    """Another language's arrow, assignment, comment or string: read as what is meant."""
    match token.type:
        case "FOREIGN_COMMENT":
            edit = Edit(_first(span, 1), "//")
            return None, hs001.mistake(
                span,
                "a comment begins with `//`",
                "a comment?",
                "write `//` instead of `#`",
                (edit,),
            )
        case "LONG_STRING":
            text = " ".join(token.value[3:-3].split())
            hint = "write it in one line, with `\\n` where a line ends; a comment is written `///`"
            string = _as(token, "STRING", json.dumps(text))
            return string, hs001.mistake(span, "a text has one quote on each side", "", hint)
        case "FOREIGN_STRING":
            return _quoted(token, span)
    return _sign(token, span)


def _quoted(token: Token, span: Span) -> tuple[Token, Finding]:
    """A text in quotes of another kind, or with a letter before them."""
    prefix = token.value[0] not in _QUOTES and token.value[0].isalpha()
    text = token.value[token.value.index('"') + 1 : -1] if prefix else token.value[1:-1]
    string = json.dumps(text, ensure_ascii=False)
    if prefix and token.value[0] in "fF":
        message, hint = (
            "a text can't have expressions in it",
            "join texts with `+`, values with `str(…)`",
        )
    elif prefix:
        message, hint = f"a text has no `{token.value[0]}` before it", f"write `{string}`"
    else:
        kind = _QUOTES.get(token.value[0], "curly quotes")
        message, hint = f"a text stands in double quotes, not in {kind}", f"write `{string}`"
    fix = () if prefix else (Edit(span, string),)
    return _as(token, "STRING", string), hs001.mistake(span, message, "", hint, fix)


def _sign(token: Token, span: Span) -> tuple[Token | None, Finding]:
    """A sign that is written otherwise here."""
    text = token.value
    if text in _ARROWS or text.startswith("--"):
        hint = "an arrow is written `->`"
        return _as(token, "ARROW", "->"), hs001.foreign(
            span, f"`{text}`", hint, (Edit(span, "->"),)
        )
    if text == ":=":
        hint = "a value is given with `=`"
        return _as(token, "ASSIGN", "="), hs001.foreign(span, "`:=`", hint, (Edit(span, "="),))
    hint = "nothing ends a line here: take it out"
    return None, hs001.foreign(span, f"`{text}`", hint, (Edit(span, ""),))


def _first(span: Span, width: int) -> Span:
    """The first characters of a span."""
    return replace(span, end_line=span.line, end_column=span.column + width, end=span.start + width)


def _swallowed(token: Token, source: Source) -> Iterable[Token]:
    """The brackets at the end of a string without an end: they were hardly meant to be in it."""
    match = _SWALLOWED.search(token.value)
    start = match.start() if match else len(token)
    for offset, char in enumerate(token.value[start:], start):
        if char in _BRACKETS:
            place = (token.start_pos or 0) + offset
            line, column = token.line or 1, (token.column or 1) + offset
            yield Token(_BRACKETS[char], char, place, line, column, line, column + 1, place + 1)


def _as(token: Token, kind: str, value: str | None = None) -> Token:
    return Token.new_borrow_pos(kind, token.value if value is None else value, token)
