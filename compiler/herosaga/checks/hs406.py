"""HS406: a message that can't be brought to its instance."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span

PAGE = Page(
    code="HS406",
    severity=Severity.ERROR,
    title="Message without correlation",
    what="A saga takes a message that has no field named like the saga's key, and no `correlate` says "
    "otherwise: nothing tells which instance it is for. Or a `correlate` says it in a way that can't be "
    "looked up: by something that is not in the message, or `where` for a message that starts instances.",
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


def no_key(
    message: str,
    kind: str,
    key: str,
    type: str,
    span: Span,
    labels: tuple[Label, ...],
    fields: tuple[str, ...],
    other: str,
) -> Finding:
    """The message lacks the saga's key; `fields` are those of its that have the key's type, `other` is a
    field by which an instance could be looked up, "" where there is none yet."""
    more = f", or say which field it is: {_by(message, fields)}" if fields else ""
    if other and not fields:
        more = ", or look its instance up by a data field that it has too: "
        more += f"`correlate {message} where field == event.{other}`"
    return finding(
        PAGE,
        f"nothing in the {kind} `{message}` says which instance it is for",
        span,
        text=f"has no field `{key}`",
        labels=labels,
        hint=f"add `{key}: {type}` to `{message}`{more}",
    )


def start_by_match(
    message: str,
    key: str,
    where: Span,
    start: Span,
    labels: tuple[Label, ...],
    fields: tuple[str, ...],
) -> Finding:
    """`correlate … where` for a message that starts an instance."""
    need = f"`{key}` of `{message}` is that already: take this out"
    if key not in fields:
        need = f"give `{message}` the field `{key}` and take this out"
        need += f", or write {_by(message, fields)}" if fields else ""
    return finding(
        PAGE,
        f"`{message}` starts an instance, so it can't be looked up by a field of one",
        where,
        text="looks for an instance that is there already",
        labels=(Label(start, "starts a new instance"), *labels),
        hint=f"a new instance needs its key: {need}",
    )


def _by(message: str, fields: tuple[str, ...]) -> str:
    return " or ".join(f"`correlate {message} by event.{each}`" for each in fields[:2])


def not_a_match(span: Span) -> Finding:
    """A `where` that is no comparison of a data field with a field of the message."""
    return finding(
        PAGE,
        "`where` compares one data field with one field of the message",
        span,
        text="can't be looked up",
        hint="write `where field == event.other`",
    )


def not_of_the_message(span: Span) -> Finding:
    """A `by` that is no field of the message."""
    return finding(
        PAGE,
        "a message is brought to its instance by one of its own fields",
        span,
        text="not a field of the message",
        hint="write `by event.other`",
    )
