"""Which comment belongs to which token, and where in the source lines and blank lines were.

A comment at the end of a line belongs to what is before it, and stays at the end of a line. One on a
line of its own belongs to what follows. One between two tokens of a line belongs to the one it is
nearer to, else to the next. A comma, where it stands, says it better than the distance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from herosaga.format.cst import Leaf
from msgspec import Struct
from msgspec.structs import replace

_PIECE = re.compile(r"//[^\n]*|/\*[\s\S]*?\*/|,")
_OPENING = ("LPAR", "LSQB", "LBRACE")
_CLOSING = ("RPAR", "RSQB", "RBRACE", "COMMA")


class Comment(Struct, frozen=True):
    """A comment. `blank`: an empty line is before it."""

    text: str
    blank: bool = False

    @property
    def is_doc(self) -> bool:
        """Whether it is documentation, which belongs to what follows it."""
        return self.text.startswith("///") and not self.text.startswith("////")

    @property
    def is_line(self) -> bool:
        """Whether it goes on to the end of its line."""
        return self.text.startswith("//")


class Around(Struct, frozen=True):
    """What is around a token: comments on lines before it, `inline` before it on its line, and `after`.

    `ends`: a line ends behind `after`. `opened`: a line ends right behind the token. `blank`: an empty
    line is right before it.
    """

    own: tuple[Comment, ...] = ()
    inline: tuple[Comment, ...] = ()
    after: tuple[Comment, ...] = ()
    ends: bool = False
    opened: bool = False
    blank: bool = False


NOTHING = Around()
Notes = Mapping[int, Around]
"""By the offset of the token; a token with nothing around it is not listed."""


class _Space(Struct, frozen=True):
    """White space, and commas that are for nothing, between two comments or a comment and a token."""

    lines: int = 0
    width: int = 0
    blank: bool = False
    comma: bool = False

    def __add__(self, other: _Space) -> _Space:
        return _Space(
            self.lines + other.lines,
            self.width + other.width,
            self.blank or other.blank,
            self.comma or other.comma,
        )


class _Gap(Struct, frozen=True):
    """What is between two tokens: comments, and the spaces around them, one more."""

    comments: tuple[Comment, ...] = ()
    spaces: tuple[_Space, ...] = (_Space(),)

    def __add__(self, other: _Gap) -> _Gap:
        middle = self.spaces[-1] + other.spaces[0]
        spaces = (*self.spaces[:-1], middle, *other.spaces[1:])
        return _Gap(self.comments + other.comments, spaces)


@dataclass(slots=True)
class _Work:
    found: dict[int, Around] = field(default_factory=dict)

    def note(self, leaf: Leaf, **changes: object) -> None:
        """Add what was found about a token, if that is anything."""
        if any(changes.values()):
            known = self.found.get(leaf.start, NOTHING)
            self.found[leaf.start] = replace(known, **changes)


def attach(text: str, leaves: Sequence[Leaf]) -> Notes:
    """The comments of a file, by the tokens they belong to. The last leaf is the end of the file."""
    work, carried = _Work(), _Gap()
    before: Leaf | None = None
    for leaf in leaves:
        stop = len(text) if leaf.kind == "$END" else leaf.start
        between = text[before.end if before else 0 : stop]
        if between in ("", " ") and not carried.comments:
            before = leaf
            continue
        gap = carried + _gap(between)
        if before is None or leaf.kind == "$END":
            gap = _at_rim(gap, before is None, leaf.kind == "$END")
        carried = gap if _moves(gap, leaf) else _Gap()
        if not carried.comments:
            _classify(gap, before, leaf, work)
        before = leaf
    return MappingProxyType(work.found)


def comments(text: str, leaves: Sequence[Leaf]) -> list[str]:
    """Every comment of a file in order, as a text that white space in it does not change."""
    found: list[str] = []
    place = 0
    for leaf in leaves:
        stop = len(text) if leaf.kind == "$END" else leaf.start
        found += [" ".join(c.text.split()) for c in _gap(text[place:stop]).comments]
        place = leaf.end
    return found


def _gap(text: str) -> _Gap:
    found: list[Comment] = []
    spaces = [_Space()]
    place = 0
    for match in _PIECE.finditer(text):
        spaces[-1] += _space(text[place : match.start()])
        place = match.end()
        if match.group() == ",":
            spaces[-1] += _Space(comma=True)
            continue
        found.append(Comment(_trimmed(match.group()), spaces[-1].blank))
        spaces.append(_Space())
    spaces[-1] += _space(text[place:])
    return _Gap(tuple(found), tuple(spaces))


def _space(text: str) -> _Space:
    lines = text.count("\n")
    return _Space(lines, len(text), blank=lines > 1)


def _trimmed(comment: str) -> str:
    return "\n".join(line.rstrip() for line in comment.split("\n"))


def _at_rim(gap: _Gap, start: bool, end: bool) -> _Gap:
    """The first and the last line of a file begin and end as others do."""
    rim = _Space(lines=1)
    spaces = list(gap.spaces)
    if start:
        spaces[0] += rim
    if end:
        spaces[-1] += rim
    return _Gap(gap.comments, tuple(spaces))


def _moves(gap: _Gap, leaf: Leaf) -> bool:
    """Whether comments must go behind a `{` or `,`, since a line ends between them and that.

    Not documentation: behind the `{` it would be that of the first member.
    """
    movable = leaf.kind == "COMMA" or (leaf.kind == "LBRACE" and leaf.rule != "group")
    if not movable or any(each.is_doc for each in gap.comments):
        return False
    return any(space.lines for space in gap.spaces[1:]) and bool(gap.comments)


def _classify(gap: _Gap, before: Leaf | None, leaf: Leaf, work: _Work) -> None:
    """Divide the comments of a gap among the tokens at its two sides."""
    here = _on_the_line(gap)
    ends = bool(here)
    if here == len(gap.comments) and not gap.spaces[-1].lines:
        here, ends = _split(gap, before, leaf), False
    if before is not None:
        work.note(before, after=gap.comments[:here], ends=ends, opened=bool(gap.spaces[0].lines))
    rest = gap.comments[here:]
    own = len(rest) - _run(gap, len(rest))
    documented = bool(rest) and rest[-1].is_doc
    blank = gap.spaces[-1].blank and not documented
    work.note(leaf, own=rest[:own], inline=rest[own:], blank=blank)


def _on_the_line(gap: _Gap) -> int:
    """How many comments stand on the line of the token before them."""
    count = 0
    for comment, space in zip(gap.comments, gap.spaces, strict=False):
        if space.lines or comment.is_doc:
            break
        count += 1
    return count


def _split(gap: _Gap, before: Leaf | None, leaf: Leaf) -> int:
    """How many of the comments between two tokens of a line belong to the first."""
    if before is None or before.kind in _OPENING:
        return 0
    if leaf.kind in _CLOSING:
        return len(gap.comments)
    commas = [i for i, space in enumerate(gap.spaces) if space.comma]
    if commas:
        return commas[0]
    widths = [space.width for space in gap.spaces]
    return widths.index(max(widths))


def _run(gap: _Gap, most: int) -> int:
    """How many comments stand on the line of the token after them."""
    count = 0
    while count < most and not gap.spaces[-1 - count].lines:
        count += 1
    return count
