"""HS407: a correlation key of another type, optional, or changed."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS407",
    severity=Severity.ERROR,
    title="Unsound correlation key",
    what="The field of a message that holds the saga's key has another type than the key, or may be "
    "`none`; or the saga changes its own key.",
    why="The message would find no instance, or a wrong one; an instance that changes its key is "
    "lost to every message that is still under way.",
    failing="""\
extern event OrderPlaced { key order_id: uuid }
extern event PaymentReceived { key order_id: str }

saga Ordering by order_id: uuid {
  start { on OrderPlaced -> Paying }
  state Paying {
    on PaymentReceived -> Paid
    after 2d -> Unpaid
  }
  final Paid
  final Unpaid failed
}
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid }
extern event PaymentReceived { key order_id: uuid }

saga Ordering by order_id: uuid {
  start { on OrderPlaced -> Paying }
  state Paying {
    on PaymentReceived -> Paid
    after 2d -> Unpaid
  }
  final Paid
  final Unpaid failed
}
""",
)


def other_type(
    message: str, key: str, found: str, expected: str, span: Span, field: Span
) -> Finding:
    """The field has another type than the key."""
    return finding(
        PAGE,
        f"`{key}` of `{message}` has the type {found}, and the saga's key is of type {expected}",
        span,
        text="can't be brought to its instance",
        labels=(Label(field, f"{found} here"),),
        hint=f"make it `{key}: {expected}` in `{message}`",
    )


def optional(message: str, key: str, span: Span, field: Span) -> Finding:
    """The field may be none."""
    return finding(
        PAGE,
        f"`{key}` of `{message}` may be none, and then finds no instance",
        span,
        text="can't be brought to its instance",
        labels=(Label(field, "optional here"),),
        hint=f"take the `?` from `{key}` in `{message}`",
    )


def key_set(name: str, span: Span) -> Finding:
    """`set` of the key."""
    return finding(
        PAGE,
        f"the key `{name}` never changes",
        span,
        text="the saga's key",
        hint="use a data field of another name",
    )


def key_bound(name: str, span: Span) -> Finding:
    """`E(key)`."""
    return finding(
        PAGE,
        f"the key `{name}` need not be taken from the message",
        span,
        text="the saga's key",
        hint="leave it out: the message was brought here by its key",
    )


def optional_value(message: str, span: Span) -> Finding:
    """What `correlate` compares may be none."""
    return finding(
        PAGE,
        f"this field of `{message}` may be none, and then finds no instance",
        span,
        text="can't be brought to its instance",
        hint="take the `?` from its type",
    )


def unlike(what: str, found: str, expected: str, span: Span, labels: tuple[Label, ...]) -> Finding:
    """What `correlate` compares has another type."""
    return finding(
        PAGE,
        f"this has the type {found}, and {what} is of type {expected}",
        span,
        text="finds no instance",
        labels=labels,
        hint=f"name a field of type {expected}",
    )
