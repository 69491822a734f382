"""Random programs: one saga, rich in everything that sagas can say, in a world of its own.

A program is valid by construction wherever that is simple: every state has a way on to a later one or to an end, every timer
is armed and taken, every command has its one handler. What is left (a few in a hundred) the checker refuses.
"""

from __future__ import annotations

from dataclasses import replace

from agreement.chance import Chance, Choose
from agreement.doing import (
    BODY,
    EVERYWHERE,
    FINAL,
    Lines,
    actions,
    block,
    braced,
    policy,
    request,
)
from agreement.members import members, triggers
from agreement.plan import FINALS, Plan, guarded, leading, seeing, telling, way_on
from agreement.sequences import sequence
from agreement.values import delay
from agreement.world import FIELDS, World, world

_STATES = ("A", "B", "C", "D")


def program(choose: Choose, without: frozenset[str] = frozenset()) -> str:
    """The text of a program; `without` names features that it must not have."""
    chance = Chance(choose)
    around = world(chance, without)
    plan = _plan(chance, around)
    return f"{around.text}\n\n{chr(10).join(_saga(chance, plan))}\n"


def _plan(chance: Chance, around: World) -> Plan:
    has = around.features.__contains__
    sequences = ("Run", "Book")[: 1 + chance.below(2)] if has("sequence") else ()
    states = _STATES[: 1 + chance.below(3 if sequences else 4)]
    data = {
        "n",
        "ok",
        "maybe",
        *chance.some(tuple(FIELDS), 50),
        *(["text"] if has("correlate") else []),
    }
    return Plan(
        around,
        states,
        sequences,
        FINALS,
        tuple(each for each in FIELDS if each in data),
        ("reminder", "alarm")[: 1 + chance.below(2)] if has("timers") else (),
        ("giveBack", "note")[: 1 + chance.below(2)] if has("blocks") else (),
    )


# --- the saga ----------------------------------------------------------------------------------


def _saga(chance: Chance, plan: Plan) -> Lines:
    serves = plan.world.serves
    handles = f" {serves.text('handles')}" if serves else ""
    fields = [f"{each}: {FIELDS[each][0]} = {FIELDS[each][1]}" for each in plan.data]
    body = [
        *block("data", fields),
        *(f"timer {each}" for each in plan.timers),
        *(_deadline(chance, plan) if plan.has("deadline") else []),
        *(["correlate By by event.other"] if plan.has("correlate") else []),
        *(["correlate Found where n == event.n"] if plan.has("correlate") else []),
        *(line for each in plan.blocks for line in _compensation(chance, plan, each)),
        *_start(chance, plan),
        *(line for each in plan.states for line in _state(chance, plan, each)),
        *(line for each in plan.sequences for line in sequence(chance, plan, each)),
        *_groups(chance, plan),
        *(_missing(chance, plan) if plan.has("missing") else []),
        *(line for each in plan.finals for line in _final(chance, plan, each)),
    ]
    return block(f"saga X by id: {plan.world.key}{handles}", body)


def _deadline(chance: Chance, plan: Plan) -> Lines:
    here = plan.here()
    head = f"deadline {chance.pick(('4s', '2s', '6s', '20s'))}{guarded(chance, here, 20)}"
    end = f"{' compensate' if chance.odds(40) else ''} -> Gone"
    arrow = end if chance.odds(60) else leading(chance, plan, 0)
    return block(f"{head}{arrow}", actions(chance, here, 1))


def _compensation(chance: Chance, plan: Plan, name: str) -> Lines:
    here = plan.here(("much", "int")).only(BODY)
    body = [policy(chance, here.scope)] if chance.odds(60) else []
    body += actions(chance, here, 3)
    if chance.odds(60):
        body.append(request(chance, here))
    if chance.odds(50):
        body.append("otherwise -> Manual")
    return braced(f"compensation {name}(much: int)", body)


def _start(chance: Chance, plan: Plan) -> Lines:
    heads = [plan.world.serves.command.name] if plan.world.serves else []
    heads += ["Go", *chance.some(("Note",), 30)]
    body: Lines = []
    for name in heads:
        if chance.odds(40):
            body += _begin(chance, plan, name, 100)
        body += _begin(chance, plan, name, 0)
    return block("start", body)


def _begin(chance: Chance, plan: Plan, name: str, odds: int) -> Lines:
    here, binds = seeing(chance, plan, (name,))
    guard = guarded(chance, here, odds)
    arrow = leading(chance, plan, 0, likely=plan.places[0])
    done = actions(chance, here, 3)
    done += [f"arm {each} for {delay(chance, here.scope)}" for each in plan.timers]
    return block(f"on {name}{binds}{guard}{arrow}", done)


def _final(chance: Chance, plan: Plan, name: str) -> Lines:
    return block(
        f"final {name}", actions(chance, plan.here().only(FINAL), 2) if chance.odds(50) else []
    )


def _missing(chance: Chance, plan: Plan) -> Lines:
    body: Lines = []
    for name in chance.some(("Poke", "Prod", "Stop"), 50):
        bare = replace(plan, data=())
        here, _ = seeing(chance, bare, (name,))
        body += block(
            f"on {name}{guarded(chance, here, 40)}",
            actions(chance, here.only(EVERYWHERE), 2) or [telling(chance, here)],
        )
    return block("missing", [*body, "ignore Ask"])


# --- states and groups -------------------------------------------------------------------------


def _state(chance: Chance, plan: Plan, name: str) -> Lines:
    after = plan.places.index(name) + 1
    lines = members(chance, plan, after, 4)
    trigger, here = triggers(chance, plan)
    lines = [
        *block(f"on {trigger}{way_on(chance, plan, after)}", actions(chance, here, 2)),
        *lines,
    ]
    for word in chance.some([each for each in ("entry", "exit") if plan.has(each)], 60):
        lines += block(word, actions(chance, plan.here(), 2) or [telling(chance, plan.here())])
    return block(f"state {name}", lines)


def _groups(chance: Chance, plan: Plan) -> Lines:
    lines: Lines = []
    if plan.has("during"):
        for _ in chance.many(1, 2):
            names = chance.some(plan.places, 60) or plan.places[:1]
            lines += braced(f"during {', '.join(names)}", members(chance, plan, 0, 2))
    everywhere = [
        line for each in plan.timers for line in block(f"on {each}", [telling(chance, plan.here())])
    ]
    if plan.has("any"):
        everywhere = [*members(chance, plan, 0, 2), *everywhere]
    ways = way_on(chance, plan, len(plan.places))
    return [*lines, *block("during any", [f"on Stop{ways}", *everywhere])]
