"""Random programs: one saga, rich in everything that sagas can say, in a world of its own.

A program is valid by construction wherever that is simple: every state has a way on to a later one or to an end, every timer
is armed and taken, every command has its one handler. What is left (a few in a hundred) the checker refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agreement.chance import Chance, Choose
from agreement.doing import (
    ALL,
    BODY,
    EVERYWHERE,
    FINAL,
    LOOPS,
    Here,
    Lines,
    actions,
    block,
    braced,
    indented,
    message,
    policy,
    request,
    terms,
)
from agreement.values import Scope, condition, delay, value
from agreement.world import FIELDS, Handled, World, world

FINALS = ("Done", "Gone failed", "Manual manual")
_STATES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a saga consists of: its states, sequences and finals by name, its data, timers and blocks."""

    world: World
    states: tuple[str, ...]
    sequences: tuple[str, ...]
    finals: tuple[str, ...]
    data: tuple[str, ...]
    timers: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """Where it can be, in order: every place leads on to a later one."""
        return (*self.states, *self.sequences)

    def has(self, feature: str) -> bool:
        """Whether the program makes use of something."""
        return feature in self.world.features

    def here(self, *locals: tuple[str, str], replies: bool = False) -> Here:
        """A place for actions that sees the saga's data, and these names beside."""
        names = {"id": self.world.key, **{each: FIELDS[each][0] for each in self.data}}
        scope = Scope({**names, **dict(locals)}, self.has("externs"))
        serves = self.world.serves
        answers = () if serves is None else _events(serves)
        return Here(self.world, scope, ALL, self.data, self.timers, self.blocks, answers)


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


def _events(handled: Handled) -> tuple[str, ...]:
    return (*(name for names, _ in handled.parts for name in names), *handled.refuses)


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
        *(line for each in plan.sequences for line in _sequence(chance, plan, each)),
        *_groups(chance, plan),
        *(_missing(chance, plan) if plan.has("missing") else []),
        *(line for each in plan.finals for line in _final(chance, plan, each)),
    ]
    return block(f"saga X by id: {plan.world.key}{handles}", body)


def _deadline(chance: Chance, plan: Plan) -> Lines:
    here = plan.here()
    head = f"deadline {chance.pick(('4s', '2s', '6s', '20s'))}{_guard(chance, here, 20)}"
    end = f"{' compensate' if chance.odds(40) else ''} -> Gone"
    arrow = end if chance.odds(60) else _arrow(chance, plan, 0)
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
            body += _begin(chance, plan, name, guarded=True)
        body += _begin(chance, plan, name, guarded=False)
    return block("start", body)


def _begin(chance: Chance, plan: Plan, name: str, guarded: bool) -> Lines:
    here, binds = _seeing(chance, plan, (name,))
    guard = _guard(chance, here, 100 if guarded else 0)
    arrow = _arrow(chance, plan, 0, likely=plan.places[0])
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
        here, _ = _seeing(chance, bare, (name,))
        body += block(
            f"on {name}{_guard(chance, here, 40)}",
            actions(chance, here.only(EVERYWHERE), 2) or [_told(chance, here)],
        )
    return block("missing", [*body, "ignore Ask"])


def _told(chance: Chance, here: Here) -> str:
    return f"publish {message(chance, here, 'Told')}"


# --- transitions -------------------------------------------------------------------------------


def _guard(chance: Chance, here: Here, percent: int) -> str:
    return f" when {condition(chance, here.scope)}" if chance.odds(percent) else ""


def _arrow(chance: Chance, plan: Plan, after: int, likely: str = "", always: bool = True) -> str:
    """Where a transition leads; without `always` it may stay. From `after` on are the later places."""
    if not always and chance.odds(35):
        return ""
    later = plan.places[after:]
    goals = [*later, *plan.places, *later, *plan.places, "Done", "Gone", "Manual"]
    goal = likely if likely and chance.odds(80) else chance.pick(goals)
    return f"{' compensate' if chance.odds(20) else ''} -> {goal}"


def _way_on(chance: Chance, plan: Plan, after: int) -> str:
    """An arrow that leads to a later place, or to an end."""
    goal = chance.pick((*plan.places[after:] * 2, "Done", "Gone"))
    return f"{' compensate' if chance.odds(25) else ''} -> {goal}"


def _seeing(chance: Chance, plan: Plan, names: Sequence[str]) -> tuple[Here, str]:
    """What transitions on these messages see, and the data fields that they take."""
    declared = [plan.world.messages[each] for each in names]
    shared = set(declared[0].fields).intersection(*(each.fields for each in declared))
    fields = [each for each in FIELDS if each in shared]
    here = plan.here()
    scope = here.scope.with_event({each: FIELDS[each][0] for each in fields})
    binds: list[str] = []
    if len(names) == 1 and plan.has("bind"):
        binds = chance.some([each for each in fields if each in plan.data], 40)
    return here.seeing(scope), f"({', '.join(binds)})" if binds else ""


