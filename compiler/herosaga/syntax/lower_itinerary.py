"""Activities and itineraries: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Context, Node, trees
from herosaga.syntax.lower_expr import lower_fields
from herosaga.syntax.lower_policy import lower_policy
from herosaga.syntax.lower_stage import lower_stage
from herosaga.syntax.lower_transition import lower_outcome
from herosaga.syntax.members import members

_ENDS = ("completed", "faulted", "compensated")


def lower_activity(ctx: Context, node: Node, meta: ast.Meta) -> ast.Activity:
    """`activity A(params) -> (outputs) { … }`."""
    name, params, outputs, block = node.children
    clauses = [clause for _, clause in members(ctx, block, "activity")]
    kinds = ("log", "irreversible", "readonly", "revises")
    log, irreversible, readonly, revises = (
        ctx.only(trees(clauses, kind), f"`{kind}`") for kind in kinds
    )
    return ast.Activity(
        ctx.name(name),
        lower_fields(ctx, params),
        lower_fields(ctx, outputs),
        lower_fields(ctx, log.children[0]) if log else None,
        lower_policy(ctx, clauses),
        irreversible is not None,
        readonly is not None,
        tuple(ctx.ref(each) for each in revises.children) if revises else (),
        meta,
        ctx.span(node),
    )


def lower_itinerary(ctx: Context, node: Node, meta: ast.Meta) -> ast.Itinerary:
    """`itinerary I(params) { … }`."""
    name, params, block = node.children
    found = members(ctx, block, "itinerary")
    stages = [(m, clause) for m, clause in found if clause.data != "on"]
    ends = [lower_outcome(ctx, clause, m) for m, clause in found if clause.data == "on"]
    _each_end_once(ctx, [clause for _, clause in found if clause.data == "on"])
    return ast.Itinerary(
        ctx.name(name),
        lower_fields(ctx, params),
        tuple(lower_stage(ctx, clause, m, "itinerary") for m, clause in stages),
        tuple(end for end in ends if end is not None),
        meta,
        ctx.span(node),
    )


def _each_end_once(ctx: Context, clauses: list[Node]) -> None:
    """Report an end for which the itinerary says more than once what is done."""
    triggers = [node for clause in clauses for node in trees(clause.children, "on_outcome")]
    own = [node for node in triggers if node.children[0] is None]
    for end in _ENDS:
        ctx.only([node for node in own if str(node.children[2]) == end], f"`on {end}`")
