"""HS702: an output that changes the type of a variable."""

from herosaga.checks.page import Page, finding
from herosaga.checks.words import a
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

_PROGRAM = """\
extern event ParcelOrdered {{ key order_id: uuid }}

activity Weigh(order_id: uuid) -> (weight: decimal) {{ readonly }}
activity Pack(order_id: uuid, weight: decimal) -> ({}) {{ irreversible }}

itinerary Fulfilment(order_id: uuid) {{
  do Weigh(order_id)
  do Pack(order_id, weight)
}}

saga Delivery by order_id: uuid {{
  start {{ on ParcelOrdered -> Sending {{ run Fulfilment(order_id) }} }}
  state Sending {{
    on Fulfilment.completed -> Sent
    on Fulfilment.faulted -> Lost
  }}
  final Sent
  final Lost failed
}}
"""

PAGE = Page(
    code="HS702",
    severity=Severity.ERROR,
    title="Output of another type",
    what="An activity's output has the name of a parameter or of an earlier output, and another type. A later "
    "output replaces the earlier one, so that both have to be of one type.",
    why="What comes after would find a text where it expects a weight, and only on some paths.",
    failing=_PROGRAM.format("weight: str"),
    mended=_PROGRAM.format("weight: decimal"),
)


def changed(
    name: str, activity: str, types: tuple[str, str], span: Span, places: tuple[Span, Span]
) -> Finding:
    """`types` are those before and after; `places` where the two are declared."""
    before, after = types
    return finding(
        PAGE,
        f"`{activity}` would make `{name}`, {a(before)} so far, {a(after)}",
        span,
        text=f"`{name}` becomes {a(after)}",
        labels=(Label(places[0], f"{before} here"), Label(places[1], f"{after} here")),
        hint=f"rename one of the two, or declare both as {before}",
    )
