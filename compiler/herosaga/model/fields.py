"""Fields and parameters: their types, their defaults, and each name once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from herosaga.checks import hs101
from herosaga.findings import Finding
from herosaga.model.env import Env
from herosaga.model.expr import Const
from herosaga.model.infer import check
from herosaga.model.literals import constant
from herosaga.model.meta import meta
from herosaga.model.model import Field
from herosaga.model.scope import Scope
from herosaga.model.typeref import resolve
from herosaga.model.types import NONE, Optional, Type
from herosaga.model.world import Slot, World
from herosaga.source import Span
from herosaga.syntax import ast

_RESERVED = ("event", "state", "now")


def once(names: Iterable[ast.Name], what: str, report: list[Finding]) -> Mapping[str, Span]:
    """The first place of each name; every later one is reported."""
    first: dict[str, Span] = {}
    for name in names:
        if name.text in first:
            report.append(hs101.twice(name.text, what, name.span, first[name.text]))
        first.setdefault(name.text, name.span)
    return first


def not_reserved(name: ast.Name, what: str, report: list[Finding]) -> None:
    """Reports a variable that would hide `event`, `state` or `now`."""
    if name.text in _RESERVED:
        report.append(hs101.reserved(name.text, what, name.span))


def slots(
    fields: tuple[ast.Field, ...], scope: Scope, what: str, report: list[Finding]
) -> Mapping[str, Slot]:
    """The fields' types, by name; of two with one name the first stays."""
    once((field.name for field in fields), what, report)
    found: dict[str, Slot] = {}
    for field in fields:
        kind = resolve(field.type, scope, report)
        optional = field.type.optional or isinstance(kind, Optional)
        required = field.default is None and not optional
        found.setdefault(field.name.text, Slot(field.name.text, kind, required, field.name.span))
    return found


def typed(
    fields: tuple[ast.Field, ...],
    shapes: Mapping[str, Slot],
    world: World,
    scope: Scope,
    report: list[Finding],
) -> tuple[Field, ...]:
    """The fields with their defaults, which are literals and see no names."""
    env = Env(world, scope, report, bare="a default is a literal")
    return tuple(
        _field(field, shapes[field.name.text].type, env)
        for field in fields
        if shapes[field.name.text].span == field.name.span
    )


def _field(field: ast.Field, kind: Type, env: Env) -> Field:
    default = constant(check(field.default, env, kind)) if field.default is not None else None
    if default is None and isinstance(kind, Optional):
        default = Const(None, NONE, field.name.span)
    return Field(field.name.text, kind, default, meta(field.meta), field.name.span)
