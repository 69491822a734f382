"""HS109: an annotation that is unknown, or means nothing where it stands."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Edit, Finding, Label, Severity
from herosaga.source import Span

_PROGRAM = """\
extern event OrderPlaced {{ key order_id: uuid  {} email: str }}
extern event InvoiceSent {{ key order_id: uuid }}

service Billing {{ on OrderPlaced emits InvoiceSent }}
"""

PAGE = Page(
    code="HS109",
    severity=Severity.ERROR,
    title="Annotation without meaning",
    what='An annotation is not one of the language: `@deprecated("use …")`, `@pii`, `@topic("…")`, '
    '`@bounded(n)`, `@idempotent`, `@allow(CODE, "why")`. Or it stands before something for which it has no '
    "meaning, is given twice, or is not given what it needs.",
    why="A misspelt `@pii` would put an address into every log, and nobody would know.",
    failing=_PROGRAM.format("@pi"),
    mended=_PROGRAM.format("@pii"),
)


def unknown(name: str, span: Span, near: str, known: tuple[str, ...]) -> Finding:
    """No annotation has this name."""
    listed = ", ".join(f"`@{each}`" for each in known)
    return finding(
        PAGE,
        f"there is no annotation `@{name}`",
        span,
        text="not known",
        hint=f"did you mean `@{near}`?" if near else f"there are {listed}",
        fix=(Edit(span, near),) if near else (),
    )


def misplaced(name: str, before: str, span: Span) -> Finding:
    """An annotation before something that it can't be about."""
    return finding(
        PAGE,
        f"`@{name}` means nothing here",
        span,
        text="nobody looks at it here",
        hint=f"it belongs before {before}",
    )


def arguments(name: str, form: str, span: Span) -> Finding:
    """An annotation that is not given what it needs."""
    return finding(
        PAGE, f"`@{name}` is not given what it needs", span, hint=f"it is written `{form}`"
    )


def twice(name: str, span: Span, first: Span) -> Finding:
    """An annotation that stands there already."""
    return finding(
        PAGE,
        f"`@{name}` stands here twice",
        span,
        text="again here",
        labels=(Label(first, "first here"),),
        hint="keep one of them",
    )
