"""HS406: a message that can't be brought to its instance."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS406",
    severity=Severity.ERROR,
    title="Message without correlation",
    what="A saga takes a message that has no field named like the saga's key: nothing says which "
    "instance it is for.",
    why="The payment would be there, and nobody would know for which order.",
    failing="""\
extern event OrderPlaced { key order_id: uuid }
extern event PaymentReceived { key payment_id: uuid }

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
extern event PaymentReceived { key payment_id: uuid  order_id: uuid }

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


def no_key(message: str, kind: str, key: str, type: str, span: Span) -> Finding:
    """The message lacks the saga's key."""
    return finding(
        PAGE,
        f"nothing in the {kind} `{message}` says which instance it is for",
        span,
        text=f"has no field `{key}`",
        hint=f"add `{key}: {type}` to `{message}`",
    )
