"""Expressions of scenarios, of which there is no step: what they take from it is put in their place."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.expr import parts
from msgspec.structs import replace

NOW = "now"
"""By this name the test's time is a variable: no field of a scenario is called so."""


def calls_extern(scenario: m.Scenario) -> e.ExternCall | None:
    """The first call of an extern function in a scenario: there is nobody to call it."""
    found = (part for expr in _all(scenario) for part in parts(expr))
    return next((part for part in found if isinstance(part, e.ExternCall)), None)


def _all(scenario: m.Scenario) -> list[e.Expr]:
    """Every expression of a scenario."""
    found: list[e.Expr] = []
    for scene in scenario.scenes:
        match scene:
            case m.SceneMessage(message=message):
                found.append(message)
            case m.SceneOutcome(args=args):
                found += [value for _, value in args]
            case m.SceneAfter(delay=delay):
                found.append(delay)
            case m.Expect(expectations=expectations):
                found += [value for each in expectations for _, value in each.fields]
    return found


def settled(value: e.Expr) -> e.Expr:
    """An expression whose `now` is a variable, and whose `uuid()` are constants, each place's the same in every run."""
    match value:
        case e.Now(type=kind, span=span):
            return e.Local(NOW, False, kind, span)
        case e.Function(name="uuid", args=(), type=kind, span=span):
            made = uuid5(NAMESPACE_OID, f"{span.source.name}:{span.start}")
            return e.Const(made, kind, span)
    changes: dict[str, Any] = {
        name: _inside(getattr(value, name)) for name in value.__struct_fields__
    }
    return replace(value, **changes)


def _inside(value: object) -> object:
    match value:
        case tuple():
            return tuple(_inside(each) for each in value)
        case _ if isinstance(value, e.Expr):
            return settled(value)
    return value


def moves(value: e.Expr) -> bool:
    """Whether a settled expression has another value at another time."""
    return any(isinstance(part, e.Local) and part.name == NOW for part in parts(value))
