"""HS210: a condition that is not a bool."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS210",
    severity=Severity.ERROR,
    title="Condition that is not a bool",
    what="A guard, the condition of an `if` or the filter of a generator is something else than a bool.",
    why="What counts as true is a guess for anything but a bool: is an order of nothing an order?",
    failing="""\
extern event OrderPlaced { key order_id: uuid  items: list[str] }

saga Ordering by order_id: uuid {
  start {
    on OrderPlaced when event.items -> Taken
    on OrderPlaced -> Empty
  }
  final Taken
  final Empty
}
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid  items: list[str] }

saga Ordering by order_id: uuid {
  start {
    on OrderPlaced when len(event.items) > 0 -> Taken
    on OrderPlaced -> Empty
  }
  final Taken
  final Empty
}
""",
)


def not_bool(what: str, found: str, span: Span) -> Finding:
    """A `what` of another type."""
    hints = {
        "str": 'compare it: `… != ""`',
        "int": "compare it: `… > 0`",
        "decimal": "compare it: `… > 0`",
        "bool?": "test it for `none` first: `… is not none and …`",
    }
    plural = "compare it, or ask for its length: `len(…) > 0`"
    default = plural if "[" in found else "compare it with something"
    if found.endswith("?") and found not in hints:
        default = "ask whether it is there: `… is not none`"
    return finding(
        PAGE,
        f"this {what} is of type {found}, not bool",
        span,
        text=f"{found}, not bool",
        hint=hints.get(found, default),
    )