def _triggers(chance: Chance, plan: Plan) -> tuple[str, Here]:
    """What sets a transition off, and what it sees."""
    world = plan.world
    kinds = [(5, "free"), (5, "answer"), (1, "taken")]
    kinds += [(6, "failure")] if plan.has("failures") else []
    kinds += [(2, "timer")] if plan.timers else []
    kinds += [(3, "all")] if plan.has("all") else []
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
        case "taken":
            name = chance.pick(world.taken)
        case "answer":
            name = _answer(chance, plan)
        case _:
            name = chance.pick(world.free)
    if name.endswith(".done"):
        return name, plan.here()
    here, binds = _seeing(chance, plan, (name,))
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
    events = _events(handled)
    return chance.pick(events) if events else f"{handled.command.name}.done"


def _failure(chance: Chance, plan: Plan) -> str:
    kind = chance.pick(("failure", "timeout", "fault", "timeout", "fault"))
    return f"{kind} of {chance.pick(plan.world.handled).command.name}"


def _several(chance: Chance, plan: Plan) -> tuple[str, Here]:
    """Two messages, whose common fields can be read; or a message and something without one."""
    first = chance.pick(plan.world.free)
    second = _answer(chance, plan) if chance.odds(60) else _failure(chance, plan)
    if second.endswith(".done") or " of " in second:
        return f"{first}, {second}", plan.here()
    names = tuple(dict.fromkeys((first, second)))
    here, _ = _seeing(chance, plan, names)
    return ", ".join(names), replace(here, kinds=here.kinds)


def _transition(chance: Chance, plan: Plan, after: int) -> Lines:
    trigger, here = _triggers(chance, plan)
    guard = _guard(chance, here, 35)
    arrow = _arrow(chance, plan, after, always=False)
    done = actions(chance, here, 2)
    if not arrow and not done:
        done = [_told(chance, here)]
    return block(f"on {trigger}{guard}{arrow}", done)


def _timed(chance: Chance, plan: Plan, after: int) -> Lines:
    """What comes by itself after some time."""
    here = plan.here()
    lines: Lines = []
    if plan.has("after") and chance.odds(60):
        head = f"after {delay(chance, here.scope)}{_guard(chance, here, 40)}"
        lines += block(f"{head}{_arrow(chance, plan, after)}", actions(chance, here, 1))
    if plan.has("at") and chance.odds(40):
        moment = value(chance, here.scope, "datetime", 1)
        guard = _guard(chance, here, 40)
        lines += block(f"at {moment}{guard}{_arrow(chance, plan, after)}", actions(chance, here, 1))
    if plan.has("every") and chance.odds(40):
        done = actions(chance, here, 2) or [_told(chance, here)]
        lines += block(f"every {chance.pick(('2s', '3s', '1s', '1s * (1 + n % 3)'))}", done)
    return lines


def _dropped(chance: Chance, plan: Plan) -> Lines:
    """What is ignored, and what is kept for later."""
    what = [*plan.world.free, *plan.world.taken, *plan.timers]
    what += [_answer(chance, plan), f"timeout of {plan.world.handled[0].command.name}"]
    lines: Lines = []
    if plan.has("ignore"):
        lines += [f"ignore {each}" for each in chance.some(what, 15)]
    if plan.has("defer"):
        lines += [f"defer {each}" for each in chance.some(what, 25)]
    return lines


def _members(chance: Chance, plan: Plan, after: int, most: int) -> Lines:
    """What holds in a state or group."""
    lines = [line for _ in chance.many(0, most) for line in _transition(chance, plan, after)]
    return [*lines, *_timed(chance, plan, after), *_dropped(chance, plan)]


# --- states and groups -------------------------------------------------------------------------


def _state(chance: Chance, plan: Plan, name: str) -> Lines:
    after = plan.places.index(name) + 1
    lines = _members(chance, plan, after, 4)
    trigger, here = _triggers(chance, plan)
    lines = [
        *block(f"on {trigger}{_way_on(chance, plan, after)}", actions(chance, here, 2)),
        *lines,
    ]
    for word in chance.some([each for each in ("entry", "exit") if plan.has(each)], 60):
        lines += block(word, actions(chance, plan.here(), 2) or [_told(chance, plan.here())])
    return block(f"state {name}", lines)


def _groups(chance: Chance, plan: Plan) -> Lines:
    lines: Lines = []
    if plan.has("during"):
        for _ in chance.many(1, 2):
            names = chance.some(plan.places, 60) or plan.places[:1]
            lines += braced(f"during {', '.join(names)}", _members(chance, plan, 0, 2))
    everywhere = [
        line for each in plan.timers for line in block(f"on {each}", [_told(chance, plan.here())])
    ]
    if plan.has("any"):
        everywhere = [*_members(chance, plan, 0, 2), *everywhere]
    ways = _way_on(chance, plan, len(plan.places))
    return [*lines, *block("during any", [f"on Stop{ways}", *everywhere])]


