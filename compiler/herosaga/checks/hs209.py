"""HS209: a literal that its type does not admit."""

from herosaga.checks.page import Page, finding
from herosaga.checks.repairs import slip
from herosaga.findings import Edit, Finding, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS209",
    severity=Severity.ERROR,
    title="Literal that its type does not admit",
    what="A text stands where a uuid, date, datetime or enum is expected, and is none.",
    why="The comparison would never be true, or the message would be refused by whoever reads it.",
    failing="""\
enum Colour { red, green }

extern event PaintOrdered { key order_id: uuid  colour: Colour }
extern event PaintMixed { key order_id: uuid }

saga Painting by order_id: uuid {
  start {
    on PaintOrdered when event.colour == "grean" -> Mixed { publish PaintMixed(order_id) }
    on PaintOrdered -> InStock
  }
  final Mixed
  final InStock
}
""",
    mended="""\
enum Colour { red, green }

extern event PaintOrdered { key order_id: uuid  colour: Colour }
extern event PaintMixed { key order_id: uuid }

saga Painting by order_id: uuid {
  start {
    on PaintOrdered when event.colour == "green" -> Mixed { publish PaintMixed(order_id) }
    on PaintOrdered -> InStock
  }
  final Mixed
  final InStock
}
""",
)

_EXAMPLES = {
    "uuid": "write it as `00000000-0000-0000-0000-000000000001`",
    "date": "write it as `2026-01-31`",
    "datetime": "write it with its zone: `2026-01-31T12:00:00Z`, `2026-01-31T12:00:00+01:00`",
}


def bad(text: str, kind: str, span: Span) -> Finding:
    """No uuid, date or datetime."""
    return finding(
        PAGE, f'"{text}" is no {kind}', span, text=f"not a {kind}", hint=_EXAMPLES.get(kind, "")
    )


def member(text: str, enum: str, span: Span, values: tuple[str, ...], near: str) -> Finding:
    """No member of the enum."""
    listed = ", ".join(f'"{value}"' for value in values)
    return finding(
        PAGE,
        f'"{text}" is no member of `{enum}`',
        span,
        text=f"not one of {listed}",
        hint=f'did you mean "{near}"?' if near else f"write one of {listed}",
        fix=(Edit(span, f'"{near}"'),) if near and slip(text, near) else (),
    )
