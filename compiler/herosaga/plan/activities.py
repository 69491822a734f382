"""Activities: the classes of what they take and give, the protocol that users implement, and what a host needs to know."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.model import model as m
from herosaga.names import output_name
from herosaga.plan.actions import policy
from herosaga.plan.code import PyCode, code, docstring, identifier, items, join, literal
from herosaga.plan.context import Context
from herosaga.plan.expr import Values, value
from herosaga.plan.shapes import ShapePlan, arguments_plan, record_plan
from herosaga.plan.types import annotation, written
from msgspec import Struct

HOME = "itineraries.activity"
"""The runtime's module of what activities are made of."""


class GivenPlan(Struct, frozen=True):
    """A field of a result."""

    declaration: PyCode
    doc: PyCode | None = None


class OutputPlan(Struct, frozen=True):
    """An output: the variable that it sets, and its JSON form."""

    wire: PyCode
    written: PyCode


class ResultPlan(Struct, frozen=True):
    """The class of what an activity gives back."""

    name: PyCode
    decorator: PyCode
    doc: PyCode
    fields: tuple[GivenPlan, ...]
    outputs: tuple[OutputPlan, ...]
    json_object: PyCode


class ActivityPlan(Struct, frozen=True):
    """An activity. `log` is that of its undo; `value` is what a host is given, `name` what it is called."""

    arguments: ShapePlan
    log: ShapePlan | None
    result: ResultPlan | None
    base: PyCode
    protocol: PyCode
    doc: PyCode
    context: PyCode
    returns: PyCode
    execute: PyCode
    compensate: PyCode
    name: PyCode
    final: PyCode
    value: PyCode


def activity_plan(context: Context, activity: m.Activity) -> ActivityPlan:
    """All that a module has of one activity."""
    log = None if activity.log is None else record_plan(context, _log(activity, activity.log))
    result = _result(context, activity) if activity.gives else None
    protocol = identifier(f"{activity.name}Handlers")
    return ActivityPlan(
        arguments_plan(context, activity),
        log,
        result,
        context.scope.use("typing", "Protocol"),
        protocol,
        docstring(f"What an implementation of activity `{activity.name}` provides."),
        context.runtime(HOME, "ActivityContext"),
        code("None") if result is None else result.name,
        docstring(_execute_doc(activity)),
        docstring(_COMPENSATE),
        identifier(f"{activity.name}Activity"),
        context.scope.use("typing", "Final"),
        _value(context, activity, protocol),
    )


# --- what it gives -------------------------------------------------------------------------------


def _log(activity: m.Activity, fields: tuple[m.Field, ...]) -> m.Record:
    name, notes = f"{activity.name}Log", m.Meta(doc=f"What undoing `{activity.name}` needs.")
    return m.Record(activity.id, name, activity.file, fields, notes, activity.span)


def _result(context: Context, activity: m.Activity) -> ResultPlan:
    outputs = activity.outputs
    return ResultPlan(
        identifier(f"{activity.name}Result"),
        code("@{}", context.runtime("message", "record")),
        docstring(f"What activity `{activity.name}` gives back."),
        tuple(_given(context, activity)),
        tuple(_output(context, each) for each in outputs),
        context.runtime("message", "JsonObject"),
    )


def _given(context: Context, activity: m.Activity) -> Iterator[GivenPlan]:
    """Outputs, the log, the revision: as a class can have them, those without a default first."""
    needed = [each for each in activity.outputs if each.default is None]
    others = [each for each in activity.outputs if each.default is not None]
    yield from (_field(context, each) for each in needed)
    if activity.log is not None:
        yield GivenPlan(code("log: {}", identifier(f"{activity.name}Log")))
    yield from (_field(context, each) for each in others)
    if activity.revises:
        kind = context.runtime("itineraries.revision", "Revision")
        inserted = join(" | ", _arguments(context, activity.revises))
        yield GivenPlan(code("revision: {}[{}] | None = None", kind, inserted))


def _field(context: Context, output: m.Field) -> GivenPlan:
    name = identifier(output_name(output.name))
    declared = code("{}: {}", name, annotation(context, output.type))
    if output.default is not None:
        declared = code("{} = {}", declared, value(Values(context), output.default))
    return GivenPlan(declared, docstring(output.meta.doc) if output.meta.doc else None)


def _output(context: Context, output: m.Field) -> OutputPlan:
    given = code("self.{}", identifier(output_name(output.name)))
    return OutputPlan(literal(output.name), written(context, output.type, given))


def _arguments(context: Context, activities: tuple[str, ...]) -> Iterator[PyCode]:
    """The classes of their arguments."""
    for each in activities:
        activity = context.model.activities[each]
        yield context.declared(activity.file, activity.name)


# --- what users implement, and hosts are given ---------------------------------------------------


_AGAIN = (
    "It is called at least once: make what it does elsewhere idempotent by `context.message_id`.\n"
    "An attempt that raises has failed."
)
_COMPENSATE = (
    "Undo what `execute` has done; `log` is what it gave.\n\n"
    "It is called at least once, and may find that nothing is left to undo.\n"
    "An attempt that raises has failed."
)


def _execute_doc(activity: m.Activity) -> str:
    parts = [_AGAIN]
    if activity.readonly:
        parts.append("It changes nothing.")
    if activity.irreversible:
        parts.append(
            "It can't be undone: once it is done, the slip goes on until it has come to its end."
        )
    if activity.revises:
        parts.append("The `revision` of its result changes what is left to do.")
    words = activity.meta.doc or f"Carry out activity `{activity.name}`."
    return "\n".join([words, "", *parts])


def _value(context: Context, activity: m.Activity, protocol: PyCode) -> PyCode:
    parts = [identifier(activity.name)]
    if activity.gives:
        parts.append(code("result={}", identifier(f"{activity.name}Result")))
    if activity.log is not None:
        parts.append(code("log={}", identifier(f"{activity.name}Log")))
    if activity.policy is not None:
        parts.append(code("policy={}", policy(Values(context), activity.policy)))
    parts += [code("irreversible=True")] if activity.irreversible else []
    parts += [code("readonly=True")] if activity.readonly else []
    if activity.revises:
        parts.append(code("revises={}", items(_arguments(context, activity.revises))))
    kind = context.runtime(HOME, "Activity")
    return code("{}[{}]({})", kind, protocol, join(", ", parts))
