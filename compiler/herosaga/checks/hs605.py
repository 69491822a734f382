"""HS605: a policy that can't be meant."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

_PROGRAM = """\
extern event OrderPlaced {{ key order_id: uuid }}
event CardCharged {{ key order_id: uuid }}
command ChargeCard {{ key order_id: uuid }}

service Payments {{
  handle ChargeCard emits CardCharged irreversible
}}

saga Billing by order_id: uuid {{
  start {{
    on OrderPlaced -> Charging {{ request ChargeCard(order_id) {} }}
  }}
  state Charging {{
    on CardCharged -> Charged
    on failure of ChargeCard -> Open
  }}
  final Charged
  final Open manual
}}
"""

PAGE = Page(
    code="HS605",
    severity=Severity.ERROR,
    title="Policy that can't be meant",
    what="`retry 0 times`, a `within` of no time, a backoff whose start is above its end, or a request's "
    "`retry` without `within`: only when an attempt's time is over is it known that it must be repeated.",
    why="Somebody relies on the repeats or on the limit, and there are none: an order waits for ever for a "
    "service that has forgotten it.",
    failing=_PROGRAM.format("retry 3 times every 10s"),
    mended=_PROGRAM.format("within 30s retry 3 times every 10s"),
)


def no_limit(span: Span) -> Finding:
    """A request is to be repeated, and its attempts never end."""
    return finding(
        PAGE,
        "this request is never repeated: its attempts have no time limit",
        span,
        text="`retry` without `within`",
        hint="say how long an attempt may take: `within 30s retry …`",
    )


def no_tries(span: Span) -> Finding:
    """`retry 0 times`."""
    return finding(
        PAGE,
        "`retry 0 times` repeats nothing",
        span,
        text="no further attempt",
        hint="take `retry` out, or say how many more attempts there are",
    )


def no_time(span: Span) -> Finding:
    """`within` of no time."""
    return finding(
        PAGE,
        "no answer can come within no time",
        span,
        text="not above zero",
        hint="give the attempt some time: `within 30s`",
    )


def backwards(span: Span) -> Finding:
    """A backoff from long to short."""
    return finding(
        PAGE,
        "this backoff starts above its end",
        span,
        text="the pauses would have to shrink",
        hint="write the shorter pause first: `backoff 1s..1m`",
    )
