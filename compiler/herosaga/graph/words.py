"""Pieces of a model in the words of a report or a diagram."""

from __future__ import annotations

from herosaga.model.expr import Construct, Expr
from herosaga.model.model import After, OnFailure, OnMessage, Request, Transition, Trigger
from herosaga.source import Span


def short(id: str) -> str:
    """The name that an id ends with: `oms.OrderPlaced` -> `OrderPlaced`."""
    return id.rpartition(".")[2]


def source_text(span: Span, limit: int = 60) -> str:
    """What was written at a place, on one line, cut where it is long."""
    text = " ".join(span.source.text[span.start : span.end].split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def trigger(node: Trigger) -> str:
    """What sets a transition off: `CardDeclined`, `failure of ChargeCard`, `after 10d`."""
    match node:
        case OnMessage(message=message):
            return short(message)
        case OnFailure(command=command):
            return f"failure of {short(command)}"
        case After(delay=delay):
            return f"after {source_text(delay.span)}"


def head(transition: Transition) -> str:
    """A transition as it begins in the source: `on CardDeclined`, `after 10d`."""
    text = trigger(transition.trigger)
    return text if isinstance(transition.trigger, After) else f"on {text}"


def requested(request: Request) -> str:
    """The command of a request; "" where it is wrong already."""
    return message_of(request.message)


def message_of(value: Expr) -> str:
    """The id of the message that a value is; "" where it is wrong already."""
    return value.id if isinstance(value, Construct) else ""


def listed(names: tuple[str, ...], word: str = "and") -> str:
    """Names as prose: `A`, `A` and `B`, `A`, `B` and `C`."""
    quoted = [f"`{name}`" for name in names]
    return f" {word} ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))
