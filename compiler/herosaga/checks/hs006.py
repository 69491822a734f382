"""HS006: an operator of another language."""

from herosaga.checks.page import Page, finding
from herosaga.checks.repairs import word
from herosaga.findings import Edit, Finding, Severity
from herosaga.source import Span

_PROGRAM = """\
command Ship {{ key order_id: uuid  weight: int }}
extern event Shipped {{ key order_id: uuid }}
extern event Paid {{ key order_id: uuid  weight: int }}
service Depot {{ handle Ship emits Shipped readonly }}

saga Delivery by order_id: uuid {{
  start {{
    on Paid when event.weight > 0 {} event.weight < 30 -> Sending {{
      request Ship(order_id, event.weight) within 1d
    }}
    on Paid -> Refused
  }}
  state Sending {{
    on Shipped -> Completed
    on failure of Ship -> Refused
  }}
  missing {{ ignore Shipped }}
  final Completed
  final Refused failed
}}
"""

PAGE = Page(
    code="HS006",
    severity=Severity.WARNING,
    title="Operator of another language",
    what="`&&`, `||`, `!`, `===` and `!==` are read as `and`, `or`, `not`, `==` and `!=`.",
    why="The meaning is not in doubt, but a process is read by more people than those who write it, "
    "and they should find one notation.",
    failing=_PROGRAM.format("&&"),
    mended=_PROGRAM.format("and"),
)


def foreign_operator(span: Span, found: str, meant: str) -> Finding:
    """An operator written as elsewhere, with the one that is meant."""
    return finding(
        PAGE,
        f"`{found}` is written `{meant}` here",
        span,
        hint=f"write `{meant}`",
        fix=(word(span, meant) if meant.isalpha() else Edit(span, meant),),
    )
