"""Random actions, for each place those that may stand there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agreement.chance import Chance
from agreement.values import Scope, condition, delay, value
from agreement.world import FIELDS, POLICIES, Handled, Message, World

Lines = list[str]

EVERYWHERE = frozenset(("send", "publish", "reply", "if", "for"))
FINAL = EVERYWHERE | {"set"}
BODY = FINAL - {"reply"} | {"request"}
ALL = FINAL | {"request", "undo", "recording", "pivot", "arm"}
"""What may stand where: `missing`, finals, bodies of compensations, transitions."""


@dataclass(frozen=True, slots=True)
class Here:
    """A place for actions: what can be read, what may be done, what the saga has."""

    world: World
    scope: Scope
    kinds: frozenset[str]
    data: tuple[str, ...]
    timers: tuple[str, ...]
    blocks: tuple[str, ...]
    replies: tuple[str, ...]

    def seeing(self, scope: Scope) -> Here:
        """The same place with other names."""
        return replace(self, scope=scope)

    def only(self, kinds: frozenset[str]) -> Here:
        """The same place where only this may be done."""
        return replace(self, kinds=kinds)


def indented(lines: Sequence[str]) -> Lines:
    """The lines of a block."""
    return [f"  {each}" for each in lines]


def block(head: str, body: Sequence[str]) -> Lines:
    """A clause with a block; without one where there is nothing in it."""
    return braced(head, body) if body else [head]


def braced(head: str, body: Sequence[str]) -> Lines:
    """A clause that must have a block."""
    return [f"{head} {{", *indented(body), "}"]


def actions(chance: Chance, here: Here, most: int = 3, depth: int = 2) -> Lines:
    """Some actions. After a request or run, `compensable by` would be the request's."""
    lines: Lines = []
    for _ in chance.many(0, most):
        more = action(chance, here, depth)
        follows = bool(lines) and lines[-1].startswith(("request", "run"))
        lines += [] if follows and more[0].startswith("compensable") else more
    return lines


def action(chance: Chance, here: Here, depth: int = 2) -> Lines:
    """One of those that may stand here."""
    weights = [
        (3, "publish"),
        *([(4, "set")] if "set" in here.kinds and here.data else []),
        (1, "send"),
        *([(4, "request")] if "request" in here.kinds else []),
        *([(3, "run")] if "request" in here.kinds and here.world.slips else []),
        *([(3, "reply")] if "reply" in here.kinds and here.replies else []),
        *([(1, "recording")] if "recording" in here.kinds & here.world.features else []),
        *([(1, "pivot")] if "pivot" in here.kinds & here.world.features else []),
        *([(3, "arm")] if "arm" in here.kinds and here.timers else []),
        *([(1, "if"), (1, "for")] if depth > 0 else []),
    ]
    match chance.weighted(weights):
        case "set":
            return [_set(chance, here)]
        case "request":
            return [request(chance, here)]
        case "run":
            return [run(chance, here)]
        case "recording":
            return [f"compensable by {_undo(chance, here)}"]
        case "arm":
            return [_arm(chance, here)]
        case "if":
            return _if(chance, here, depth - 1)
        case "for":
            return _for(chance, here, depth - 1)
        case "pivot":
            return ["pivot"]
        case "reply":
            return [f"reply {message(chance, here, chance.pick(here.replies))}"]
        case "send":
            return [f"send {message(chance, here, chance.pick(here.world.handled).command.name)}"]
        case _:
            return [f"publish {message(chance, here, chance.pick(('Told', 'Listed')))}"]


# --- messages ----------------------------------------------------------------------------------


def message(chance: Chance, here: Here, name: str, fields: Sequence[str] | None = None) -> str:
    """A message with some of its fields given."""
    declared = here.world.messages[name]
    given = chance.some(declared.fields if fields is None else fields, 60)
    return (
        f"{name}({', '.join([_key(declared, here), *(_argument(chance, here, f) for f in given)])})"
    )


def _key(declared: Message, here: Here) -> str:
    return (
        declared.key
        if declared.key in here.scope.names
        else f"{declared.key} = event.{declared.key}"
    )


def _argument(chance: Chance, here: Here, field: str) -> str:
    kind = FIELDS[field][0]
    for name in (field, f"event.{field}"):
        if here.scope.names.get(name) == kind and chance.odds(30):
            return name
    if kind == "datetime" and chance.odds(20):
        return f'{field} = "2026-01-01T01:00:20+01:00"'
    return f"{field} = {value(chance, here.scope, kind)}"


