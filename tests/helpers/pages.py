"""Code blocks of Markdown pages, and the files that they say they are a piece of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FROM = "from "
"""What says that a block is a piece of a file: `from samples/checkout/orders.saga`, or of a whole program `program from …`."""


@dataclass(frozen=True, slots=True)
class Block:
    """A code block: where it is, the words after its three signs, and what is in it."""

    page: str
    number: int
    language: str
    kind: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page}-{self.number}"

    @property
    def source(self) -> str:
        """The file that this is a piece of; empty for what stands for itself."""
        _, _, source = f" {self.kind}".partition(f" {FROM}")
        return source


def blocks(page: Path) -> Iterator[Block]:
    """The code blocks of a page. One in four signs is a page in a page, and shows what is not looked into."""
    name = page.relative_to(ROOT).with_suffix("").as_posix()
    text = re.sub(r"^````.*?^````$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for number, match in enumerate(FENCED.finditer(text), 1):
        yield Block(name, number, *match.groups())


def is_piece(piece: str, text: str) -> bool:
    """Whether a text is whole lines of another one, which may be further to the right there."""
    wanted, lines = dedent(piece).splitlines(), text.splitlines()
    starts = (at for at, line in enumerate(lines) if line.strip() == wanted[0].strip())
    return any(
        dedent("\n".join(lines[at : at + len(wanted)])) == "\n".join(wanted) for at in starts
    )
