"""What holds in a state, a group or a sequence: transitions on everything that can set one off, times, what is ignored or kept."""

from __future__ import annotations

from dataclasses import replace

from agreement.chance import Chance
from agreement.doing import (
    Here,
    Lines,
    actions,
    block,
)
from agreement.plan import Plan, events_of, guarded, leading, seeing, telling
from agreement.values import delay, value


def triggers(chance: Chance, plan: Plan) -> tuple[str, Here]:
    """What sets a transition off, and what it sees."""
    world = plan.world
    kinds = [(5, "free"), (5, "answer"), (1, "taken")]
    kinds += [(6, "failure")] if plan.has("failures") else []
    kinds += [(2, "timer")] if plan.timers else []
    kinds += [(3, "all")] if plan.has("all") else []
    kinds += [(6, "end")] if world.ends else []
    kinds += [(2, "several")] if plan.has("several") else []
    match chance.weighted(kinds):
        case "failure":
            return _failure(chance, plan), plan.here()
        case "timer":
            return chance.pick(plan.timers), plan.here()
        case "all":
            parts = dict.fromkeys(chance.pick(_plain(plan)) for _ in chance.many(2, 3))
            return f"all({', '.join(parts)})", plan.here()
        case "several":
            return _several(chance, plan)
        case "end":
            name = chance.pick(world.ends)
        case "taken":
            name = chance.pick(world.taken)
        case "answer":
            name = _answer(chance, plan)
        case _:
            name = chance.pick(world.free)
    if name.endswith(".done"):
        return name, plan.here()
    here, binds = seeing(chance, plan, (name,))
    return f"{name}{binds}", here


def _plain(plan: Plan) -> list[str]:
    """The events that a saga may wait for several of."""
    answers = [name for each in plan.world.handled for name in each.answers]
    return [*(each for each in plan.world.free if each != "Found"), *answers]


def _answer(chance: Chance, plan: Plan) -> str:
    """An answer or refusal of a command, or that it was done."""
    handled = chance.pick(plan.world.handled)
    if not handled.answers and chance.odds(70):
        return f"{handled.command.name}.done"
    events = events_of(handled)
    return chance.pick(events) if events else f"{handled.command.name}.done"


def _failure(chance: Chance, plan: Plan) -> str:
    kind = chance.pick(("failure", "timeout", "fault", "timeout", "fault"))
    return f"{kind} of {chance.pick(plan.world.handled).command.name}"


def _several(chance: Chance, plan: Plan) -> tuple[str, Here]:
    """Two messages, whose common fields can be read; or a message and something without one."""
    first = chance.pick(plan.world.free)
    second = _answer(chance, plan) if chance.odds(60) else _failure(chance, plan)
    if plan.world.ends and chance.odds(40):
        second = chance.pick(plan.world.ends)
    if second.endswith(".done") or " of " in second:
        return f"{first}, {second}", plan.here()
    names = tuple(dict.fromkeys((first, second)))
    here, _ = seeing(chance, plan, names)
    return ", ".join(names), replace(here, kinds=here.kinds)


def _transition(chance: Chance, plan: Plan, after: int) -> Lines:
    trigger, here = triggers(chance, plan)
    guard = guarded(chance, here, 35)
    arrow = leading(chance, plan, after, always=False)
    done = actions(chance, here, 2)
    if not arrow and not done:
        done = [telling(chance, here)]
    return block(f"on {trigger}{guard}{arrow}", done)


def _timed(chance: Chance, plan: Plan, after: int) -> Lines:
    """What comes by itself after some time."""
    here = plan.here()
    lines: Lines = []
    if plan.has("after") and chance.odds(60):
        head = f"after {delay(chance, here.scope)}{guarded(chance, here, 40)}"
        lines += block(f"{head}{leading(chance, plan, after)}", actions(chance, here, 1))
    if plan.has("at") and chance.odds(40):
        moment = value(chance, here.scope, "datetime", 1)
        guard = guarded(chance, here, 40)
        lines += block(
            f"at {moment}{guard}{leading(chance, plan, after)}", actions(chance, here, 1)
        )
    if plan.has("every") and chance.odds(40):
        done = actions(chance, here, 2) or [telling(chance, here)]
        lines += block(f"every {chance.pick(('2s', '3s', '1s', '1s * (1 + n % 3)'))}", done)
    return lines


def _dropped(chance: Chance, plan: Plan) -> Lines:
    """What is ignored, and what is kept for later."""
    what = [*plan.world.free, *plan.world.taken, *plan.timers, *plan.world.ends]
    what += [_answer(chance, plan), f"timeout of {plan.world.handled[0].command.name}"]
    lines: Lines = []
    if plan.has("ignore"):
        lines += [f"ignore {each}" for each in chance.some(what, 15)]
    if plan.has("defer"):
        lines += [f"defer {each}" for each in chance.some(what, 25)]
    return lines


def members(chance: Chance, plan: Plan, after: int, most: int) -> Lines:
    """What holds in a state or group."""
    lines = [line for _ in chance.many(0, most) for line in _transition(chance, plan, after)]
    return [*lines, *_timed(chance, plan, after), *_dropped(chance, plan)]
