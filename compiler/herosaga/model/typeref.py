"""Types as written -> types as values."""

from __future__ import annotations

from herosaga.checks import hs102, hs201
from herosaga.findings import Finding
from herosaga.model.elsewhere import optional_here
from herosaga.model.fit import hashable, keyed
from herosaga.model.scope import Decl, Scope, find, nearest
from herosaga.model.types import (
    SCALARS,
    UNKNOWN,
    DictOf,
    EnumType,
    ListOf,
    Optional,
    RecordType,
    Scalar,
    SetOf,
    Type,
    Unknown,
)
from herosaga.syntax import ast

_PARAMETERS = {"list": 1, "set": 1, "dict": 2}
_BUILT_IN = (*SCALARS, *_PARAMETERS)
# What others call a type that is built in.
_ELSEWHERE = {
    "string": "str",
    "text": "str",
    "varchar": "str",
    "char": "str",
    "integer": "int",
    "long": "int",
    "bigint": "int",
    "number": "decimal",
    "numeric": "decimal",
    "money": "decimal",
    "double": "float",
    "boolean": "bool",
    "timestamp": "datetime",
    "time": "datetime",
    "timedelta": "duration",
    "interval": "duration",
    "array": "list",
    "tuple": "list",
    "map": "dict",
    "mapping": "dict",
    "any": "json",
    "object": "json",
    "blob": "bytes",
}


def resolve(ref: ast.TypeRef, scope: Scope, report: list[Finding]) -> Type:
    """The type that `ref` means; `Unknown`, with a finding, where it means none."""
    plain = _plain(ref, scope, report)
    open_ = ref.optional and not isinstance(plain, Unknown | Optional)
    return Optional(plain) if open_ else plain


def _plain(ref: ast.TypeRef, scope: Scope, report: list[Finding]) -> Type:
    name = ref.name.text
    args = tuple(resolve(arg, scope, report) for arg in ref.args)
    wanted = _PARAMETERS.get(name, 0)
    if len(args) != wanted and (name in _BUILT_IN or scope.get(name) is not None):
        report.append(hs201.type_arguments(name, wanted, ref.span))
        return UNKNOWN
    match name, args:
        case "list", (element,):
            return ListOf(element)
        case "set", (element,):
            return SetOf(element) if _held(element, ref, report) else UNKNOWN
        case "dict", (key, value):
            return DictOf(key, value) if _key(key, ref, report) else UNKNOWN
    return Scalar(name) if name in SCALARS else _declared(ref, scope, report)


def _held(kind: Type, ref: ast.TypeRef, report: list[Finding]) -> bool:
    """Whether a set may hold the type."""
    if not hashable(kind):
        report.append(hs201.not_hashable("set", str(kind), ref.args[0].span))
    return hashable(kind)


def _key(kind: Type, ref: ast.TypeRef, report: list[Finding]) -> bool:
    """Whether a dict may have the type as key."""
    if not keyed(kind):
        report.append(hs201.no_key(str(kind), ref.args[0].span))
    return keyed(kind)


def _declared(ref: ast.TypeRef, scope: Scope, report: list[Finding]) -> Type:
    name = ref.name
    if not any(name.text in known for known in (scope.names, scope.elsewhere, scope.lost)):
        near = _ELSEWHERE.get(name.text.lower(), "") or nearest(name.text, _BUILT_IN)
        optional = optional_here(ref)
        if near or optional:
            report.append(hs102.unknown(name.text, ("type",), name.span, near, optional))
            return UNKNOWN
    match find(scope, name, ("record", "enum", "type"), report):
        case Decl(kind="record", id=id):
            return RecordType(id)
        case Decl(kind="enum", id=id):
            return EnumType(id)
        case Decl(kind="type", id=id):
            return scope.aliases.get(id, UNKNOWN)
    return UNKNOWN
