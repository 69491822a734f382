"""HS210: a condition that is not a bool."""

from herosaga.checks.hs201 import Side
from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
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


def not_bool(what: str, value: Side, span: Span, labels: tuple[Label, ...]) -> Finding:
    """A `what` of another type."""
    found, written = value.type, value.written
    hints = {
        "str": f'compare it: `{written} != ""`',
        "int": f"compare it: `{written} > 0`",
        "decimal": f"compare it: `{written} > 0`",
        "bool?": f"test it for `none` first: `{written} is not none and {written}`",
    }
    plural = f"compare it, or ask for its length: `len({written}) > 0`"
    default = plural if "[" in found else "compare it with something"
    if found.endswith("?") and found not in hints:
        default = f"ask whether it is there: `{written} is not none`"
    return finding(
        PAGE,
        f"this {what} is of type {found}, not bool",
        span,
        text=f"{found}, not bool",
        labels=labels,
        hint=hints.get(found, default),
    )
