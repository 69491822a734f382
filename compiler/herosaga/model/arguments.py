"""Arguments: which field each one is for."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.checks import hs202
from herosaga.findings import Finding
from herosaga.model.scope import nearest
from herosaga.model.world import Shape
from herosaga.source import Span
from herosaga.syntax import ast

_SHOWN = 30
"""A longer value is not repeated in a hint."""


def pair(
    args: tuple[ast.Arg, ...], shape: Shape, span: Span, report: list[Finding]
) -> Mapping[str, ast.Expr]:
    """The value given for each field; what is missing, extra, or given twice is reported."""
    given: dict[str, ast.Arg] = {}
    stray: list[ast.Arg] = []
    for arg in args:
        name = _name(arg)
        if name not in shape.slots and shape.open and name:
            continue
        if name not in shape.slots:
            stray.append(arg)
        elif name in given:
            report.append(hs202.again(name, arg.span, given[name].span))
        else:
            given[name] = arg
    missing = [s.name for s in shape.slots.values() if s.required and s.name not in given]
    for arg in stray:
        report.append(_stray(arg, shape, missing, [n for n in shape.slots if n not in given]))
    # What names no field was surely meant for one that is missing: one report is enough.
    if len(missing) > len(stray):
        report.append(hs202.missing(tuple(missing), shape.kind, shape.name, span))
    return {name: arg.value for name, arg in given.items()}


def by_place(
    args: tuple[ast.Arg, ...], shape: Shape, span: Span, report: list[Finding]
) -> Mapping[str, ast.Expr]:
    """The value given for each parameter of a function: by place, or by name.

    A bare name goes by its place too, as in Python; where it is called like another parameter, it would go
    there in any other argument list, so that it has to be said which one is meant.
    """
    named: list[ast.Arg] = []
    for place, arg in enumerate(args):
        names = [*shape.slots][place : place + 1]
        if arg.name is not None:
            named.append(arg)
        elif any(each.name is not None for each in args[:place]):
            report.append(hs202.after_named(shape.name, arg.span))
            return {}
        elif not names:
            report.append(hs202.too_many(shape.name, len(shape.slots), len(args), arg.span))
            return {}
        else:
            if _name(arg) in shape.slots and _name(arg) != names[0]:
                report.append(hs202.other_place(_name(arg), names[0], arg.span))
                return {}
            named.append(ast.Arg(ast.Name(names[0], arg.span), arg.value, arg.span))
    return pair(tuple(named), shape, span, report)


def _stray(arg: ast.Arg, shape: Shape, missing: list[str], free: list[str]) -> Finding:
    """An argument for no field of the shape."""
    name, first = _name(arg), missing[0] if missing else ""
    if not name:
        example = first or next(iter(free), "field")
        return hs202.positional(shape.kind, shape.name, example, arg.span)
    near = nearest(name, free)
    return hs202.extra(name, shape.kind, shape.name, arg.span, near, first, _written(arg.value))


def _written(value: ast.Expr) -> str:
    """A value as the source has it, where it is short."""
    span = value.span
    text = span.source.text[span.start : span.end]
    return text if len(text) <= _SHOWN and "\n" not in text else "…"


def _name(arg: ast.Arg) -> str:
    """`x = …`, `x` and `event.x` are all for the field `x`; "" where no field is named."""
    if arg.name is not None:
        return arg.name.text
    match arg.value:
        case ast.Var(name=name) | ast.Attribute(name=ast.Name(text=name)):
            return name
    return ""
