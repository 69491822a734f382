"""Migrations: how an instance of an older version is lifted to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.checks import hs102
from herosaga.findings import Finding
from herosaga.model import model as m
from herosaga.model.env import Env
from herosaga.model.expr import DataField, Expr, parts
from herosaga.model.infer import check
from herosaga.model.meta import meta
from herosaga.model.old_types import old_types
from herosaga.model.places import target
from herosaga.model.scope import nearest
from herosaga.model.transitions import Inside
from herosaga.model.types import UNKNOWN, Type
from herosaga.syntax import ast
from msgspec.structs import replace

_NO_EVENT = "an instance is migrated before its message is looked at"


def migrations(node: ast.Saga, inside: Inside) -> tuple[m.Migration, ...]:
    """All migrations. One may lead to what only a version between has: what a later one calls by its old name."""
    found: dict[int, m.Migration] = {}
    for each in sorted(node.migrations, key=lambda each: each.version, reverse=True):
        found[each.span.start] = made = _migration(each, inside)
        inside = _of_version(each, made, inside)
    return tuple(found[each.span.start] for each in node.migrations)


def _of_version(node: ast.Migration, later: m.Migration, inside: Inside) -> Inside:
    """The names that there were in the version which a migration lifts, beside those that there are now."""
    env = inside.env
    gone = {**dict.fromkeys(later.dropped, UNKNOWN), **_renamed(node, env), **dict(later.old)}
    marks = {**inside.places.marks, **{old: "state" for old, _ in later.states}}
    places = replace(inside.places, marks=marks)
    return replace(inside, env=replace(env, data={**gone, **env.data}), places=places)


def _migration(node: ast.Migration, inside: Inside) -> m.Migration:
    old = _old(node, inside.env)
    computed = _computed(node, old, inside.env)
    read = {part.name: part.type for _, value in computed for part in _reads(value)}
    written = {name.text for name, _ in _values(node)} | read.keys()
    moved = [each for each in node.changes if isinstance(each, ast.Moved)]
    states = [each for each in moved if each.kind == "state"]
    fields = [each for each in moved if each.kind == "field"]
    return m.Migration(
        node.version,
        tuple((each.old.text, target(each.new, inside.places, inside.env)) for each in states),
        tuple((each.old.text, each.new.text) for each in fields if _is_field(each.new, inside.env)),
        computed,
        tuple(each.name.text for each in node.changes if isinstance(each, ast.Dropped)),
        meta(node.meta),
        node.span,
        tuple((name, kind) for name, kind in read.items() if name in old),
        tuple((name, kind) for name, kind in inside.env.data.items() if name in written),
    )


def _reads(value: Expr) -> Iterator[DataField]:
    return (part for part in parts(value) if isinstance(part, DataField))


def _computed(
    node: ast.Migration, old: Mapping[str, Type], env: Env
) -> tuple[tuple[str, Expr], ...]:
    """What is computed. Types that do not go together are no mistake of the user's, but a wrong guess of ours."""
    wanted = [env.data[name.text] if _is_field(name, env) else UNKNOWN for name, _ in _values(node)]

    def made(old: Mapping[str, Type], report: list[Finding]) -> tuple[tuple[str, Expr], ...]:
        before = _before(node, env)
        places = {name: place for name, place in env.places.items() if name not in old}
        known = replace(before, data={**before.data, **old}, places=places, report=report)
        pairs = zip(_values(node), wanted, strict=True)
        return tuple((name.text, check(value, known, kind)) for (name, value), kind in pairs)

    found: list[Finding] = []
    values = made(old, found)
    return made(dict.fromkeys(old, UNKNOWN), env.report) if found else values


def _old(node: ast.Migration, env: Env) -> Mapping[str, Type]:
    """The types of the fields that are gone, and of those that are computed anew and were of another kind perhaps."""
    gone = [each.name.text for each in node.changes if isinstance(each, ast.Dropped)]
    open_ = (*gone, *(name.text for name, _ in _values(node)))
    names = frozenset(open_) - {env.key, *_renamed(node, env)}
    wanted = tuple((value, env.data.get(name.text, UNKNOWN)) for name, value in _values(node))
    found = old_types(wanted, names, _before(node, env))
    return {**dict.fromkeys(names, UNKNOWN), **found}


def _before(node: ast.Migration, env: Env) -> Env:
    """Where an expression stands that reads what there was."""
    known = {**env.data, **_renamed(node, env)}
    return replace(env, data=known, event=None, no_event=_NO_EVENT)


def _renamed(node: ast.Migration, env: Env) -> Mapping[str, Type]:
    """What only has another name now is of the type that it was."""
    return {
        each.old.text: env.data.get(each.new.text, UNKNOWN)
        for each in node.changes
        if isinstance(each, ast.Moved) and each.kind == "field"
    }


def _values(node: ast.Migration) -> tuple[tuple[ast.Name, ast.Expr], ...]:
    return tuple((x.name, x.value) for x in node.changes if isinstance(x, ast.Computed))


def _is_field(name: ast.Name, env: Env) -> bool:
    """Whether it is a data field now; else that is reported."""
    if name.text in env.data and name.text != env.key:
        return True
    near = nearest(name.text, (each for each in env.data if each != env.key))
    env.report.append(hs102.unknown(name.text, ("data field",), name.span, near))
    return False
