"""What lowering shares: positions, documentation, and the findings that any clause may give."""

from __future__ import annotations

from collections.abc import Iterable

from herosaga.checks import hs001, hs005
from herosaga.findings import Finding
from herosaga.source import Source, Span
from herosaga.syntax import ast
from herosaga.syntax.tokens import make_span, token_span
from lark import Token, Tree
from msgspec import Struct

Node = Tree[Token]
Child = Node | Token | None


class Context(Struct, frozen=True):
    """A source while it is lowered; `findings` is the one thing that grows."""

    source: Source
    starts: dict[int, Token]
    docs: dict[int, str]
    findings: list[Finding]

    def span(self, node: Node | Token) -> Span:
        """Where a tree or token is. A tree of no text has a span of no width at the file's start."""
        if isinstance(node, Token):
            return token_span(self.source, node)
        meta = node.meta
        if meta.empty:
            return Span(self.source, 1, 1, 1, 1)
        start = (meta.line, meta.column, meta.start_pos)
        return make_span(self.source, start, (meta.end_line, meta.end_column, meta.end_pos))

    def keyword(self, node: Node | Token) -> Span:
        """The first word of a clause."""
        if isinstance(node, Token) or node.meta.empty:
            return self.span(node)
        token = self.starts.get(node.meta.start_pos)
        return self.span(token if token is not None else node)

    def name(self, token: Child) -> ast.Name:
        """A token as a name."""
        assert isinstance(token, Token)
        return ast.Name(str(token), self.span(token))

    def ref(self, node: Child) -> ast.Name:
        """A `ref` tree as a name; `p.Item` is one name."""
        assert isinstance(node, Tree)
        parts = [str(part) for part in node.children if part is not None]
        return ast.Name(".".join(parts), self.span(node))

    def doc(self, *nodes: Node | Token) -> str:
        """The documentation before the first of these that has any."""
        starts = (_start(node) for node in nodes)
        return next((self.docs[start] for start in starts if start in self.docs), "")

    def lacking(self, node: Node | Token, what: str, hint: str) -> None:
        """Report a clause that the grammar lets pass without a part that it needs."""
        self.findings.append(hs001.unexpected(self.keyword(node), what, "none", hint))

    def misplaced(self, node: Node | Token, clause: str, here: str, belongs: str) -> None:
        """Report a clause in a block that it does not belong to."""
        self.findings.append(hs005.misplaced(self.keyword(node), clause, here, belongs))

    def only(self, nodes: list[Node], clause: str) -> Node | None:
        """The first of clauses of which one is allowed; the others are reported."""
        for again in nodes[1:]:
            first = self.keyword(nodes[0])
            self.findings.append(hs005.twice(self.keyword(again), clause, first))
        return nodes[0] if nodes else None


def _start(node: Node | Token) -> int | None:
    if isinstance(node, Token):
        return node.start_pos
    return None if node.meta.empty else node.meta.start_pos


def trees(children: Iterable[Child], *kinds: str) -> list[Node]:
    """The trees among some children, of the given kinds if any are given."""
    found = [child for child in children if isinstance(child, Tree)]
    return [tree for tree in found if tree.data in kinds] if kinds else found


def tokens(children: Iterable[Child]) -> list[Token]:
    """The tokens among some children."""
    return [child for child in children if isinstance(child, Token)]


def tree(child: Child) -> Node:
    """A child that the grammar says is a tree."""
    assert isinstance(child, Tree)
    return child
