"""The stages of an itinerary: a function for each that reads variables, and its place in the table."""

from __future__ import annotations

import re

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.types import ListOf
from herosaga.names import snake
from herosaga.plan.actions import is_constant, policy, policy_value
from herosaga.plan.code import PyCode, code, items, join, literal
from herosaga.plan.context import python_order
from herosaga.plan.expr import arguments, in_order
from herosaga.plan.types import written
from herosaga.plan.variables import seen
from herosaga.plan.way import Way
from herosaga.plan.words import source_of


def block(way: Way, stages: tuple[m.Stage, ...]) -> PyCode:
    """Stages in a row, as the table has them."""
    return items(_stage(way, each) for each in stages)


def _stage(way: Way, stage: m.Stage) -> PyCode:
    match stage:
        case m.Do():
            return _do(way, stage)
        case m.Branch():
            return _if(way, stage)
        case m.Loop():
            return _for(way, stage)
        case m.Parallel(branches=branches):
            parts = join(", ", [block(way, each) for each in branches])
            return code("{}({})", way.runtime("Parallel"), parts)
    raise AssertionError(f"{type(stage).__name__} is a stage of sequences only")


def _do(way: Way, do: m.Do) -> PyCode:
    context = way.context
    assert isinstance(do.message, e.Construct)
    activity = context.model.activities[do.message.id]
    kind = context.declared(activity.file, activity.name)
    given = dict(seen(do.message, way.names).args)
    values = arguments(way.at, python_order(activity.params), given)
    name, words = snake(activity.name), f"do {source_of(do.message)}"
    made = way.function(name, kind, do.meta.doc, do.span, words, code("{}({})", kind, values))
    parts = [context.declared(activity.file, f"{activity.name}Activity"), made]
    if do.policy is not None:
        parts.append(code("policy={}", _policy(way, activity, do.policy)))
    return code("{}({})", way.runtime("Do"), join(", ", parts))


def _policy(way: Way, activity: m.Activity, given: m.Policy) -> PyCode:
    """A policy, or a function that gives it where it depends on variables."""
    if is_constant(given):
        return policy(way.at, given)
    kind = way.context.runtime("policy", "Policy")
    name, words = f"policy_of_{snake(activity.name)}", f"the policy of {activity.name}"
    made = policy_value(way.at, seen(given, way.names))
    return way.function(name, kind, "", given.span, words, made)


def _if(way: Way, branch: m.Branch) -> PyCode:
    test, words = branch.condition, f"if {source_of(branch.condition)}"
    name = f"if_{condition_name(test)}"
    made = way.function(name, code("bool"), "", test.span, words, way.read(test))
    blocks = [block(way, each) for each in (branch.then, branch.other)]
    shown = blocks if branch.other else blocks[:1]
    return code("{}({})", way.runtime("If"), join(", ", [made, *shown]))


def _for(way: Way, loop: m.Loop) -> PyCode:
    word = "parallel for" if loop.parallel else "for"
    words = f"{word} {loop.var} in {source_of(loop.source)}"
    listed = in_order(way.at, seen(loop.source, way.names))
    elements = written(way.context, ListOf(loop.type), listed)
    sequence = way.context.scope.use("collections.abc", "Sequence")
    kind = code("{}[{}]", sequence, way.context.runtime("message", "JsonValue"))
    name = f"{word.replace(' ', '_')}_{snake(loop.var)}"
    made = way.function(name, kind, "", loop.source.span, words, elements)
    inside = way.within(loop)
    parts = [literal(way.loops[loop.var, loop.type]), made, block(inside, loop.body)]
    return code("{}({})", way.runtime("ParallelFor" if loop.parallel else "For"), join(", ", parts))


# --- what conditions are called ------------------------------------------------------------------


_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[<>=!]=?")
_SAID = {
    "<": "under",
    "<=": "at_most",
    ">": "over",
    ">=": "at_least",
    "==": "is",
    "!=": "is_not",
}
_LONGEST = 40


def condition_name(condition: e.Expr) -> str:
    """A part of a name that says what is tested: `weight_over_30`; its first words, if there are many."""
    span = condition.span
    tokens = _TOKEN.findall(span.source.text[span.start : span.end])
    name = ""
    for word in map(_spelt, tokens):
        if name and len(name) + len(word) >= _LONGEST:
            break
        name = f"{name}_{word}" if name else word
    return name or "so"


def _spelt(token: str) -> str:
    return _SAID.get(token) or (token if token.isdigit() else snake(token))
