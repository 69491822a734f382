"""Lines and blocks of a text in braces: on one line what fits there."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

_WIDTH = 100
_INDENT = "  "


class Line(Struct, frozen=True):
    """A line, and what a comment behind it says."""

    text: str
    note: str = ""


class Block(Struct, frozen=True):
    """`head { body }`, and what a comment behind the head says."""

    head: str
    body: tuple[Node, ...]
    note: str = ""


Node = Line | Block


def text(nodes: tuple[Node, ...]) -> str:
    """The nodes below each other."""
    return "".join(f"{line}\n" for node in nodes for line in _lines(node, ""))


def _lines(node: Node, indent: str) -> Iterator[str]:
    match node:
        case Line(text=line, note=note):
            yield indent + _noted(line, note)
        case Block(head=head, body=body, note=note):
            whole = _whole(node)
            if whole is not None and len(indent + _noted(whole, note)) <= _WIDTH:
                yield indent + _noted(whole, note)
                return
            yield indent + _noted(f"{head} {{", note)
            for each in body:
                yield from _lines(each, indent + _INDENT)
            yield f"{indent}}}"


def _whole(node: Node) -> str | None:
    """A node on one line, its own note left out; None where something in it has one."""
    if isinstance(node, Line):
        return node.text
    inner = [None if each.note else _whole(each) for each in node.body]
    parts = [each for each in inner if each is not None]
    return f"{node.head} {{ {'  '.join(parts)} }}" if len(parts) == len(inner) else None


def _noted(line: str, note: str) -> str:
    return f"{line}  // {note}" if note else line
