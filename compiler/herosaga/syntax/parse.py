"""Source -> syntax tree and findings."""

from __future__ import annotations

from herosaga.checks import hs004
from herosaga.findings import Finding
from herosaga.source import Source, Span
from herosaga.syntax import ast
from herosaga.syntax.braces import balance, depth
from herosaga.syntax.context import Node
from herosaga.syntax.lower import lower_file
from herosaga.syntax.recover import read_tree
from herosaga.syntax.tokens import read_tokens, token_span
from lark import Token

# Chains such as `a + b + …` and `else if` nest too, though nobody sees it in the text.
_MAX_CHAIN = 2 * hs004.MAX_DEPTH
_NESTING = frozenset(
    (
        "binary",
        "attribute",
        "index",
        "call",
        "conditional",
        "not_",
        "negative",
        "if_",
        "for_",
        "list",
    )
)


def parse(source: Source) -> tuple[ast.File, tuple[Finding, ...]]:
    """What could be read of the source, and everything that is wrong with its syntax, in order."""
    if (
        len(source.text) > hs004.MAX_BYTES
        or len(source.text.encode(errors="replace")) > hs004.MAX_BYTES
    ):
        return _nothing(source, hs004.big_file(Span(source, 1, 1, 1, 1)))
    read = read_tokens(source)
    deep = depth(read.tokens, hs004.MAX_DEPTH)
    if deep is not None:
        return _nothing(source, hs004.deep(token_span(source, deep)))
    tokens, unbalanced = balance(source, read.tokens)
    root, unexpected = read_tree(source, tokens)
    starts = {token.start_pos or 0: token for token in tokens if token.value}
    too_deep = _too_deep(root)
    if too_deep is not None:
        return _nothing(source, hs004.deep(_start(source, too_deep, starts)))
    file, misplaced = lower_file(source, root, starts, read.docs)
    broken = {each.span.start for each in read.findings}
    unexpected = [each for each in unexpected if each.span.start not in broken]
    findings = [*read.findings, *unbalanced, *unexpected, *misplaced]
    return file, tuple(sorted(findings, key=lambda found: found.span.start))


def _nothing(source: Source, finding: Finding) -> tuple[ast.File, tuple[Finding, ...]]:
    return ast.File(source, "", (), ()), (finding,)


def _start(source: Source, node: Node, starts: dict[int, Token]) -> Span:
    return token_span(source, starts[node.meta.start_pos])


def _too_deep(root: Node) -> Node | None:
    """A tree nested so deep that walking it could exhaust the interpreter's stack."""
    pending = [(root, 0)]
    while pending:
        node, level = pending.pop()
        level += node.data in _NESTING
        if level > _MAX_CHAIN:
            return node
        pending += [(child, level) for child in node.children if not isinstance(child, str | None)]
    return None
