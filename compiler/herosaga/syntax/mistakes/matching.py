"""One entry of the tables of mistakes, and how it is recognised.

A pattern is a regular expression over the tokens around the place, each behind one blank, or behind a
line end where it begins a line. In a pattern `▸` stands before the token that does not fit, `<name>` for
a word, `…` for the rest of the line, `⏎` for a line end; what stands in `«»` is the text that is to be
replaced (the token alone, if there is none). `<name>` is then that word in all the entry's sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from herosaga.checks import hs001
from herosaga.checks.repairs import word
from herosaga.findings import Edit, Label
from herosaga.source import Source, Span
from herosaga.syntax.enclosing import begins_line
from herosaga.syntax.place import Place, Repair, empty
from herosaga.syntax.tokens import lexed, token_span
from lark import Token
from msgspec import Struct

_BEFORE, _AFTER, _LONG = 12, 60, 120
_MARK = "▸"
_WORD = r"[A-Za-z_]\w*"
_SHORT = {"»": ")", "⏎": r"\n", "…": r"[^\n]*"}
_NAMED = re.compile(r"(?<!\?P)<(\w+)>")


class Mistake(Struct, frozen=True):
    """What was written, what to say, and what to read instead.

    `example` shows it in a block of the kind `inside` (of the first, where there are several; none:
    it may happen anywhere). `instead` is read in its place; without one the clause is left out. Where
    it is what was surely meant, the repair is `safe`. A `habit` is told once a file. It is no mistake
    of this kind where the file declares the name in question as an `unless`. `outside` is for what
    stands in a block and belongs in none: the block is shown, and named `<block>`.
    """

    pattern: str
    example: str
    message: str
    hint: str
    instead: str | None = None
    inside: str = ""
    text: str = ""
    safe: bool = False
    habit: bool = False
    unless: str = ""
    outside: bool = False


class _Window(Struct, frozen=True):
    """The tokens around a place as text, and where in it each token of the file begins."""

    text: str
    first: int
    starts: tuple[int, ...]

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """The tokens, as a range of indices, that this piece of the text holds."""
        inside = [n for n, at in enumerate(self.starts) if start <= at < end]
        return self.first + inside[0], self.first + inside[-1] + 1


def repairs(mistakes: Iterable[Mistake], place: Place) -> Iterator[Repair]:
    """What to say and how to go on, for each of the mistakes that the place looks like."""
    window = _window(place.tokens, place.index)
    for each in mistakes:
        if each.inside and place.inside not in each.inside.split():
            continue
        match = _compiled(each.pattern).search(window.text)
        if match is None or _MARK not in match.group() or _excepted(each, match, place.source):
            continue
        yield _repair(each, match, window, place)


def _excepted(mistake: Mistake, match: re.Match[str], source: Source) -> bool:
    """Whether a name in the match is declared as what the mistake leaves alone."""
    if not mistake.unless:
        return False
    names = "|".join(name for name in match.groupdict().values() if name and name.isidentifier())
    return re.search(rf"\b{mistake.unless}\s+(?:{names})\b", source.text) is not None


def _window(tokens: Sequence[Token], index: int) -> _Window:
    first = max(index - _BEFORE, 0)
    text, starts = "", []
    for place in range(first, min(index + _AFTER, len(tokens))):
        token = tokens[place]
        text += "\n" if begins_line(tokens, place) or token.type == "$END" else " "
        text += _MARK if place == index else ""
        starts.append(len(text))
        text += _short(token)
    return _Window(text, first, tuple(starts))


def _short(token: Token) -> str:
    """The token as patterns see it. They search for the end of all that they begin, so that none is long."""
    if len(token) <= _LONG:
        return str(token) or token.type
    return '"…"' if token.type == "STRING" else token[:_LONG]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    text = _NAMED.sub(lambda match: f"(?P<{match.group(1)}>{_WORD})", pattern)
    for short, long in _SHORT.items():
        text = text.replace(short, long)
    parts = text.split("«")
    text = parts[0] + "".join(f"(?P<cut{n}>{part}" for n, part in enumerate(parts[1:]))
    end = "" if pattern.endswith(_MARK) else r"(?!\S)"
    return re.compile(rf"(?:(?<![^\s{_MARK}])|(?=\n))(?:{text}){end}")


def _repair(mistake: Mistake, match: re.Match[str], window: _Window, place: Place) -> Repair:
    start, stop = place.index, place.index + 1
    cuts = [name for name, text in match.groupdict().items() if name.startswith("cut") and text]
    if cuts:
        start, stop = window.tokens(*match.span(cuts[0]))
    cut = place.tokens[start:stop]
    words = _written(match, window, place) | {"at": cut[0].value}
    labels = _block(place) if mistake.outside else ()
    words |= {"block": _block_name(place)}
    span = _over(place.source, cut)
    fix: tuple[Edit, ...] = ()
    if mistake.safe and mistake.instead is not None and span.line == span.end_line:
        text = _filled(mistake.instead, words)
        fix = (word(span, text) if text else Edit(span, ""),)
    finding = hs001.mistake(
        _one_line(span, place, cut),
        _filled(mistake.message, words),
        _filled(mistake.text, words),
        _filled(mistake.hint, words),
        fix,
        labels,
    )
    if mistake.instead is None:
        return Repair(finding, mistake.habit, start, stop, (), drops=True)
    instead = _read(_filled(mistake.instead, words), cut, place.tokens[stop])
    return Repair(finding, mistake.habit, start, stop, instead)


def _block(place: Place) -> tuple[Label, ...]:
    """The head of the block that is still open."""
    if not place.blocks:
        return ()
    block = place.blocks[-1]
    head, brace = place.tokens[block.head], place.tokens[block.brace]
    return (
        Label(token_span(place.source, head).to(token_span(place.source, brace)), "still open"),
    )


def _block_name(place: Place) -> str:
    """The innermost block that has a name."""
    named = [block.name for block in place.blocks if block.name]
    return named[-1] if named else "block"


def _over(source: Source, cut: Sequence[Token]) -> Span:
    return token_span(source, cut[0]).to(token_span(source, cut[-1]))


def _one_line(span: Span, place: Place, cut: Sequence[Token]) -> Span:
    """The place to show: all of it, or the token that does not fit where that is several lines."""
    if span.line == span.end_line:
        return span
    return token_span(place.source, place.token if place.token in cut else cut[0])


def _written(match: re.Match[str], window: _Window, place: Place) -> dict[str, str]:
    """What the pattern's names stand for, as it is written in the source."""
    written = {}
    for name, text in match.groupdict().items():
        written[name] = text or ""
        if text and match.start(name) in window.starts:
            start, stop = window.tokens(*match.span(name))
            span = _over(place.source, place.tokens[start:stop])
            written[name] = place.source.text[span.start : span.end] or text
    return written


def _filled(text: str, words: dict[str, str]) -> str:
    """The text with `<name>` replaced by what it stands for."""
    return _NAMED.sub(lambda match: words.get(match.group(1), match.group()), text)


def _read(text: str, cut: Sequence[Token], following: Token) -> tuple[Token, ...]:
    """The text as tokens: those that were written, where they stand, and others of no width."""
    left, read = list(cut), []
    for token in lexed(Source("", text)):
        places = [n for n, old in enumerate(left) if old.value == token.value]
        if places:
            read.append(Token.new_borrow_pos(token.type, token.value, left[places[0]]))
            del left[: places[0] + 1]
        else:
            read.append(empty(left[0] if left else following, token.type, token.value))
    return tuple(read)
