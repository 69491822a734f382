"""HS204: a data field read where nothing has set it."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS204",
    severity=Severity.ERROR,
    title="Read before it is set",
    what="A data field without default is read at a place that some path reaches without having set "
    "it. The report shows the shortest such path.",
    why="On that path the step can't be done: the order stays where it is, until somebody looks into "
    "the dead letters.",
    failing="""\
extern event OrderPlaced { key order_id: uuid }
extern event OrderPaid { key order_id: uuid  receipt: str }
extern event OrderTaken { key order_id: uuid  receipt: str }

saga Ordering by order_id: uuid {
  data { receipt: str }
  start { on OrderPlaced -> Paying }
  state Paying {
    on OrderPaid(receipt) -> Taken
    after 2h -> Taken
  }
  final Taken { publish OrderTaken(order_id, receipt) }
}
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid }
extern event OrderPaid { key order_id: uuid  receipt: str }
extern event OrderTaken { key order_id: uuid  receipt: str }

saga Ordering by order_id: uuid {
  data { receipt: str }
  start { on OrderPlaced -> Paying }
  state Paying {
    on OrderPaid(receipt) -> Taken
    after 2h -> Abandoned
  }
  final Taken { publish OrderTaken(order_id, receipt) }
  final Abandoned failed
}
""",
)


def unset(
    name: str,
    where: str,
    span: Span,
    declared: Span,
    path: tuple[str, ...],
    others: tuple[Span, ...],
    sometimes: tuple[Span, ...] = (),
) -> Finding:
    """A read that a path reaches on which nothing has set the field; `sometimes` it is set by an `if` or `for`."""
    return finding(
        PAGE,
        f"`{name}` may not be set yet {where}",
        span,
        text="read here",
        labels=(
            Label(declared, "declared without a default"),
            *(Label(other, "read here too") for other in others[:3]),
            *(Label(each, "set here, but only under a condition") for each in sometimes[:3]),
        ),
        path=path,
        hint=f"set `{name}` on this path, give it a default, or make it optional with `?`",
    )


def no_instance(name: str, span: Span, labels: tuple[Label, ...]) -> Finding:
    """A data field read in `missing`."""
    return finding(
        PAGE,
        f"`{name}` can't be read here: the message has found no instance",
        span,
        text="a field of an instance",
        labels=labels,
        hint="read fields of `event`, or the key",
    )


def into_loop(target: str, variable: str, span: Span, loop: Span) -> Finding:
    """An arrow that leads into the middle of a `for` from outside of it."""
    return finding(
        PAGE,
        f"`{variable}` has no value in `{target}` if it is entered from here",
        span,
        text="leads into the middle of a `for`",
        labels=(Label(loop, f"gives `{variable}` its value, round by round"),),
        hint="lead to the sequence, which begins anew, or to one of its states outside of the `for`",
    )
