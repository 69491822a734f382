"""HS203: what may be none, used as if it were always there."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS203",
    severity=Severity.ERROR,
    title="Optional used without a test",
    what="A value of a type `T?` may be `none`, and is used where a `T` is needed, without a test for "
    "`none` on the way. `is not none` counts in a guard, in an `if`, to the right of `and`, and "
    "after an earlier transition that took the `none`; until a `set` of the value.",
    why="The step would fail on the one order in a hundred that lacks the value.",
    failing="""\
extern event OrderPlaced { key order_id: uuid  coupon: str? }
extern event CouponUsed { key order_id: uuid  coupon: str }

saga Ordering by order_id: uuid {
  start {
    on OrderPlaced -> Taken {
      publish CouponUsed(order_id, event.coupon)
    }
  }
  final Taken
}
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid  coupon: str? }
extern event CouponUsed { key order_id: uuid  coupon: str }

saga Ordering by order_id: uuid {
  start {
    on OrderPlaced -> Taken {
      if event.coupon is not none { publish CouponUsed(order_id, event.coupon) }
    }
  }
  final Taken
}
""",
)


def optional(
    text: str, found: str, expected: str, span: Span, labels: tuple[Label, ...] = ()
) -> Finding:
    """A `found` where an `expected` is needed."""
    return finding(
        PAGE,
        f"{_named(text)} may be none, and {expected} is needed here",
        span,
        text=f"of type {found}",
        labels=labels,
        hint=_hint(text),
    )


def field(text: str, name: str, span: Span, labels: tuple[Label, ...]) -> Finding:
    """A field of something that may be none."""
    return finding(
        PAGE,
        f"{_named(text)} may be none, and then has no `{name}`",
        span,
        text="may be none",
        labels=labels,
        hint=_hint(text),
    )


def _is_path(text: str) -> bool:
    return text.replace(".", "_").isidentifier() and text != "this"


def _named(text: str) -> str:
    return f"`{text}`" if _is_path(text) else "this"


def _hint(text: str) -> str:
    """A test narrows names and `a.b` paths, and nothing else."""
    if _is_path(text):
        return f"test it first: `if {text} is not none`, or a guard `when {text} is not none`"
    return "put it into an optional data field first, and test that: `if … is not none`"
