"""A saga's named timers, its deadline, and how long it is kept."""

from __future__ import annotations

from herosaga.model import model as m
from herosaga.model.env import Env
from herosaga.model.expr import Expr
from herosaga.model.infer import check
from herosaga.model.meta import meta
from herosaga.model.places import once
from herosaga.model.transitions import Inside, transition
from herosaga.model.types import DURATION
from herosaga.syntax import ast
from msgspec.structs import replace

_BARE = "how long ended instances are kept is the same for all of them"


def timers(node: ast.Saga, env: Env) -> tuple[m.Timer, ...]:
    """The named timers, each once."""
    once(((each.name, "timer") for each in node.timers), env.report)
    found: dict[str, m.Timer] = {}
    for each in node.timers:
        name = each.name.text
        found.setdefault(name, m.Timer(name, meta(each.meta), each.name.span))
    return tuple(found.values())


def deadline(node: ast.Saga, inside: Inside) -> m.Transition | None:
    """`deadline D … -> S`."""
    if node.deadline is None:
        return None
    return next(iter(transition(node.deadline, "deadline", inside)), None)


def retain(node: ast.Saga, env: Env) -> Expr | None:
    """`retain D`, which sees no names."""
    if node.retain is None:
        return None
    return check(node.retain, replace(env, bare=_BARE), DURATION)
