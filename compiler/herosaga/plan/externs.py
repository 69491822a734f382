"""`extern` functions: the protocols of what the user writes in Python, and how sagas reach it."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.names import extern_names
from herosaga.plan.code import PyCode, code, docstring, identifier, join
from herosaga.plan.context import Context, python_order
from herosaga.plan.expr import Values, attribute, value
from herosaga.plan.types import annotation
from msgspec import Struct


class ExternPlan(Struct, frozen=True):
    """A function that the user writes."""

    name: PyCode
    parameters: tuple[PyCode, ...]
    returns: PyCode
    doc: PyCode


class ExternsPlan(Struct, frozen=True):
    """A protocol of functions; `bases` are those that it joins. Functions reach it by `constant`, where it has one."""

    name: PyCode
    bases: PyCode
    doc: PyCode
    functions: tuple[ExternPlan, ...] = ()
    constant: PyCode | None = None
    final: PyCode | None = None
    value: PyCode | None = None


def externs_plan(context: Context, file: str) -> ExternsPlan | None:
    """The protocol of a file's functions; None where it declares none."""
    declared = [each for each in context.model.externs.values() if each.file == file]
    if not declared:
        return None
    name, constant = map(identifier, extern_names(file))
    return ExternsPlan(
        name,
        code("({})", context.scope.use("typing", "Protocol")),
        docstring(
            f"The functions of `{file}` that are written in Python.\n\n"
            "A step may be repeated: they give the same for the same, and do nothing else."
        ),
        tuple(_function(context, each) for each in declared),
        constant,
        context.scope.use("typing", "Final"),
        code("{}[{}]()", context.runtime("saga", "Externs"), name),
    )


def _function(context: Context, function: m.ExternFunction) -> ExternPlan:
    return ExternPlan(
        attribute(function.name),
        tuple(_parameter(context, each) for each in python_order(function.params)),
        annotation(context, function.result),
        docstring(function.meta.doc or f"Function `{function.name}`."),
    )


def _parameter(context: Context, field: m.Field) -> PyCode:
    declared = code("{}: {}", attribute(field.name), annotation(context, field.type))
    if field.default is None:
        return declared
    return code("{} = {}", declared, value(Values(context), field.default))


def used_externs(context: Context, saga: m.Saga) -> tuple[PyCode | None, ExternsPlan | None]:
    """The protocol of what a saga uses, None if it uses nothing; and the one that joins those of several files."""
    files = tuple(dict.fromkeys(context.model.externs[id].file for id in called_externs(saga)))
    names = [context.declared(each, extern_names(each)[0]) for each in files]
    if len(names) < 2:
        return (names[0] if names else None), None
    joined = context.scope.free(f"{saga.name}SagaExterns")
    bases = code("({}, {})", join(", ", names), context.scope.use("typing", "Protocol"))
    return joined, ExternsPlan(joined, bases, docstring(f"What saga `{saga.name}` calls."))


def called_externs(node: object) -> Iterator[str]:
    """The functions that are called anywhere within a node."""
    if isinstance(node, tuple):
        for part in node:
            yield from called_externs(part)
    elif isinstance(node, Struct):
        if isinstance(node, e.ExternCall):
            yield node.id
        for name in node.__struct_fields__:
            yield from called_externs(getattr(node, name))
