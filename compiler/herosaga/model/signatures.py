"""Records, enums and messages."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga.checks import hs101, hs206
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.fields import once, slots, typed
from herosaga.model.meta import meta
from herosaga.model.scope import Decl, Scope
from herosaga.model.types import RecordType
from herosaga.model.world import Shape, World
from herosaga.syntax import ast

Decls = Mapping[str, Decl]
Scopes = Mapping[str, Scope]


def world_of(decls: Decls, scopes: Scopes, report: list[Finding]) -> World:
    """The shapes of all records and messages, and the enums' members."""
    shapes: dict[str, Shape] = {}
    enums: dict[str, Mapping[str, str]] = {}
    for decl in decls.values():
        match decl.node:
            case ast.Record(name=name, fields=fields) | ast.Message(name=name, fields=fields):
                found = slots(fields, scopes[decl.file], "field", report)
                shapes[decl.id] = Shape(decl.id, name.text, decl.kind, found)
            case ast.Enum(members=members):
                once((member.name for member in members), "member", report)
                enums[decl.id] = _members(members)
    _loops(decls, shapes, report)
    return World(shapes, enums)


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


def _loops(decls: Decls, shapes: Mapping[str, Shape], report: list[Finding]) -> None:
    """Reports records whose values could never end, each cycle at its first record."""
    parts = {
        id: [slot.type.id for slot in shape.slots.values() if isinstance(slot.type, RecordType)]
        for id, shape in shapes.items()
    }
    told: set[str] = set()
    for id, shape in shapes.items():
        cycle = _cycle(id, parts)
        if cycle and not told & set(cycle):
            told.update(cycle)
            slot = next(s for s in shape.slots.values() if s.type == RecordType(cycle[1]))
            names = tuple(shapes[each].name for each in cycle)
            report.append(hs206.endless(names, slot.name, slot.span, decls[id].span))


def _cycle(start: str, parts: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The shortest way from a record through its fields back to itself, () where there is none."""
    ways: dict[str, tuple[str, ...]] = {part: (start, part) for part in reversed(parts[start])}
    queue = list(ways)
    for id in queue:
        if id == start:
            return ways[id]
        for part in parts[id]:
            if part not in ways:
                ways[part] = (*ways[id], part)
                queue.append(part)
    return ()
