"""The clauses of a block, each with the documentation and annotations before it."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Child, Context, Node, tree, trees
from herosaga.syntax.lower_expr import lower_meta
from herosaga.syntax.neighbours import joined
from herosaga.syntax.places import in_place, written

Member = tuple[ast.Meta, Node]

_ANNOTATED = frozenset(
    [
        "timer",
        "deadline",
        "migrate",
        "compensation",
        "correlate",
        "start",
        "state",
        "sequence",
        "during",
        "during_any",
        "missing",
        "final",
        "on",
        "after",
        "at",
        "every",
        "entry",
        "exit",
        "ignore",
        "defer",
        "failed",
        "handle",
        "step",
        "do",
    ]
)


def members(ctx: Context, block: Child, here: str) -> list[Member]:
    """The clauses of a block that may stand in it."""
    found: list[Member] = []
    for member in joined(ctx, trees(tree(block).children, "member"), here):
        *notes, clause = trees(member.children)
        if in_place(ctx, clause, here):
            if clause.data not in _ANNOTATED:
                no_notes(ctx, notes, clause)
            found.append((lower_meta(ctx, notes, clause), clause))
    return found


def no_notes(ctx: Context, notes: list[Node], clause: Node) -> None:
    """Report annotations before a clause that has no use for any."""
    for note in notes:
        belongs = "before a declaration, a field, a state, a transition or a step"
        ctx.misplaced(note, f"`@{note.children[0]}`", f"before {written(clause)}", belongs)


def nodes(found: list[Member], *kinds: str) -> list[Node]:
    """The clauses of some kinds, without what stands before them."""
    return [node for _, node in found if node.data in kinds]


def sole(ctx: Context, found: list[Member], kind: str) -> Member | None:
    """The one clause of a kind; others are reported."""
    first = ctx.only(nodes(found, kind), f"`{kind}`")
    return next((member for member in found if member[1] is first), None)
