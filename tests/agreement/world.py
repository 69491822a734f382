"""What a random saga lives in: messages, and services with all that a handler can promise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agreement.chance import Chance
from agreement.declared import FIELDS, Message
from agreement.slips import Slip, ends, slips

__all__ = ["FIELDS", "Message"]

TYPES = """\
enum Color { red, green = "GREEN", Blue }
record Item { sku: str, price: decimal = 4.50, quantity: int = 1, color: Color = "red", note: str? }
extern is_vip(n: int, text: str = "a") -> bool
extern priced(item: Item, much: decimal) -> decimal
policy quick { within 3s }
policy thrice { within 4s retry 2 times every 2s }
policy jittered { within 2s retry 3 times backoff 1s..8s }
policy endless { within 5s retry forever every 3s }
"""
POLICIES = ("quick", "thrice", "jittered", "endless")

FEATURES = (
    *("after", "at", "every", "timers", "deadline", "entry", "exit", "during", "any", "all"),
    *("ignore", "defer", "several", "failures", "undo", "blocks", "pivot", "recording", "bind"),
    *(
        "sequence",
        "parallel",
        "serves",
        "missing",
        "correlate",
        "externs",
        "parts",
        "asked",
        "slips",
    ),
)
"""What a program may have or not: where only some of them meet, rare meetings become common."""


_RARE = ("sequence", "parallel", "undo", "failures")
"""What is only met where several of them come together."""


@dataclass(frozen=True, slots=True)
class Handled:
    """A command and what its handler promises; `parts` are of `emits`, each with `""`, `?` or `*`."""

    command: Message
    parts: tuple[tuple[tuple[str, ...], str], ...]
    refuses: tuple[str, ...]
    undone_by: Message | None
    effect: str

    @property
    def answers(self) -> tuple[str, ...]:
        """The events that answer a request; none where completion does."""
        return self.parts[0][0] if self.parts and not self.parts[0][1] else ()

    def text(self, word: str = "handle") -> str:
        """The clause of a service, or with `handles` of a saga."""
        emits = ", ".join(" | ".join(events) + count for events, count in self.parts)
        pieces = [f"{word} {self.command.name}"]
        pieces += [f"emits {emits}"] if emits else []
        pieces += [f"refuses {' | '.join(self.refuses)}"] if self.refuses else []
        pieces += [f"undone by {self.undone_by.name}"] if self.undone_by else []
        return " ".join([*pieces, *([self.effect] if self.effect else [])])


@dataclass(frozen=True, slots=True)
class World:
    """Everything declared around one saga.

    `free` are the events that come by themselves, `taken` the commands that the saga takes, `handled` those that services
    or another saga carry out. `serves` is what the saga itself handles for others. `slips` are itineraries to run; `messages`
    has what they take and how they end too, which nobody declares.
    """

    features: frozenset[str]
    key: str
    messages: Mapping[str, Message]
    free: tuple[str, ...]
    taken: tuple[str, ...]
    handled: tuple[Handled, ...]
    undos: tuple[Handled, ...]
    serves: Handled | None
    services: tuple[str, ...]
    slips: tuple[Slip, ...] = ()

    @property
    def ends(self) -> tuple[str, ...]:
        """How itineraries can end."""
        return tuple(name for each in self.slips for name in ends(each))

    @property
    def text(self) -> str:
        """All declarations."""
        implied = {each.name for slip in self.slips for each in slip.messages}
        declared = (x.text(self.key) for x in self.messages.values() if x.name not in implied)
        travels = (each.text(self.key) for each in self.slips)
        return "\n".join((TYPES.rstrip(), *declared, *self.services, *travels))


def world(chance: Chance, without: frozenset[str] = frozenset()) -> World:
    """Some messages and services, and what the program may make of them."""
    wanted = (each for each in FEATURES if chance.odds(80 if each in _RARE else 60))
    features = frozenset(each for each in wanted if each not in without)
    key = chance.pick(("int", "str", "uuid"))
    free = [Message(name, _fields(chance)) for name in ("Go", "Poke", "Prod", "Note")]
    if "correlate" in features:
        free += [Message("By", _fields(chance), key="other")]
        free += [Message("Found", ("n", "text"), key="")]
    taken = [Message(name, _fields(chance), "command") for name in ("Stop", "Ask")]
    handled, undos = _handlers(chance, features)
    serves = _served(chance) if "serves" in features else None
    messages = (*free, *taken, *_told(handled, chance), *(each.command for each in handled))
    messages += (*_told(undos, chance), *(each.command for each in undos))
    if serves is not None:
        messages += (*_told((serves,), chance), serves.command)
    if serves is not None and serves.undone_by is not None:
        undos += (Handled(serves.undone_by, (), (), None, ""),)
        messages += (serves.undone_by,)
    found = slips(chance) if "slips" in features else ()
    messages += tuple(each for slip in found for each in slip.messages)
    return World(
        features,
        key,
        {each.name: each for each in (*messages, *_EVENTS)},
        tuple(each.name for each in free),
        tuple(each.name for each in taken),
        handled,
        undos,
        serves,
        tuple(_services(chance, features, (*handled, *undos), key)),
        found,
    )


_EVENTS = (
    Message("Full", ("text",)),
    Message("Told", ("n", "text", "total")),
    Message("Listed", ("items", "xs", "tags", "color", "moment", "ref", "item")),
)
"""What every program has: a refusal that several commands share, and what sagas tell."""


def _fields(chance: Chance) -> tuple[str, ...]:
    return tuple(chance.some(tuple(FIELDS), 25))


def _handlers(
    chance: Chance, features: frozenset[str]
) -> tuple[tuple[Handled, ...], tuple[Handled, ...]]:
    """Commands to be requested, and those that undo them."""
    handled: list[Handled] = []
    undos: list[Handled] = []
    for number in (1, 2, 3)[: chance.pick((2, 1, 2, 3))]:
        undone = chance.pick(("by", "", "irreversible", "readonly", "by"))
        fields = _fields(chance)
        if undone == "by":
            command = Message(f"Undo{number}", tuple(chance.some(fields, 50)), "command")
            parts = chance.pick(((((f"Undone{number}",), ""),), ()))
            undos.append(Handled(command, parts, ("NotNow",) if chance.odds(60) else (), None, ""))
        handled.append(
            Handled(
                Message(f"Do{number}", fields, "command"),
                _parts(chance, number, "parts" in features),
                tuple(chance.some((f"Not{number}", "Full"), 60)),
                undos[-1].command if undone == "by" else None,
                "" if undone == "by" else undone,
            )
        )
    return tuple(handled), tuple(undos)


Parts = tuple[tuple[tuple[str, ...], str], ...]


def _parts(chance: Chance, number: int, odd: bool) -> Parts:
    one, two, more = f"Did{number}", f"Else{number}", f"More{number}"
    plain: list[Parts] = [(((one,), ""),), (((one, two), ""),), (((one, "Did1"), ""),)]
    if number == 1:
        plain.pop()
    if odd:
        plain += [(), (((one,), "?"),), (((one,), "*"),), (((one, two), ""), ((more,), "*"))]
    return chance.pick(plain)


def _served(chance: Chance) -> Handled:
    """What the saga itself carries out."""
    parts: list[Parts] = [((("Served", "Half"), ""),), (((("Served",), "?"),)), ()]
    undone = Message("Unserve", (), "command") if chance.odds(40) else None
    refuses = ("Refused",) if chance.odds(60) else ()
    command = Message("Serve", _fields(chance), "command")
    return Handled(command, chance.pick(parts), refuses, undone, "")


def _told(handled: tuple[Handled, ...], chance: Chance) -> Iterator[Message]:
    """The events that handlers emit and refuse with; those that several may share come once in the end."""
    for each in handled:
        names = (*(name for events, _ in each.parts for name in events), *each.refuses)
        yield from (Message(name, _fields(chance)) for name in names if name != "Full")


def _services(
    chance: Chance, features: frozenset[str], handled: tuple[Handled, ...], key: str
) -> Iterator[str]:
    """Services that carry the commands out; one of them may be somebody else's, one a saga."""
    for number, each in enumerate(handled):
        outside = "extern " if "asked" in features and chance.odds(30) else ""
        if number == 0 and "asked" in features and not (each.undone_by or each.effect):
            yield _other(each, key)
        else:
            yield f"{outside}service Service{number} {{ {each.text()} }}"


def _other(handled: Handled, key: str) -> str:
    """A saga that carries a command out: for who requests it like any service.

    Where it always answers it need not promise that, and for some keys takes the command on its way. It refuses nothing then.
    """
    match handled:
        case Handled(parts=((events, ""),)) if key != "uuid":
            return _on_the_way(handled.command.name, events, key)
    events = (*(name for names, _ in handled.parts for name in names), *handled.refuses)
    reply = f" {{ reply {events[0]}(id) }}" if events else ""
    start = f"start {{ on {handled.command.name} -> End{reply} }}"
    return f"saga Helper by id: {key} {handled.text('handles')} {{ {start} final End }}"


def _on_the_way(command: str, events: tuple[str, ...], key: str) -> str:
    """A saga that takes a command in one state, with each of the answers in turn."""
    arms = "  ".join(
        f"on {command} when asked % {len(events)} == {turn} {{ set asked += 1  reply {event}(id) }}"
        for turn, event in enumerate(events)
    )
    home = f"state Home {{ {arms}  after 1d -> End }}"
    start = "start { on Go -> Home }"
    return f"saga Helper by id: {key} {{ data {{ asked: int = 0 }} {start} {home} final End }}"
