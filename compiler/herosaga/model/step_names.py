"""What the steps of a sequence are called, and in which state each of them is awaited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from herosaga.source import Span
from herosaga.syntax import ast
from msgspec import Struct


class Spot(Struct, frozen=True):
    """A step, or an itinerary that is run: its name, the state where it is awaited, where its name stands.

    `of` is how the command or itinerary is written.
    All that is asked for at once is awaited in one state, which is called after the first of it.
    """

    name: str
    state: str
    span: Span
    of: str


Spots = Mapping[int, Spot]
"""The spots of a sequence, by where each of its stages begins."""


def spots(node: ast.Sequence) -> Spots:
    """The spots of a sequence, in source order; a second `run` of an itinerary is numbered."""
    found: dict[int, Spot] = {}
    runs: dict[str, int] = {}
    taken: dict[str, int] = {}
    for stage, leader in _waiting(node.stages, None):
        first = found.get(leader) if leader is not None else None
        name, place = _name(stage, runs)
        state = first.state if first is not None else _free(f"{node.name.text}.{name}", taken)
        found[stage.span.start] = Spot(name, state, place, _call(stage).name.text)
    return found


def _free(state: str, taken: dict[str, int]) -> str:
    """A state for each step, also where two have one name, which is reported."""
    taken[state] = count = taken.get(state, 0) + 1
    return state if count == 1 else f"{state}_{count}"


def entry(node: ast.Sequence, known: Spots) -> str:
    """The state that is entered first; the sequence's own name where it depends, or something is done first."""
    match node.stages[:1]:
        case (ast.Step() | ast.Run() as stage,):
            return known[stage.span.start].state
        case (ast.Parallel() | ast.Loop(parallel=True) as block,):
            inner = next((each for each, _ in _waiting((block,), None)), None)
            return known[inner.span.start].state if inner is not None else node.name.text
    return node.name.text


def waits(stage: ast.Stage) -> bool:
    """Whether a stage may wait for something."""
    return any(True for _ in _waiting((stage,), None))


def _name(stage: ast.Step | ast.Run, runs: dict[str, int]) -> tuple[str, Span]:
    match stage:
        case ast.Step(name=ast.Name(text=text, span=span)):
            return text, span
        case ast.Step(request=ast.Request(message=call)):
            return _last(call.name), call.name.span
        case ast.Run(message=call):
            name = _last(call.name)
            runs[name] = count = runs.get(name, 0) + 1
            return (name if count == 1 else f"{name}_{count}"), call.name.span


def _call(stage: ast.Step | ast.Run) -> ast.Call:
    return stage.request.message if isinstance(stage, ast.Step) else stage.message


def _last(name: ast.Name) -> str:
    return name.text.rpartition(".")[2]


def _waiting(
    stages: tuple[ast.Stage, ...], leader: int | None
) -> Iterator[tuple[ast.Step | ast.Run, int | None]]:
    """What is waited for, in source order, each with the first of those that are asked for with it."""
    for stage in stages:
        match stage:
            case ast.Step() | ast.Run():
                yield stage, leader
            case ast.Branch(then=then, other=other):
                yield from _waiting((*then, *other), leader)
            case ast.Loop(body=body, parallel=False):
                yield from _waiting(body, leader)
            case ast.Loop(body=body):
                yield from _waiting(body, _leader(body, leader))
            case ast.Parallel(branches=branches):
                inner = tuple(each for branch in branches for each in branch)
                yield from _waiting(inner, _leader(inner, leader))


def _leader(stages: tuple[ast.Stage, ...], outer: int | None) -> int | None:
    if outer is not None:
        return outer
    return next((stage.span.start for stage, _ in _waiting(stages, -1)), None)
