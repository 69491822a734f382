"""What lines of a function do with the data, as Python reads them: `data` in a string of the user's is no use of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def uses_data(lines: list[str]) -> bool:
    """Whether they name it."""
    return any(isinstance(node, ast.Name) and node.id == "data" for node in _nodes(lines))


def changes_data(lines: list[str]) -> bool:
    """Whether they set a field of it."""
    return any(
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id == "data"
        for node in _nodes(lines)
        for target in _targets(node)
    )


def _targets(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=targets):
            return targets
        case ast.AugAssign(target=target):
            return [target]
        case _:
            return []


def _nodes(lines: list[str]) -> Iterator[ast.AST]:
    return ast.walk(ast.parse("\n".join(lines)))
