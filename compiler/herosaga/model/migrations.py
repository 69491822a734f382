"""Migrations: how an instance of an older version is lifted to the next."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.checks import hs102
from herosaga.model import model as m
from herosaga.model.env import Env
from herosaga.model.expr import Expr
from herosaga.model.infer import check
from herosaga.model.meta import meta
from herosaga.model.places import target
from herosaga.model.scope import nearest
from herosaga.model.transitions import Inside
from herosaga.model.types import UNKNOWN, Type
from herosaga.syntax import ast
from msgspec.structs import replace

_NO_EVENT = "an instance is migrated before its message is looked at"


def migrations(node: ast.Saga, inside: Inside) -> tuple[m.Migration, ...]:
    """All migrations."""
    return tuple(_migration(each, inside) for each in node.migrations)


def _migration(node: ast.Migration, inside: Inside) -> m.Migration:
    moved = [each for each in node.changes if isinstance(each, ast.Moved)]
    states = [each for each in moved if each.kind == "state"]
    fields = [each for each in moved if each.kind == "field"]
    return m.Migration(
        node.version,
        tuple((each.old.text, target(each.new, inside.places, inside.env)) for each in states),
        tuple((each.old.text, each.new.text) for each in fields if _is_field(each.new, inside.env)),
        tuple(_computed(node, inside.env)),
        tuple(each.name.text for each in node.changes if isinstance(each, ast.Dropped)),
        meta(node.meta),
        node.span,
    )


def _computed(node: ast.Migration, env: Env) -> Iterator[tuple[str, Expr]]:
    before = replace(
        env, data={**env.data, **dict(_old(node, env))}, event=None, no_event=_NO_EVENT
    )
    for each in node.changes:
        match each:
            case ast.Computed(name=name, value=value):
                kind = env.data[name.text] if _is_field(name, env) else UNKNOWN
                yield name.text, check(value, before, kind)


def _old(node: ast.Migration, env: Env) -> Iterator[tuple[str, Type]]:
    """What the fields were called, as far as the migration tells: of what type, only the old program knows."""
    for each in node.changes:
        match each:
            case ast.Moved(kind="field", old=old, new=new):
                yield old.text, env.data.get(new.text, UNKNOWN)
            case ast.Dropped(name=name):
                yield name.text, UNKNOWN


def _is_field(name: ast.Name, env: Env) -> bool:
    """Whether it is a data field now; else that is reported."""
    if name.text in env.data and name.text != env.key:
        return True
    near = nearest(name.text, (each for each in env.data if each != env.key))
    env.report.append(hs102.unknown(name.text, ("data field",), name.span, near))
    return False
