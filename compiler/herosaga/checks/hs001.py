"""HS001: text that the language does not expect at this place."""

from herosaga.checks.page import Page, finding
from herosaga.checks.repairs import word
from herosaga.findings import Edit, Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS001",
    severity=Severity.ERROR,
    title="Unexpected text",
    what="The text does not follow the grammar here. The report says what was expected, and the "
    "repair where there is a plausible one. The rest of the file is read as well as it can be, so "
    "that other mistakes are reported in the same run.",
    why="What can't be read can't be checked: a process that goes live must be the one you meant.",
    failing="""\
command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }

service Depot {
  handle Ship emit Shipped
}
""",
    mended="""\
command Ship { key order_id: uuid }
extern event Shipped { key order_id: uuid }

service Depot {
  handle Ship emits Shipped
}
""",
)


def unexpected(
    span: Span,
    expected: str,
    found: str,
    hint: str,
    where: str = "",
    labels: tuple[Label, ...] = (),
) -> Finding:
    """Text that does not belong here, and what would."""
    place = f" {where}" if where else ""
    return finding(
        PAGE,
        f"expected {expected}{place}, found {found}",
        span,
        text="not expected here",
        labels=labels,
        hint=hint,
    )


def prose(line: Span, where: str, beginnings: str) -> Finding:
    """A line of words that are none of the language."""
    hint = "take it out, or write `//` before it if it is a comment"
    return finding(
        PAGE,
        f"this line means nothing {where}",
        line,
        text="only words",
        hint=f"{hint}; {beginnings}" if beginnings else hint,
    )


def misspelt(span: Span, text: str, word: str, where: str) -> Finding:
    """A word that is nearly one of the language's."""
    why = (
        "the language's words are in lower case" if text.lower() == word else "not a word that fits"
    )
    return finding(
        PAGE,
        f"`{text}` means nothing {where}",
        span,
        text=why,
        hint=f"did you mean `{word}`?",
        fix=(Edit(span, word),),
    )


def quoted(span: Span, name: str) -> Finding:
    """A name in quotes."""
    return finding(
        PAGE,
        "names stand without quotes",
        span,
        text="a name?",
        hint=f"write `{name}`",
        fix=(Edit(span, name),),
    )


def missing(gap: Span, sign: str, before: str, labels: tuple[Label, ...] = ()) -> Finding:
    """A sign without which the text can't go on."""
    place = f" after `{before}`" if before else ""
    return finding(
        PAGE,
        f"a `{sign}` is missing{place}",
        gap,
        text=f"`{sign}` belongs here",
        labels=labels,
        hint=f"write `{sign}` here",
    )


def instead(span: Span, found: str, sign: str, where: str) -> Finding:
    """One sign in the place of another."""
    return finding(
        PAGE,
        f"{found} stands where `{sign}` belongs, {where}",
        span,
        text=f"`{sign}` belongs here",
        hint=f"write `{sign}` instead",
    )


def surplus(span: Span, text: str, where: str, fix: tuple[Edit, ...]) -> Finding:
    """A sign that is too much."""
    return finding(
        PAGE,
        f"this `{text}` is one too many, {where}",
        span,
        text="too much",
        hint="take it out",
        fix=fix,
    )


def before_brace(span: Span, found: str, where: str) -> Finding:
    """Something between the head of a block and its `{`."""
    return finding(
        PAGE,
        f"expected `{{` {where}, found {found}",
        span,
        text="not expected here",
        hint="take out what stands before the `{`",
    )


def mistake(
    span: Span,
    message: str,
    text: str,
    hint: str,
    fix: tuple[Edit, ...] = (),
    labels: tuple[Label, ...] = (),
) -> Finding:
    """A mistake that people make who come from elsewhere, in a sentence of its own."""
    return finding(PAGE, message, span, text=text, labels=labels, hint=hint, fix=fix)


def foreign(span: Span, text: str, hint: str, fix: tuple[Edit, ...] = ()) -> Finding:
    """Characters that mean nothing in the language."""
    return finding(PAGE, f"{text} means nothing here", span, hint=hint, fix=fix)


def unclosed(brace: Span, place: Span, found: str) -> Finding:
    """A `{` without its `}`; `place` is where it is missed."""
    label = Label(brace, "this `{` is never closed")
    before = "this one" if found == "`}`" else found
    return finding(
        PAGE,
        f"a `}}` is missing before {before}",
        place,
        labels=(label,),
        hint="close the block with `}`",
    )


def stray_brace(span: Span) -> Finding:
    """A `}` that closes nothing."""
    return finding(
        PAGE, "this `}` closes nothing", span, text="no block is open here", hint="take it out"
    )


def colon_for_brace(colon: Span) -> Finding:
    """A block that has a `}`, and a `:` in the place of its `{`."""
    return finding(
        PAGE,
        "a block stands in `{ }`, not behind `:`",
        colon,
        text="`{` belongs here",
        hint="write `{` instead of `:`",
        fix=(word(colon, "{"),),
    )


_CALLED = "write the name of a function before `(`, as in `len(items)`"


def odd_callee(span: Span) -> Finding:
    """A call of something that has no name."""
    return finding(
        PAGE, "only what has a name can be called", span, text="not a name", hint=_CALLED
    )
