"""Sequences: steps with blocks and reactions of their own, branches and loops, and what is asked for all at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agreement.chance import Chance
from agreement.doing import (
    LOOPS,
    Here,
    Lines,
    actions,
    block,
    braced,
    indented,
    message,
    run,
    terms,
)
from agreement.members import members
from agreement.plan import Plan, guarded, leading, seeing
from agreement.values import condition

Counter = Iterator[int]


@dataclass(frozen=True, slots=True)
class Inside:
    """A place for stages: what can be read there; how much deeper it may go; whether it is in a `parallel`."""

    plan: Plan
    here: Here
    counter: Counter
    depth: int = 2
    joined: bool = False

    def deeper(self, joined: bool = False) -> Inside:
        """A block in it."""
        return replace(self, depth=0 if joined else self.depth - 1, joined=joined)

    def with_variable(self, name: str, kind: str) -> Inside:
        """A round of a loop."""
        return replace(self, here=self.here.seeing(self.here.scope.plus(**{name: kind})))


def sequence(chance: Chance, plan: Plan, name: str) -> Lines:
    """A sequence that leads on to a later place."""
    after = plan.places.index(name) + 1
    inside = Inside(plan, plan.here(), iter(range(1, 99)))
    body = [line for _ in chance.many(1, 4) for line in _stage(chance, inside)]
    body.append(f"done -> {chance.pick((*plan.places[after:], 'Done'))}")
    if plan.has("failures") and chance.odds(75):
        body += _failed(chance, plan, after)
    if chance.odds(50):
        body += members(chance, plan, after, 2)
    return block(f"sequence {name}", body)


def _failed(chance: Chance, plan: Plan, after: int) -> Lines:
    here = plan.here(("failure.command", "str"), ("failure.reason", "str"))
    told = ["publish Told(id, text = failure.command + failure.reason)"] if chance.odds(60) else []
    head = f"failed{guarded(chance, here, 25)}{leading(chance, plan, after)}"
    return block(head, [*told, *actions(chance, here, 1)])


def _stage(chance: Chance, inside: Inside) -> Lines:
    kinds = [(6, "step")]
    if not inside.joined:
        kinds += [(1, "action"), (1, "pivot")]
    if inside.depth > 0 and not inside.joined:
        kinds += [(2, "if"), (2, "for")]
        kinds += [(4, "parallel"), (7, "parallel for")] if inside.plan.has("parallel") else []
    match chance.weighted(kinds):
        case "if":
            return _branch(chance, inside)
        case "for" | "parallel for" as word:
            return _loop(chance, inside, word)
        case "parallel":
            together = inside.deeper(joined=True)
            return block(
                "parallel", [x for _ in chance.many(2, 3) for x in _step(chance, together)]
            )
        case "pivot" if inside.plan.has("pivot"):
            return ["pivot"]
        case "action":
            return actions(chance, inside.here.only(frozenset(("set", "send", "publish"))), 1, 0)
    return _step(chance, inside)


def _branch(chance: Chance, inside: Inside) -> Lines:
    then = _stage(chance, inside.deeper())
    lines = braced(f"if {condition(chance, inside.here.scope)}", then)
    if chance.odds(50):
        lines[-1:] = braced("} else", _stage(chance, inside.deeper()))
    return lines


_LISTS = {
    "list[int]": "[1, 2]",
    "set[str]": "tags",
    "list[Item]": '[Item(sku = "a"), Item(sku = "b")]',
}


def _loop(chance: Chance, inside: Inside, word: str) -> Lines:
    name, kind, source = chance.pick(LOOPS)
    listed = chance.pick([_LISTS[source], *inside.here.scope.of(source)])
    if listed == "tags" and listed not in inside.here.scope.names:
        return _step(chance, inside)
    round = inside.with_variable(name, kind).deeper(joined=word != "for")
    return braced(f"{word} {name} in {listed}", _stage(chance, round))


def _step(chance: Chance, inside: Inside) -> Lines:
    plan, here = inside.plan, inside.here
    if plan.world.slips and chance.odds(35):
        return [run(chance, here)]
    handled = chance.pick(plan.world.handled)
    asked = message(chance, here, handled.command.name)
    head = " ".join([f"step Step{next(inside.counter)}: {asked}", *terms(chance, here, handled)])
    if handled.answers:
        seen, _ = seeing(chance, plan, handled.answers)
        names = {**here.scope.names, **seen.scope.names}
        here = here.seeing(replace(seen.scope, names=names))
    done = actions(chance, here, 2) if chance.odds(50) else []
    lines = block(head, [*done, *_of_loop(chance, here)])
    for refusal in chance.some(handled.refuses, 35):
        lines += indented(_reaction(chance, plan, refusal))
    return lines


def _reaction(chance: Chance, plan: Plan, refusal: str) -> Lines:
    seen, binds = seeing(chance, plan, (refusal,))
    head = f"on {refusal}{binds}{guarded(chance, seen, 30)}{leading(chance, plan, 0)}"
    return block(head, actions(chance, seen, 1))


def _of_loop(chance: Chance, here: Here) -> Lines:
    """Something that only the element of this round says: where all rounds are asked for at once, that is known by the answer."""
    shown = {"each": "n = each", "tag": "text = tag", "one": "text = one.sku, n = one.quantity"}
    told = [shown[name] for name, _, _ in LOOPS if name in here.scope.names]
    return [f"publish Told(id, {told[0]})"] if told and chance.odds(70) else []
