"""HS701: an activity's argument that nothing before it provides."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Edit, Finding, Label, Severity
from herosaga.source import Span

_PROGRAM = """\
extern event ParcelSent {{ key order_id: uuid  tracking: str }}

activity Pack(order_id: uuid) -> (weight: decimal) {{ log {{ box_id: str }} }}
activity HandOver(order_id: uuid, weight: decimal) -> (tracking: str) {{ irreversible }}

itinerary Fulfilment(order_id: uuid) {{
  {}do HandOver(order_id, weight)
  on completed {{ publish ParcelSent(order_id, tracking) }}
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

extern event ParcelOrdered {{ key order_id: uuid }}
"""

PAGE = Page(
    code="HS701",
    severity=Severity.ERROR,
    title="Argument that nothing provides",
    what="An activity is given a variable that is neither a parameter of the itinerary nor an output of an "
    "activity before it, or that is one only on some path: in one branch of an `if`, or in a loop that may "
    "have no round.",
    why="The slip would arrive at the activity without what it needs, and what was done before would have to "
    "be undone.",
    failing=_PROGRAM.format(""),
    mended=_PROGRAM.format("do Pack(order_id)\n  "),
)


def nothing(name: str, activity: str, span: Span, near: str, later: Span | None) -> Finding:
    """No parameter or earlier output has this name; `later` is where it becomes one, after all."""
    hint = f"take it as a parameter of the itinerary, or `do` something before that gives `{name}`"
    if later is not None:
        hint = f"`do {activity}` after what gives `{name}`"
    return finding(
        PAGE,
        f"nothing has given `{name}` when `{activity}` needs it",
        span,
        text="neither a parameter nor an output before this",
        labels=(Label(later, f"gives `{name}`, too late"),) if later is not None else (),
        hint=f"did you mean `{near}`?" if near else hint,
        fix=(Edit(span, near),) if near else (),
    )


def beside(name: str, activity: str, span: Span, given: Span) -> Finding:
    """An output of another branch of the same `parallel`."""
    return finding(
        PAGE,
        f"nothing has given `{name}` when `{activity}` needs it",
        span,
        text="a branch does not wait for the others",
        labels=(Label(given, f"gives `{name}`, in another branch"),),
        hint=f"`do {activity}` after the `parallel`, or in the branch that gives `{name}`, after it",
    )


def sometimes(name: str, activity: str, span: Span, given: Span) -> Finding:
    """An output of some path only, where it is needed on all."""
    return finding(
        PAGE,
        f"`{name}` is not always there when `{activity}` needs it",
        span,
        text="on some path nothing has given it",
        labels=(Label(given, f"only one way from here gives `{name}`"),),
        hint=f"give it on every path, or write `if {name} is not none {{ do {activity}(…) }}`",
    )
