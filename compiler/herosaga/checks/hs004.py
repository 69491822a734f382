"""HS004: a source that is larger than the compiler takes."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

MAX_BYTES = 1 << 20
MAX_WORDS = 100_000
MAX_DEPTH = 64
MAX_LOOPS = 16
MAX_NAME = 128
MAX_IMPORTS = 256

_PROGRAM = """\
command Ship {{ key order_id: uuid }}
extern event {} {{ key order_id: uuid }}
service Depot {{ handle Ship emits {} }}
"""
_LONG = "Shipped" * 20

PAGE = Page(
    code="HS004",
    severity=Severity.ERROR,
    title="Too large",
    what=f"A file over {MAX_BYTES >> 20} MiB or {MAX_WORDS:,} words and signs, nesting over {MAX_DEPTH} levels ({MAX_LOOPS} of loops), a name over {MAX_NAME} "
    f"characters or more than {MAX_IMPORTS} imports.",
    why="Nobody can review what is that large, and the limits keep a hostile file from bringing down "
    "the tool that reads it.",
    failing=_PROGRAM.format(_LONG, _LONG),
    mended=_PROGRAM.format("Shipped", "Shipped"),
)


def big_file(span: Span) -> Finding:
    """A file over the limit: nothing of it is read."""
    return finding(
        PAGE, "this file is over 1 MiB: it is not read", span, hint="divide it, with `import`"
    )


def many_words(span: Span) -> Finding:
    """More words and signs than a megabyte of sensible text has: what is read takes much more room than the text."""
    return finding(
        PAGE,
        f"this file has over {MAX_WORDS:,} words and signs: it is not read",
        span,
        text="one too many",
        hint="divide it, with `import`",
    )


def deep(span: Span) -> Finding:
    """Brackets, blocks or operators nested too deep."""
    return finding(
        PAGE,
        f"this is nested over {MAX_DEPTH} levels",
        span,
        text="one level too many",
        hint="give a part of it a name of its own, with `set`",
    )


def loops(span: Span) -> Finding:
    """Loops nested deeper than Python takes them."""
    return finding(
        PAGE,
        f"over {MAX_LOOPS} loops stand in each other",
        span,
        text="the outermost one",
        hint="no list is that deep: put some of the loops beside each other",
    )


def long_name(span: Span) -> Finding:
    """A name over the limit."""
    return finding(
        PAGE,
        f"this name has over {MAX_NAME} characters",
        span,
        hint="file systems, brokers and readers give up earlier: shorten it",
    )


def many_imports(span: Span) -> Finding:
    """One import too many."""
    return finding(
        PAGE,
        f"a file can have {MAX_IMPORTS} imports",
        span,
        text="one too many",
        hint="import one file that imports others",
    )
