"""Arguments: which field each one is for."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.checks import hs202
from herosaga.findings import Finding
from herosaga.model.scope import nearest
from herosaga.model.world import Shape
from herosaga.source import Span
from herosaga.syntax import ast


def pair(
    args: tuple[ast.Arg, ...], shape: Shape, span: Span, report: list[Finding]
) -> Mapping[str, ast.Expr]:
    """The value given for each field; what is missing, extra, or given twice is reported."""
    given: dict[str, ast.Expr] = {}
    places: dict[str, Span] = {}
    positional = False
    for arg in args:
        name = _name(arg)
        if not name:
            positional = True
            report.append(hs202.positional(shape.kind, shape.name, tuple(shape.slots), arg.span))
        elif name not in shape.slots:
            near = nearest(name, (slot for slot in shape.slots if slot not in places))
            report.append(hs202.extra(name, shape.kind, shape.name, arg.span, near))
            positional = positional or bool(near)
        elif name in given:
            report.append(hs202.again(name, arg.span, places[name]))
        else:
            given[name], places[name] = arg.value, arg.span
    missing = [s.name for s in shape.slots.values() if s.required and s.name not in given]
    # An argument without a name was surely meant for one of the missing fields: one report is enough.
    if missing and not positional:
        report.append(hs202.missing(tuple(missing), shape.kind, shape.name, span))
    return given


def _name(arg: ast.Arg) -> str:
    """`x = …`, `x` and `event.x` are all for the field `x`; "" where no field is named."""
    if arg.name is not None:
        return arg.name.text
    match arg.value:
        case ast.Var(name=name) | ast.Attribute(name=ast.Name(text=name)):
            return name
    return ""
