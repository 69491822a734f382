"""What is said of an itinerary as a whole: a table with a line for each stage."""

from __future__ import annotations

from collections.abc import Iterator

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.plan.drawn import Row
from herosaga.plan.words import source_of

HEAD: Row = ("stage", "with", "gives", "undo")
WIDEST = (44, 44, 30, 16)


def rows(model: m.Model, stages: tuple[m.Stage, ...], depth: int = 0) -> Iterator[Row]:
    """One for each stage; those inside others begin with a dash for each."""
    for stage in stages:
        match stage:
            case m.Do(message=e.Construct(id=id) as message):
                yield _activity(model.activities[id], message, depth)
            case m.Branch():
                yield from _branch(model, stage, depth)
            case m.Loop(var=var, source=source, body=body, parallel=parallel):
                word = "parallel for" if parallel else "for"
                yield _words(f"{word} {var} in {source_of(source)}", depth)
                yield from rows(model, body, depth + 1)
            case m.Parallel(branches=branches):
                yield _words("parallel", depth)
                for each in branches:
                    yield from _together(model, each, depth + 1)


def _activity(activity: m.Activity, message: e.Construct, depth: int) -> Row:
    given = source_of(message).partition("(")[2].removesuffix(")")
    outputs = ", ".join(each.name for each in activity.outputs)
    return (_deep(activity.name, depth), given, outputs, _undo(activity))


def _undo(activity: m.Activity) -> str:
    if activity.log is not None:
        return "by its log"
    if activity.irreversible:
        return "irreversible"
    return "nothing to undo" if activity.readonly else "none"


def _branch(model: m.Model, branch: m.Branch, depth: int, word: str = "if") -> Iterator[Row]:
    yield _words(f"{word} {source_of(branch.condition)}", depth)
    yield from rows(model, branch.then, depth + 1)
    match branch.other:
        case ():
            pass
        case (m.Branch() as other,):
            yield from _branch(model, other, depth, "else if")
        case _:
            yield _words("else", depth)
            yield from rows(model, branch.other, depth + 1)


def _together(model: m.Model, branch: tuple[m.Stage, ...], depth: int) -> Iterator[Row]:
    """A branch of `parallel`: one stage, or several in order."""
    if len(branch) == 1:
        yield from rows(model, branch, depth)
    else:
        yield _words("in order", depth)
        yield from rows(model, branch, depth + 1)


def _words(text: str, depth: int) -> Row:
    return (_deep(text, depth), "", "", "")


def _deep(text: str, depth: int) -> str:
    return "- " * depth + text