# --- sequences ---------------------------------------------------------------------------------


def _sequence(chance: Chance, plan: Plan, name: str) -> Lines:
    after = plan.places.index(name) + 1
    counter = iter(range(1, 99))
    body = [
        line for _ in chance.many(1, 4) for line in _stage(chance, plan, plan.here(), counter, 2)
    ]
    body.append(f"done -> {chance.pick((*plan.places[after:], 'Done'))}")
    if plan.has("failures") and chance.odds(75):
        here = plan.here(("failure.command", "str"), ("failure.reason", "str"))
        done = (
            ["publish Told(id, text = failure.command + failure.reason)"] if chance.odds(60) else []
        )
        guard = _guard(chance, here, 25)
        body += block(
            f"failed{guard}{_arrow(chance, plan, after)}", [*done, *actions(chance, here, 1)]
        )
    if chance.odds(50):
        body += _members(chance, plan, after, 2)
    return block(f"sequence {name}", body)


Counter = Iterator[int]


def _stage(
    chance: Chance, plan: Plan, here: Here, counter: Counter, depth: int, joined: bool = False
) -> Lines:
    kinds = [(6, "step")]
    if not joined:
        kinds += [(1, "action"), (1, "pivot")]
    if depth > 0 and not joined:
        kinds += [(2, "if"), (2, "for")]
        kinds += [(4, "parallel"), (7, "parallel for")] if plan.has("parallel") else []
    match chance.weighted(kinds):
        case "if":
            return _branch(chance, plan, here, counter, depth - 1, joined)
        case "for":
            return _loop(chance, plan, here, counter, depth - 1, "for")
        case "parallel":
            stages = [
                x
                for _ in chance.many(2, 3)
                for x in _stage(chance, plan, here, counter, depth - 1, True)
            ]
            return block("parallel", stages)
        case "parallel for":
            return _loop(chance, plan, here, counter, depth - 1, "parallel for")
        case "pivot" if plan.has("pivot"):
            return ["pivot"]
        case "action":
            return actions(chance, here.only(frozenset(("set", "send", "publish"))), 1, 0)
    return _step(chance, plan, here, counter)


def _branch(
    chance: Chance, plan: Plan, here: Here, counter: Counter, depth: int, joined: bool
) -> Lines:
    lines = block(
        f"if {condition(chance, here.scope)}",
        _stage(chance, plan, here, counter, depth, joined) or ["pivot"],
    )
    if chance.odds(50):
        lines[-1:] = block(
            "} else", _stage(chance, plan, here, counter, depth, joined) or ["pivot"]
        )
    return lines


def _loop(chance: Chance, plan: Plan, here: Here, counter: Counter, depth: int, word: str) -> Lines:
    name, kind, source = chance.pick(LOOPS)
    inside = here.seeing(here.scope.plus(**{name: kind}))
    sources = {
        "list[int]": "[1, 2]",
        "set[str]": "tags",
        "list[Item]": '[Item(sku = "a"), Item(sku = "b")]',
    }
    listed = chance.pick([sources[source], *here.scope.of(source)])
    if listed not in here.scope.names and source == "set[str]":
        return _step(chance, plan, here, counter)
    joined = word != "for"
    return block(
        f"{word} {name} in {listed}",
        _stage(chance, plan, inside, counter, 0 if joined else depth, joined) or ["pivot"],
    )


def _step(chance: Chance, plan: Plan, here: Here, counter: Counter) -> Lines:
    handled = chance.pick(plan.world.handled)
    asked = message(chance, here, handled.command.name)
    head = " ".join([f"step Step{next(counter)}: {asked}", *terms(chance, here, handled)])
    answers = handled.answers
    inside = here
    if answers:
        seen, _ = _seeing(chance, plan, answers)
        inside = here.seeing(replace(seen.scope, names={**here.scope.names, **seen.scope.names}))
    done = actions(chance, inside, 2) if chance.odds(50) else []
    lines = block(head, [*done, *_of_loop(chance, inside)])
    for refusal in chance.some(handled.refuses, 35):
        seen, binds = _seeing(chance, plan, (refusal,))
        reaction = f"on {refusal}{binds}{_guard(chance, seen, 30)}{_arrow(chance, plan, 0)}"
        lines += indented(block(reaction, actions(chance, seen, 1)))
    return lines


def _of_loop(chance: Chance, here: Here) -> Lines:
    """Something that only the element of this round says: where all rounds are asked for at once, that is known by the answer."""
    shown = {"each": "n = each", "tag": "text = tag", "one": "text = one.sku, n = one.quantity"}
    told = [shown[name] for name, _, _ in LOOPS if name in here.scope.names]
    return [f"publish Told(id, {told[0]})"] if told and chance.odds(70) else []
