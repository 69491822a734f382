"""`migrate from n`: a function from the stored data of an older version to that of the next."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.types import Optional, Type
from herosaga.plan.actions import Line
from herosaga.plan.code import PyCode, code, items, join, literal, number
from herosaga.plan.expr import Values, value
from herosaga.plan.place import FLAT, NESTED, FunctionPlan, Place, told
from herosaga.plan.scope import Locals
from herosaga.plan.shapes import read_code
from herosaga.plan.types import written
from herosaga.source import Span


def migration(place: Place, found: m.Migration) -> FunctionPlan:
    """The function."""
    json = place.context.runtime("message", "JsonObject")
    return FunctionPlan(
        place.name(f"migrate_from_{found.version}"),
        code("json: {}", json),
        json,
        told(found.meta.doc, found.span, f"migrate from {found.version}"),
        tuple(_body(place, found)),
    )


def migration_entry(place: Place, found: m.Migration, run: PyCode) -> PyCode:
    """The table's line."""
    pairs = (code("{}: {}", literal(old), literal(new)) for old, new in found.states)
    states = code("{{{}}}", join(", ", pairs))
    return code("{}({}, {}, {})", place.runtime("Migration"), number(found.version), states, run)


def _body(place: Place, found: m.Migration) -> Iterator[Line]:
    reads = tuple(_read(found))
    locals_ = Locals()
    if reads:
        label = literal(f"{place.saga.name}Data of version {found.version}")
        yield Line(FLAT, code("fields = {}.Fields({}, json)", place.context.codec(), label))
    for name in reads:
        field = _field(place.saga, found, name)
        locals_, variable = locals_.assign(name, field.type, place.context.scope)
        yield Line(FLAT, code("{} = {}", variable, read_code(place.context, field)))
    yield from _kept(found)
    at = Values(place.context, locals_, old=True)
    types = dict(found.new)
    for name, expr in found.computed:
        yield from _computed(at, name, types[name], expr)
    yield Line(FLAT, code("return data"))


def _kept(found: m.Migration) -> Iterator[Line]:
    """What stays as it is, and what only gets another name."""
    gone = [literal(each) for each in (*(old for old, _ in found.renamed), *found.dropped)]
    if gone:
        kept = code(
            "{{name: value for name, value in json.items() if name not in {}}}", items(gone)
        )
        yield Line(FLAT, code("data = {}", kept))
    else:
        yield Line(FLAT, code("data = dict(json)"))
    for old, new in found.renamed:
        yield Line(FLAT, code("if {} in json:", literal(old)))
        yield Line(NESTED, code("data[{}] = json[{}]", literal(new), literal(old)))


def _computed(at: Values, name: str, kind: Type, expr: e.Expr) -> Iterator[Line]:
    """A field that is computed; by way of a variable where its JSON form is another one."""
    made = value(at, expr)
    _, variable = at.locals.assign(f"new_{name}", kind, at.context.scope)
    form = written(at.context, kind, variable)
    if form == variable or (isinstance(expr, e.Const) and expr.value is None):
        form = made
    else:
        yield Line(FLAT, code("{} = {}", variable, made))
    yield Line(FLAT, code("data[{}] = {}", literal(name), form))


def _read(found: m.Migration) -> dict[str, None]:
    """The fields of the older version that something is computed from."""
    return {
        part.name: None
        for _, expr in found.computed
        for part in e.parts(expr)
        if isinstance(part, e.DataField)
    }


def _field(saga: m.Saga, found: m.Migration, name: str) -> m.Field:
    """A field of the older version: one that is gone, one with another name now, or one that is as it was."""
    gone = dict(found.old)
    if name in gone:
        return _old(name, gone[name], saga.span)
    if name == saga.key:
        return _old(name, saga.key_type, saga.span)
    now = dict(found.renamed).get(name, name)
    field = next((each for each in saga.data if each.name == now), None)
    if field is None:
        return _old(name, dict(found.new)[name], saga.span)
    return m.Field(name, field.type, field.default, field.meta, field.span)


def _old(name: str, kind: Type, span: Span) -> m.Field:
    default = e.Const(None, kind, span) if isinstance(kind, Optional) else None
    return m.Field(name, kind, default, m.Meta(), span)
