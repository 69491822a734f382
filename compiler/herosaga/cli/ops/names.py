"""What operators call things: by a declared name with or without its namespace, by an id or how it begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from herosaga.cli.ops.store import Absent, At
from herosaga.cli.stop import Stop
from herosaga_runtime import Happened, SlipView

_LEAST = 8
"""Characters of a shortened id."""


def named(what: str, given: str, known: Iterable[str]) -> str:
    """The whole name that is meant; a sentence with the nearest where there is none, or several."""
    names = tuple(dict.fromkeys(known))
    fitting = [each for each in names if each == given] or [
        each for each in names if each.rpartition(".")[2] == given
    ]
    match fitting:
        case [one]:
            return one
        case []:
            raise Stop(f"there is no {what} `{given}`: {_advice(what, given, names)}")
    raise Stop(f"several {what}s are called `{given}`: {', '.join(fitting)}")


def _advice(what: str, given: str, names: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    short = {each.rpartition(".")[2]: each for each in names}
    near = get_close_matches(given, (*names, *short), 1)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"there is {', '.join(names)}" if names else f"the store has no {what}"


async def saga(at: At, given: str) -> str:
    """The saga that is meant, of the app or of what is stored."""
    if given in at.sagas:
        return given
    stored = await at.host.all_instances(archived=True)
    return named("saga", given, (*at.sagas, *(each.saga for each in stored)))


async def itinerary(at: At, given: str) -> str:
    """The itinerary that is meant: those that were built at run time are called as the builder was told."""
    declared = [each.name for each in at.host.itineraries]
    return named(
        "itinerary", given, (*declared, *(each.itinerary for each in await at.host.slips()))
    )


async def flow(at: At, given: str) -> str:
    """The flow that is meant."""
    declared = [each.name for each in at.host.declared_flows]
    return named("flow", given, (*declared, *(each.flow for each in await at.host.flows())))


async def slip(at: At, given: str) -> SlipView:
    """The slip of an id, or of what an id begins with, if only one does."""
    found = await at.host.slip(given)
    if found is not None:
        return found
    fitting = [each.id for each in await at.host.slips() if given and each.id.startswith(given)]
    match fitting:
        case [one]:
            found = await at.host.slip(one)
            assert found is not None
            return found
        case []:
            raise Absent(f"there is no slip `{given}`: `herosaga ops slips` lists them")
    raise Stop(f"`{given}` begins the ids of {len(fitting)} slips: give more of it")


def beginnings(ids: Sequence[str]) -> list[str]:
    """How each id begins, as far as it takes to tell them apart, and eight characters at least."""
    ordered = sorted(ids)
    shared: dict[str, int] = dict.fromkeys(ids, 0)
    for one, other in pairwise(ordered):
        pairs = enumerate(zip(one, other, strict=False))
        alike = next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
        shared[one], shared[other] = max(shared[one], alike), max(shared[other], alike)
    return [each[: max(_LEAST, shared[each] + 1)] for each in ids]


def is_letter(given: str) -> bool:
    """Whether this may be the number of a dead letter: a slip that begins so needs more of its id."""
    return given.isdecimal() and len(given) < 10


def caller_of(slip: SlipView) -> str:
    """The saga and key that have run a slip, as its history says; "" if none has."""
    started = [each.reason for each in slip.history if each.happened is Happened.STARTED]
    return started[0].removeprefix("run by ") if started else ""
