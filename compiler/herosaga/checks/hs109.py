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


_RETRIES = (
    "repeating belongs to the request, or to its policy: `request C(…) within 30s retry 3 times`"
)
_TIMES = (
    "write `within 30s` at a request, `after 30s -> S` in a state, or `deadline 5d -> S` in a saga"
)
_UNDO = "an undo is named at the request, `request C(…) compensable by D(…)`, or at the handler, `handle C … undone by D`"
_NEEDED = "a field is needed unless its type ends in `?`"

# What other languages say with an annotation, and how it is said here.
_SAID_OTHERWISE = {
    **dict.fromkeys(("retry", "retries", "retryable", "backoff"), _RETRIES),
    **dict.fromkeys(("timeout", "deadline", "within", "timelimit", "ttl"), _TIMES),
    **dict.fromkeys(("compensate", "compensation", "compensable", "undo", "rollback"), _UNDO),
    **dict.fromkeys(("compensates", "undone_by", "undone"), _UNDO),
    **dict.fromkeys(("required", "notnull", "notblank"), _NEEDED),
    **dict.fromkeys(("optional", "nullable"), "write `?` after the type: `note: str?`"),
    **dict.fromkeys(("key", "id", "correlation"), "write `key` before the field: `key id: uuid`"),
    **dict.fromkeys(("sensitive", "personal", "secret", "gdpr"), "personal data is marked `@pii`"),
    **dict.fromkeys(("readonly", "irreversible"), "it stands at the end: `handle C emits E {}`"),
    "version": "write `version 2` in the saga",
    "policy": "write `with name` at the request",
}
_WORDS = frozenset(
    [
        "saga",
        "event",
        "command",
        "record",
        "enum",
        "service",
        "state",
        "final",
        "start",
        "handle",
        "on",
        "timer",
        "scenario",
        "extern",
        "activity",
        "itinerary",
    ]
)


def _otherwise(name: str) -> str:
    """How that is said here for which other languages have an annotation of this name."""
    low = name.lower()
    if low in _WORDS:
        return f"no `@`: a declaration begins with the word `{low}`"
    return _SAID_OTHERWISE.get(low, "").replace("{}", low)


def unknown(name: str, span: Span, near: str, known: tuple[str, ...]) -> Finding:
    """No annotation has this name."""
    listed = ", ".join(f"`@{each}`" for each in known)
    near = "" if (said := _otherwise(name)) else near
    return finding(
        PAGE,
        f"there is no annotation `@{name}`",
        span,
        text="not known",
        hint=said or (f"did you mean `@{near}`?" if near else f"there are {listed}"),
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
