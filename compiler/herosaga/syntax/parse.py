"""Source -> syntax tree and findings."""

from __future__ import annotations

from herosaga.checks import hs002, hs004, hs006
from herosaga.findings import Finding
from herosaga.source import Source, Span
from herosaga.syntax import ast
from herosaga.syntax.braces import balance, depth
from herosaga.syntax.context import Node
from herosaga.syntax.habits import gather
from herosaga.syntax.lower import lower_file
from herosaga.syntax.recover import Mended, read_tree
from herosaga.syntax.tokens import Tokens, read_tokens, token_span
from lark import Token
from msgspec.structs import replace

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
    read = read_tokens(source, hs004.MAX_WORDS)
    if len(read.tokens) > hs004.MAX_WORDS:
        return _nothing(source, hs004.many_words(token_span(source, read.tokens[-1])))
    deep = depth(read.tokens, hs004.MAX_DEPTH)
    if deep is not None:
        return _nothing(source, hs004.deep(token_span(source, deep)))
    tokens, unbalanced = balance(source, read.tokens)
    root, mended = read_tree(source, tokens)
    starts = {t.start_pos or 0: t for t in mended.tokens if t.start_pos != t.end_pos}
    too_deep = _too_deep(root)
    if too_deep is not None:
        return _nothing(source, hs004.deep(_start(source, too_deep, starts)))
    file, misplaced = lower_file(source, root, starts, read.docs)
    findings = [*_of_tokens(read, mended), *unbalanced, *_of_grammar(read, mended), *misplaced]
    known = replace(file, lost=frozenset(mended.lost))
    return known, tuple(sorted(findings, key=lambda found: found.span.start))


def _of_tokens(read: Tokens, mended: Mended) -> list[Finding]:
    """What is wrong with tokens, but where a known mistake of the grammar explains it."""
    told = {each.span.start for each in (*mended.findings, *mended.habits)}
    found = [each for each in read.findings if not (_is_operator(each) and each.span.start in told)]
    habits = [each for each in read.habits if each.span.start not in told]
    return [
        *(each for each in found if not _explained(each, mended)),
        *gather([*(each for each in habits if not _explained(each, mended)), *mended.habits]),
    ]


def _of_grammar(read: Tokens, mended: Mended) -> list[Finding]:
    """Tokens that do not fit, but where one was broken: it was read as a guess."""
    broken = {each.span.start for each in read.findings if not _is_operator(each)}
    lines = {each.span.line for each in read.findings if each.code == hs002.PAGE.code}
    return [
        each
        for each in mended.findings
        if _explained(each, mended) or not (each.span.start in broken or each.span.line in lines)
    ]


def _explained(finding: Finding, mended: Mended) -> bool:
    """Whether the finding stands where a known mistake is told."""
    start = finding.span.start
    return any(begin <= start < end for begin, end in mended.covered)


def _is_operator(finding: Finding) -> bool:
    return finding.code == hs006.PAGE.code


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
