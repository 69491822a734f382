"""HS003: characters that can't be seen, or that reorder what is seen."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

_PROGRAM = """\
// The depot's contract.{}
command Ship {{ key order_id: uuid }}
extern event Shipped {{ key order_id: uuid }}
service Depot {{ handle Ship emits Shipped }}
"""

PAGE = Page(
    code="HS003",
    severity=Severity.ERROR,
    title="Character that hides something",
    what="A control character (a carriage return alone is one), or one that changes the direction of text, also in "
    "strings and comments.",
    why="A reviewer approves what the screen shows. With such characters the screen can show another "
    "process than the one that runs.",
    failing=_PROGRAM.format("\u202e"),
    mended=_PROGRAM.format(""),
)


def hidden(span: Span, char: str) -> Finding:
    """A character that must not be in a source."""
    if char == "\r":
        return finding(
            PAGE,
            "a carriage return without a line feed hides where a line ends",
            span,
            text="some editors begin a line here, and to the language it goes on",
            hint="save the file with line ends LF or CRLF",
        )
    return finding(
        PAGE,
        f"the character U+{ord(char):04X} must not be in a source",
        span,
        text="it can't be seen, or changes how this line is shown",
        hint=f"take it out; in a string, write `\\u{ord(char):04x}`",
    )


def not_utf8(span: Span) -> Finding:
    """Bytes that are no text."""
    return finding(
        PAGE,
        "this file is not UTF-8",
        span,
        text="the first bytes that are no text",
        hint="save the file as UTF-8",
    )
