"""Sequences: tree -> `ast`."""

from __future__ import annotations

from herosaga.syntax import ast
from herosaga.syntax.context import Context, Node
from herosaga.syntax.lower_stage import lower_stage
from herosaga.syntax.lower_transition import lower_leaving, lower_reactions, lower_transitions
from herosaga.syntax.members import Member, members, nodes, sole
from msgspec.structs import replace

_FOR_ALL_OF_IT = ("on", "after", "at", "every", "ignore", "defer")


def lower_sequence(ctx: Context, node: Node, meta: ast.Meta) -> ast.Sequence:
    """`sequence S { … }`."""
    name, block = node.children
    stages, others = _sorted(members(ctx, block, "sequence"))
    done = ctx.only(nodes(others, "done"), "`done`")
    failed = sole(ctx, others, "failed")
    return ast.Sequence(
        ctx.name(name),
        tuple(_stage(ctx, stage, after) for stage, after in stages),
        ctx.ref(done.children[0]) if done else None,
        lower_leaving(ctx, failed[1], failed[0]) if failed else None,
        lower_reactions(ctx, [each for each in others if each[1].data in _FOR_ALL_OF_IT]),
        meta,
        ctx.span(node),
    )


def _sorted(found: list[Member]) -> tuple[list[tuple[Member, list[Member]]], list[Member]]:
    """The stages, and apart from them what holds for the whole sequence.

    An `on` directly after a step is the step's: the grammar ends a step at an annotation or a comma,
    which must not change what the next line means.
    """
    stages: list[tuple[Member, list[Member]]] = []
    others: list[Member] = []
    of_step = False
    for member in found:
        kind = member[1].data
        if kind == "on" and of_step:
            stages[-1][1].append(member)
            continue
        of_step = kind == "step"
        if kind in (*_FOR_ALL_OF_IT, "done", "failed"):
            others.append(member)
        else:
            stages.append((member, []))
    return stages, others


def _stage(ctx: Context, member: Member, after: list[Member]) -> ast.Stage:
    meta, node = member
    stage = lower_stage(ctx, node, meta, "sequence")
    if not isinstance(stage, ast.Step) or not after:
        return stage
    reactions = (*stage.reactions, *lower_transitions(ctx, after))
    return replace(stage, reactions=reactions, span=stage.span.to(ctx.span(after[-1][1])))
