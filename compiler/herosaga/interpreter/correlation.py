"""Correlation: which instance a message is for."""

from __future__ import annotations

from decimal import localcontext

from herosaga.interpreter.evaluate import Scope, evaluate
from herosaga.interpreter.instance import Instance
from herosaga.interpreter.program import Program
from herosaga.interpreter.values import DECIMALS, Plain, Value
from herosaga.model import model as m


def key_of(program: Program, message: Value) -> Plain:
    """The key of the instance that a message is for; none where it is found by a data field.

    An itinerary's outcome is for whom its slip was started, whatever it says.
    """
    saga = program.saga
    how = next((each for each in saga.correlations if each.message == message.id), None)
    if how is None:
        return None if program.model.messages[message.id].written else message.get(saga.key)
    return None if how.where else _compared(program, how, message)


def finds(program: Program, message: Value, instance: Instance) -> bool:
    """Whether a message is for this instance."""
    for each in program.saga.correlations:
        if each.message == message.id and each.where:
            running = not instance.outcome
            value = instance.data.get(each.where)
            return running and value is not None and value == _compared(program, each, message)
    return bool(key_of(program, message) == instance.key)


def _compared(program: Program, how: m.Correlation, message: Value) -> Plain:
    """What of a message is compared."""
    if how.value is None:
        return message[how.field]
    with localcontext(DECIMALS):
        return evaluate(how.value, Scope(program.model, event=message))
