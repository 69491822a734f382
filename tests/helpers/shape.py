"""What a generated module is made of: only what this compiler prints, whatever a user wrote."""

from __future__ import annotations

import ast
import io
import tokenize

TOP = (ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.AnnAssign, ast.Expr)
STATEMENTS = (
    *TOP, ast.AsyncFunctionDef, ast.Assign, ast.AugAssign, ast.For, ast.If, ast.Pass, ast.Return,
)  # fmt: skip
EXPRESSIONS = (
    ast.Attribute, ast.Await, ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.Constant, ast.Dict, ast.DictComp,
    ast.GeneratorExp, ast.IfExp, ast.Lambda, ast.List, ast.ListComp, ast.Name, ast.Starred, ast.Subscript,
    ast.Tuple, ast.UnaryOp,
)  # fmt: skip
PARTS = (
    ast.Module, ast.alias, ast.arguments, ast.arg, ast.keyword, ast.comprehension, ast.expr_context, ast.operator,
    ast.unaryop, ast.cmpop, ast.boolop,
)  # fmt: skip
BUILTINS = {
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "classmethod",
    "dict",
    "enumerate",
    "float",
    "frozenset",
    "hasattr",
    "int",
    "isinstance",
    "len",
    "list",
    "max",
    "min",
    "object",
    "round",
    "str",
    "sum",
    "tuple",
}


def faults(text: str) -> list[str]:
    """What in a module is none of the compiler's doing."""
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    found = [
        type(x).__name__ for x in nodes if not isinstance(x, (*STATEMENTS, *EXPRESSIONS, *PARTS))
    ]
    found += [type(each).__name__ for each in tree.body if not isinstance(each, TOP)]
    found += [
        ast.unparse(each)
        for each in nodes
        if isinstance(each, ast.Expr) and not _is_text(each.value) and ast.unparse(each.value) != "..."
        and not isinstance(each.value, ast.Call)
    ]  # fmt: skip
    found += [
        ast.unparse(each)
        for each in tree.body
        if isinstance(each, ast.Expr) and not _is_text(each.value)
    ]
    found += sorted(_used(nodes) - _known(nodes) - BUILTINS)
    return found + _comments(text)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _used(nodes: list[ast.AST]) -> set[str]:
    return {x.id for x in nodes if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load)}


def _known(nodes: list[ast.AST]) -> set[str]:
    """Names that the module imports, declares or assigns."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case ast.alias(name=name, asname=other):
                found.add(other or name)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.arg(arg=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case _:
                pass  # makes no name
    return found


def _comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [each.string for each in tokens if each.type == tokenize.COMMENT][1:]
