"""What triggers are called: in the names of functions, and in what is said of them."""

from __future__ import annotations

from datetime import timedelta

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.names import snake
from herosaga.plan.code import duration


def trigger_name(model: m.Model, trigger: m.Trigger) -> str:
    """The part of a function's name that says what sets it off: `on_card_declined`."""
    match trigger:
        case m.After(delay):
            return f"after_{_spelt(delay)}"
        case m.At(time):
            return f"at_{_spelt(time, 'a_time')}"
        case m.Deadline():
            return "at_the_deadline"
        case m.OnFailure(""):
            return "failed"
        case m.Onward():
            return "goes_on"
        case _:
            return f"on_{_subject(model, trigger)}"


def together_name(model: m.Model, triggers: tuple[m.Trigger, ...]) -> str:
    """The same for a transition of several triggers: `on_cancelled_or_timeout_of_reserve`."""
    first, *others = triggers
    names = list(dict.fromkeys(_subject(model, each) for each in others))
    if len(names) > _FEW:
        names = [*names[: _FEW - 1], "others"]
    return "_or_".join([trigger_name(model, first), *names])


_FEW = 3


def _subject(model: m.Model, trigger: m.Trigger) -> str:
    match trigger:
        case m.OnMessage(message):
            return _message(model, message)
        case m.OnFailure(command):
            return f"failure_of_{_message(model, command)}"
        case m.OnTimeout(command):
            return f"timeout_of_{_message(model, command)}"
        case m.OnFault(command):
            return f"fault_of_{_message(model, command)}"
        case m.OnTimer(timer):
            return snake(timer)
        case m.OnAll(messages):
            return "all_of_" + "_and_".join(_message(model, each) for each in messages)
        case m.OnOutcome(of, outcome):
            return f"{_message(model, of)}_{outcome}"
        case m.After() | m.At() | m.Deadline() | m.Onward():
            return trigger_name(model, trigger)


def _message(model: m.Model, id: str) -> str:
    return snake(_written(model, id))


def _written(model: m.Model, id: str) -> str:
    """A message as it is written: `CardDeclined`, `Fulfilment.completed`."""
    message = model.messages[id]
    return message.written or message.name


def said(model: m.Model, trigger: m.Trigger) -> str:
    """A trigger as it is written: `on CardDeclined(reason)`, `after 2 hours`."""
    match trigger:
        case m.After(delay):
            return f"after {source_of(delay)}"
        case m.At(time):
            return f"at {source_of(time)}"
        case m.Deadline(delay):
            return f"deadline {source_of(delay)}"
        case _:
            return f"on {what_said(model, trigger)}"


def what_said(model: m.Model, trigger: m.Trigger) -> str:
    """The same without its first word."""
    match trigger:
        case m.OnMessage(message, binds):
            taken = f"({', '.join(binds)})" if binds else ""
            return f"{_written(model, message)}{taken}"
        case m.OnFailure(command):
            return f"failure of {_written(model, command)}"
        case m.OnTimeout(command):
            return f"timeout of {_written(model, command)}"
        case m.OnFault(command):
            return f"fault of {_written(model, command)}"
        case m.OnTimer(timer):
            return timer
        case m.OnAll(messages):
            return f"all({', '.join(_written(model, each) for each in messages)})"
        case m.OnOutcome(of, outcome):
            return f"{_written(model, of)}.{outcome}"
        case m.After() | m.At() | m.Deadline():
            return said(model, trigger)
        case m.Onward():
            return "going on"


def source_of(expr: e.Expr, most: int = 60) -> str:
    """An expression as it was written, if it stands on one line."""
    text = expr.span.source.text[expr.span.start : expr.span.end]
    return text if text and "\n" not in text and len(text) <= most else "…"


def spelt_out(length: timedelta) -> str:
    """`2_hours`."""
    if length < timedelta():
        return "a_while"
    unit, count = duration(length)
    return f"{count}_{unit if count != '1' else unit[:-1]}"


def _spelt(expr: e.Expr, unknown: str = "a_while") -> str:
    """A length or time as a part of a name: of a constant its value, of a data field what it is called."""
    match expr:
        case e.Const(value=timedelta() as length):
            return spelt_out(length)
        case e.DataField(name):
            return snake(name)
        case _:
            return unknown
