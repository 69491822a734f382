"""Records, enums and messages."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.checks import hs101, hs206
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.cycles import cycles, shortest
from herosaga.model.fields import not_reserved, once, slots, typed
from herosaga.model.meta import meta
from herosaga.model.scope import Decl, Scope
from herosaga.model.typeref import resolve
from herosaga.model.types import STR, RecordType, Type
from herosaga.model.world import FAILURE, Shape, Slot, World
from herosaga.source import Span
from herosaga.syntax import ast

Decls = Mapping[str, Decl]
Scopes = Mapping[str, Scope]


def world_of(decls: Decls, scopes: Scopes, report: list[Finding]) -> World:
    """The shapes of all that takes arguments or has fields, and the enums' members."""
    shapes: dict[str, Shape] = {FAILURE: _failure(next(iter(decls.values())).span)} if decls else {}
    enums: dict[str, Mapping[str, str]] = {}
    outputs: dict[str, Mapping[str, Slot]] = {}
    results: dict[str, Type] = {}
    for decl in decls.values():
        scope, name = scopes[decl.file], decl.node.name.text
        match decl.node:
            case ast.Record(fields=fields) | ast.Message(fields=fields):
                found = slots(fields, scope, "field", report)
                shapes[decl.id] = Shape(decl.id, name, decl.kind, found)
            case ast.ExternFunction(params=params) | ast.Itinerary(params=params):
                shapes[decl.id] = Shape(decl.id, name, decl.kind, _params(params, scope, report))
            case ast.Activity(params=params):
                shapes[decl.id] = Shape(decl.id, name, decl.kind, _params(params, scope, report))
                outputs[decl.id] = _outputs(decl.node, scope, report)
            case ast.Enum(members=members):
                once((member.name for member in members), "member", report)
                enums[decl.id] = _members(members)
        if isinstance(decl.node, ast.ExternFunction):
            results[decl.id] = resolve(decl.node.result, scope, report)
    _loops(decls, shapes, report)
    return World(shapes, enums, outputs, results)


def records(
    decls: Decls, scopes: Scopes, world: World, report: list[Finding]
) -> Mapping[str, m.Record]:
    """All records."""
    found: dict[str, m.Record] = {}
    for decl in decls.values():
        match decl.node:
            case ast.Record() as node:
                scope, known = scopes[decl.file], world.shapes[decl.id].slots
                fields = typed(node.fields, known, world, scope, report)
                found[decl.id] = m.Record(
                    decl.id, node.name.text, decl.file, fields, meta(node.meta), node.name.span
                )
    return found


def enums(decls: Decls) -> Mapping[str, m.Enum]:
    """All enums; of two members with one name the first stays."""
    found: dict[str, m.Enum] = {}
    for decl in decls.values():
        match decl.node:
            case ast.Enum() as node:
                members: dict[str, m.EnumMember] = {}
                for each in node.members:
                    member = m.EnumMember(
                        each.name.text, each.value, meta(each.meta), each.name.span
                    )
                    members.setdefault(member.name, member)
                found[decl.id] = m.Enum(
                    decl.id,
                    node.name.text,
                    decl.file,
                    tuple(members.values()),
                    meta(node.meta),
                    node.name.span,
                )
    return found


def messages(
    decls: Decls, scopes: Scopes, world: World, report: list[Finding]
) -> Mapping[str, m.Message]:
    """All events and commands."""
    found: dict[str, m.Message] = {}
    for decl in decls.values():
        match decl.node:
            case ast.Message() as node:
                scope, known = scopes[decl.file], world.shapes[decl.id].slots
                found[decl.id] = m.Message(
                    decl.id,
                    node.name.text,
                    decl.file,
                    node.kind,
                    node.extern,
                    _key(node, report),
                    typed(node.fields, known, world, scope, report),
                    meta(node.meta),
                    node.name.span,
                )
    return found


def _members(nodes: tuple[ast.EnumMember, ...]) -> Mapping[str, str]:
    values: dict[str, str] = {}
    for each in nodes:
        values.setdefault(each.name.text, each.value)
    return values


def _key(node: ast.Message, report: list[Finding]) -> str:
    keys = [field.name for field in node.fields if field.key]
    for extra in keys[1:]:
        report.append(hs101.second_key(node.name.text, extra.text, extra.span, keys[0].span))
    return keys[0].text if keys else ""


def _params(
    fields: tuple[ast.Field, ...], scope: Scope, report: list[Finding]
) -> Mapping[str, Slot]:
    for field in fields:
        not_reserved(field.name, "parameter", report)
    return slots(fields, scope, "parameter", report)


def _outputs(node: ast.Activity, scope: Scope, report: list[Finding]) -> Mapping[str, Slot]:
    for field in node.outputs:
        not_reserved(field.name, "output", report)
    return slots(node.outputs, scope, "output", report)


def _failure(span: Span) -> Shape:
    """What `failure` has in a sequence."""
    names = ("command", "reason")
    return Shape(FAILURE, "failure", "failure", {n: Slot(n, STR, True, span) for n in names})


def _loops(decls: Decls, shapes: Mapping[str, Shape], report: list[Finding]) -> None:
    """Reports records whose values could never end, each cycle at its first record."""
    parts = {
        id: [slot.type.id for slot in shape.slots.values() if isinstance(slot.type, RecordType)]
        for id, shape in shapes.items()
        if shape.kind == "record"
    }
    order = {id: place for place, id in enumerate(parts)}
    knots = {min(cycle, key=order.__getitem__) for cycle in cycles(parts)}
    told: set[str] = set()
    for id in sorted(knots, key=order.__getitem__):
        cycle = shortest(id, parts)
        if not told & set(cycle):
            told.update(cycle)
            slot = next(s for s in shapes[id].slots.values() if s.type == RecordType(cycle[1]))
            names = tuple(shapes[each].name for each in cycle)
            report.append(hs206.endless(names, slot.name, slot.span, decls[id].span))
