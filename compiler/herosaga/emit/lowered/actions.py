"""Actions in the notation of the language, with what it has no word for in comments."""

from __future__ import annotations

from collections.abc import Iterable

from herosaga.emit.lowered.expressions import call, expression
from herosaga.emit.lowered.layout import Block, Line, Node
from herosaga.graph.words import short
from herosaga.model import expr as e
from herosaga.model import model as m


def actions(found: Iterable[m.Action]) -> tuple[Node, ...]:
    """The actions below each other."""
    return tuple(node for each in found for node in _action(each))


def _action(action: m.Action) -> tuple[Node, ...]:
    match action:
        case m.If(condition=condition, then=then, other=other):
            head = f"if {expression(condition)}"
            first = Block(head, actions(then))
            return (first, Block("else", actions(other))) if other else (first,)
        case m.For(var=var, source=source, body=body, index=index):
            names = f"{index}, {var}" if index else var
            return (Block(f"for {names} in {expression(source)}", actions(body)),)
        case m.Request() | m.Run():
            return (Line(_asked(action), _tag(action)),)
    return (Line(_said(action)),)


def _said(action: m.Action) -> str:
    match action:
        case m.Set(field=field, value=value):
            return f"set {field} = {expression(value)}"
        case m.Send(kind=kind, message=message):
            return f"{kind} {expression(message)}"
        case m.Recording(undo=undo):
            return f"compensable by {_undo(undo)}"
        case m.Arm(timer=timer, at=at, value=value):
            return f"arm {timer} {'at' if at else 'for'} {expression(value)}"
        case m.Disarm(timer=timer):
            return f"disarm {timer}"
    return "pivot"


def _asked(action: m.Request | m.Run) -> str:
    match action:
        case m.Run(message=message, compensable=compensable):
            return f"run {expression(message)}{' compensable' * compensable}"
        case m.Request(message=message, policy=policy, undo=undo):
            parts = [f"request {expression(message)}"]
            parts += [_policy(policy)] if policy is not None else []
            parts += [f"compensable by {_undo(undo)}"] if undo is not None else []
            return " ".join(parts)


def _tag(action: m.Request | m.Run) -> str:
    """What comes back with the answer."""
    number = f", round {expression(action.round)}" if action.round is not None else ""
    return f"step {action.step}{number}" if action.step else ""


def _undo(undo: m.CommandUndo | m.BlockUndo) -> str:
    match undo:
        case m.CommandUndo(message=message):
            return expression(message)
        case m.BlockUndo(compensation=name, args=args):
            return call(name, args) if args else name


def _policy(policy: m.Policy) -> str:
    if policy.id:
        return f"with {short(policy.id)}"
    parts = [f"within {expression(policy.within)}"] if policy.within is not None else []
    if policy.retries != 0:
        often = "forever" if policy.retries is None else f"{policy.retries} times"
        parts.append(f"retry {often}{_pause(policy.pause)}")
    return " ".join(parts)


def _pause(pause: tuple[e.Expr, ...]) -> str:
    match pause:
        case (every,):
            return f" every {expression(every)}"
        case (first, last):
            return f" backoff {expression(first)}..{expression(last)}"
    return ""
