"""Two clauses side by side that were meant as one: the grammar reads them, and nobody means them so."""

from __future__ import annotations

from itertools import pairwise

from herosaga.checks import hs005
from herosaga.syntax.context import Context, Node, trees
from lark import Tree

_STATES = ("state", "during")


def joined(ctx: Context, found: list[Node], here: str) -> list[Node]:
    """The members of a block, those that were meant as one made one, which is reported."""
    kept = found[:1]
    for before, member in pairwise(found):
        match before.children[-1], member.children[-1]:
            case Tree(data="done") as done, Tree(data="group") as group if here == "sequence":
                target = ctx.ref(done.children[0]).text
                ctx.findings.append(hs005.of_done(ctx.span(group), target))
            case (
                Tree(data="on", children=[Tree(data="on_message", children=[name, None])]),
                Tree(data="failed") as failed,
            ) if here in _STATES and _in_one_line(before, member):
                assert isinstance(name, Tree)
                span = ctx.span(name).to(ctx.keyword(failed))
                ctx.findings.append(hs005.of_failure(span, ctx.ref(name).text))
                kept[-1] = _failure(before, name, failed)
            case _:
                kept.append(member)
    return kept


def _in_one_line(before: Node, member: Node) -> bool:
    return before.meta.end_line == member.meta.line


def _failure(member: Node, command: Node, failed: Node) -> Node:
    """`on failure of C …` for `on C` and `failed …`."""
    on = trees(member.children, "on")[0]
    trigger: Node = Tree("on_failure", [command], command.meta)
    read: Node = Tree("on", [trigger, *failed.children], on.meta)
    return Tree(member.data, [*member.children[:-1], read], member.meta)