# --- requests ----------------------------------------------------------------------------------


def request(chance: Chance, here: Here) -> str:
    """A request with or without a policy and an undo."""
    handled = chance.pick(here.world.handled)
    asked = message(chance, here, handled.command.name)
    return " ".join(["request", asked, *terms(chance, here, handled)])


def run(chance: Chance, here: Here) -> str:
    """An itinerary is run."""
    asked = message(chance, here, chance.pick(here.world.slips).name)
    undone = "undo" in here.kinds & here.world.features and chance.odds(70)
    return f"run {asked}{' compensable' if undone else ''}"


def terms(chance: Chance, here: Here, handled: Handled) -> Iterator[str]:
    """The policy and the undo of a request."""
    if chance.odds(60):
        yield policy(chance, here.scope)
    if "undo" in here.kinds & here.world.features and chance.odds(60):
        by = [""] if handled.undone_by is not None else []
        by += [f" by {_undo(chance, here)}"] if here.world.undos or here.blocks else []
        if by:
            yield f"compensable{chance.pick(by)}"


def policy(chance: Chance, scope: Scope) -> str:
    """A policy, declared or inline."""
    if chance.odds(50):
        return f"with {chance.pick(('quick', *POLICIES))}"
    computed = [f"1s * (1 + {name} % 3)" for name in scope.of("int")[:1]]
    within = f"within {chance.pick(['2s', '1s', '4s', *computed])}"
    if chance.odds(60):
        return within
    times = chance.pick(("1 times", "2 times", "forever"))
    pace = chance.pick(("every 1s", "backoff 1s..4s", "every 2s"))
    return f"{within} retry {times} {pace}"


def _undo(chance: Chance, here: Here) -> str:
    """A command or a block that undoes something."""
    blocks = [f"{each}(much = {value(chance, here.scope, 'int')})" for each in here.blocks]
    commands = [message(chance, here, each.command.name) for each in here.world.undos]
    if not (blocks or commands):
        return message(chance, here, here.world.handled[0].command.name)
    return chance.pick([*commands, *blocks, *blocks])


# --- others ------------------------------------------------------------------------------------


def _set(chance: Chance, here: Here) -> str:
    name = chance.pick(here.data)
    kind = FIELDS[name][0]
    if kind == "int" and chance.odds(50):
        return f"set {name} {chance.pick(('+=', '-='))} {chance.pick(('1', '2'))}"
    if kind in ("decimal", "duration") and chance.odds(30):
        return f"set {name} {chance.pick(('+=', '-='))} {chance.pick(_STEPS[kind])}"
    if kind == "str" and chance.odds(60):
        return f"set {name} += {chance.pick(_TEXTS)}"
    if kind.startswith("list") and chance.odds(15):
        return f"set {name} = []"
    return f"set {name} = {value(chance, here.scope, kind)}"


_TEXTS = ('"x"', "str(now)", "state", 'str(3) + "."')
_STEPS = {"decimal": ("1", "0.25"), "duration": ("1s", "2s")}


def _arm(chance: Chance, here: Here) -> str:
    timer = chance.pick(here.timers)
    if chance.odds(20):
        return f"disarm {timer}"
    if chance.odds(25):
        return f"arm {timer} at {value(chance, here.scope, 'datetime', 1)}"
    return f"arm {timer} for {delay(chance, here.scope)}"


def _if(chance: Chance, here: Here, depth: int) -> Lines:
    maybe = here.scope.of("int?")
    if maybe and chance.odds(30):
        inside = here.seeing(
            here.scope.plus(**{maybe[0]: "int"}) if "." not in maybe[0] else here.scope
        )
        return block(f"if {maybe[0]} is not none", action(chance, inside, 0))
    then = action(chance, here, depth)
    lines = block(f"if {condition(chance, here.scope)}", then)
    if chance.odds(50):
        other = action(chance, here, depth)
        lines[-1:] = block("} else", other)
    return lines


def _for(chance: Chance, here: Here, depth: int) -> Lines:
    name, kind, source = chance.pick(LOOPS)
    inside = here.seeing(here.scope.plus(**{name: kind}))
    listed = value(chance, here.scope, source, 1)
    return block(f"for {name} in {listed}", action(chance, inside, depth))


LOOPS = (("each", "int", "list[int]"), ("tag", "str", "set[str]"), ("one", "Item", "list[Item]"))
"""Loop variables, with their types and what they go through."""
