"""A loop's variable, put in terms of what is stored: a step that comes later knows nothing of the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.within import inner
from herosaga.source import Span
from msgspec.structs import replace

Node = TypeVar("Node")
Value = Callable[[Span], e.Expr]


def replaced(node: Node, name: str, value: Value) -> Node:
    """`node` with `value` wherever it reads the loop variable `name`; an inner loop's hides the outer's."""
    return cast(Node, _replaced(node, name, value))


def _replaced(node: object, name: str, value: Value) -> object:
    match node:
        case tuple():
            return tuple(_replaced(each, name, value) for each in node)
        case e.Local(name=read, param=False, span=span) if read == name:
            return value(span)
        case e.Fold(var=var) | m.For(var=var) | m.Loop(var=var) if var == name:
            return replace(node, source=_replaced(node.source, name, value))
    kind: type = type(node)
    parts = ((field, getattr(node, field)) for field in inner(kind))
    changed = {field: _replaced(part, name, value) for field, part in parts}
    return replace(node, **changed) if changed else node  # type: ignore[type-var]
