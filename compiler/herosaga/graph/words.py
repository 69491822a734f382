"""Pieces of a model in the words of a report or a diagram."""

from __future__ import annotations

from herosaga.model.expr import Construct, Expr
from herosaga.model.model import (
    After,
    At,
    Deadline,
    Defer,
    Ignore,
    OnAll,
    OnFailure,
    OnFault,
    OnMessage,
    OnOutcome,
    OnTimeout,
    OnTimer,
    Onward,
    Request,
    Transition,
    Trigger,
)
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
        case OnTimeout(command=command):
            return f"timeout of {short(command)}"
        case OnFault(command=command):
            return f"fault of {short(command)}"
        case OnTimer(timer=timer):
            return timer
        case OnAll(messages=messages):
            return f"all({', '.join(short(each) for each in messages)})"
        case OnOutcome(of=of, outcome=outcome):
            return f"{short(of)}.{outcome}"
        case After(delay=delay):
            return f"after {source_text(delay.span)}"
        case At(time=time):
            return f"at {source_text(time.span)}"
        case Deadline(delay=delay):
            return f"deadline {source_text(delay.span)}"
        case Onward():
            return "all answered"


def head(transition: Transition) -> str:
    """A transition as it begins in the source: `on CardDeclined`, `after 10d`."""
    text = trigger(transition.trigger)
    timed = isinstance(transition.trigger, After | At | Deadline | Onward)
    return text if timed else f"on {text}"


def swallowed(member: Ignore | Defer) -> str:
    """What is ignored or deferred, as written: `ignore CancelOrder`."""
    word = "ignore" if isinstance(member, Ignore) else "defer"
    return f"{word} {trigger(member.what)}"


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
