"""Source -> formatted text: the formatter on one screen."""

from __future__ import annotations

from herosaga.findings import Finding, Severity
from herosaga.format.comments import attach, comments
from herosaga.format.cst import Leaf, Node, leaves, outline, read
from herosaga.format.layout import layout
from herosaga.format.printer import printed
from herosaga.source import Source
from herosaga.syntax.parse import parse
from herosaga.syntax.tokens import read_tokens


class TextLost(Exception):
    """The formatter would have changed more than the layout: a defect of ours."""


def formatted(source: Source) -> str | tuple[Finding, ...]:
    """The source's text in the one layout; the findings where its syntax is wrong.

    Lines end with `\\n`, whatever the source has.
    """
    _, found = parse(source)
    wrong = tuple(each for each in found if each.severity is Severity.ERROR)
    return wrong or laid_out(source)


def laid_out(source: Source) -> str:
    """The text, in the one layout, of a source whose syntax is right."""
    source = Source(source.name, _plain(source.text), source.path)
    root, words = _read(source)
    text = printed(layout(root, attach(source.text, words)))
    if text != source.text:
        _compare(source, root, words, text)
    return text


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _read(source: Source) -> tuple[Node, list[Leaf]]:
    root = read(read_tokens(source).tokens)
    return root, list(leaves(root))


def _compare(source: Source, root: Node, words: list[Leaf], text: str) -> None:
    """Make sure that the formatted text is the same program with the same comments."""
    after = Source(source.name, text, source.path)
    again, again_words = _read(after)
    if outline(root) != outline(again):
        raise TextLost(f"laying out `{source.name}` would change the program")
    if comments(source.text, words) != comments(text, again_words):
        raise TextLost(f"laying out `{source.name}` would lose a comment, or move it past another")
