"""HS201: a value of the wrong type."""

import re

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Label, Severity
from herosaga.source import Span
from msgspec import Struct

PAGE = Page(
    code="HS201",
    severity=Severity.ERROR,
    title="Type mismatch",
    what="A value has another type than its place needs, or an operator or function is given types "
    "it does not take. An int is accepted where a decimal or float is expected; nothing else "
    "converts by itself, and decimal never meets float.",
    why="A quantity charged as a price, or money rounded through a float, is noticed by the customer "
    "first.",
    failing="""\
extern event OrderPlaced { key order_id: uuid  quantity: int }
extern event OrderQueued { key order_id: uuid  label: str }

saga Ordering by order_id: uuid {
  start {
    on OrderPlaced when event.quantity > 9 -> Queued {
      publish OrderQueued(order_id, label = event.quantity)
    }
    on OrderPlaced -> Taken
  }
  final Queued
  final Taken
}
""",
    mended="""\
extern event OrderPlaced { key order_id: uuid  quantity: int }
extern event OrderQueued { key order_id: uuid  label: str }

saga Ordering by order_id: uuid {
  start {
    on OrderPlaced when event.quantity > 9 -> Queued {
      publish OrderQueued(order_id, label = str(event.quantity))
    }
    on OrderPlaced -> Taken
  }
  final Queued
  final Taken
}
""",
)

_NEVER = "decimal never meets float"


class Place(Struct, frozen=True):
    """What a value is for: where that is declared, its name, and which fields are not wanted a second time."""

    label: Label
    name: str
    given: frozenset[str]


class Side(Struct, frozen=True):
    """A value by its type, as it is written, and whether it is a literal or a data field of the saga."""

    type: str
    written: str = "…"
    literal: bool = False
    data: bool = False


class Meant(Struct, frozen=True):
    """What is known of a wrong value beyond its type: where it comes from and goes to, and what may have been
    meant, `surely` where that is called like the place."""

    labels: tuple[Label, ...] = ()
    instead: str = ""
    surely: bool = False


def mismatch(value: Side, expected: str, span: Span, meant: Meant | None = None) -> Finding:
    """A value where an `expected` is needed."""
    found, hint, meant = value.type, _conversion(value, expected), meant or Meant()
    if meant.instead:
        better = f"did you mean `{meant.instead}`, {_a(expected)}?"
        hint = better if meant.surely or hint.startswith("give ") else f"{better} Else {hint}"
    return finding(
        PAGE,
        f"{_a(expected)} is needed here, and this is {_a(found)}",
        span,
        text=f"{found}, not {expected}",
        labels=meant.labels,
        hint=hint,
    )


def taken(name: str, found: str, expected: str, span: Span, labels: tuple[Label, ...]) -> Finding:
    """`on E(name)` where the message's field and the data field have two types."""
    hint = f"give both one type, or take it by `set {name} = …`"
    if found in _SIMPLE and expected in ("str", "int", "decimal", "uuid"):
        hint = f"give both one type, or convert it: `{{ set {name} = {expected}(event.{name}) }}`"
    return finding(
        PAGE,
        f"the data field `{name}` is {_a(expected)}, and the message's is {_a(found)}",
        span,
        text=f"{found}, not {expected}",
        labels=labels,
        hint=hint,
    )


def unlike(
    what: str,
    left: Side,
    right: Side,
    span: Span,
    labels: tuple[Label, ...] = (),
    members: tuple[str, ...] = (),
) -> Finding:
    """Two values that have to be of one type; `members` are those of the enum that one is to be compared with."""
    texts = {
        "if": f"one side of this `if` is {_a(left.type)}, the other {_a(right.type)}",
        "list": f"{_a(right.type)} in a list of {left.type}",
    }
    message = texts.get(what, f"`{what}` can't compare {_a(left.type)} with {_a(right.type)}")
    hint = _both(left, right) if what != "list" else _conversion(right, left.type)
    if members:
        hint = f"compare it with a member of `{left.type}`: {_listed(members)}"
    text = f"{left.type}, {right.type}"
    return finding(PAGE, message, span, text=text, labels=labels, hint=hint)


def day_and_instant(op: str, day: str, span: Span, labels: tuple[Label, ...]) -> Finding:
    """A date beside a datetime; `day` is the date as written."""
    return finding(
        PAGE,
        f"`{op}` can't compare a date with a datetime",
        span,
        text="a date is a whole day, a datetime an instant, as `now` is",
        labels=labels,
        hint=f"declare `{day}` as a `datetime`: no function makes one of the other",
    )


def never_in(
    op: str, left: Side, right: Side, inside: str, span: Span, labels: tuple[Label, ...]
) -> Finding:
    """`x in y` where `y` holds values of the type `inside`, and `x` is none of these."""
    looks = f"{_a(inside)} in a {right.type.partition('[')[0]}"
    return finding(
        PAGE,
        f"`{op}` looks for {looks}, and {_a(left.type)} can't be in it",
        span,
        text=f"{left.type} {op} {right.type}",
        labels=labels,
        hint=_conversion(left, inside),
    )


def unlike_fields(name: str, one: tuple[str, str], other: tuple[str, str], span: Span) -> Finding:
    """A field that messages which share a transition have with two types; each is a name and a type."""
    return finding(
        PAGE,
        f"`{name}` is {_a(one[1])} in `{one[0]}`, and {_a(other[1])} in `{other[0]}`",
        span,
        text="of which type?",
        hint="give each message a transition of its own, or the field one type in both",
    )


def arithmetic(
    op: str, left: Side, right: Side, span: Span, labels: tuple[Label, ...] = ()
) -> Finding:
    """Two operands that can't be put together."""
    return finding(
        PAGE,
        f"`{op}` does not take {_a(left.type)} and {_a(right.type)}",
        span,
        text=f"{left.type} {op} {right.type}",
        labels=labels,
        hint=_both(left, right),
    )


def operand(op: str, found: str, takes: str, span: Span) -> Finding:
    """An operand that the operator does not take."""
    field = op == "[ ]" and found[0].isupper()
    return finding(
        PAGE,
        f"`{op}` needs {takes}, and this is {_a(found)}",
        span,
        text=found,
        hint="a field is read by its name: `value.field`" if field else _AS_NEEDED,
    )


def argument(function: str, found: str, takes: str, span: Span) -> Finding:
    """An argument that a function does not take."""
    return finding(
        PAGE, f"`{function}` takes {takes}, not {_a(found)}", span, text=found, hint=_AS_NEEDED
    )


def equals_none(op: str, other: str, span: Span) -> Finding:
    """A comparison of what is written `other` with `none` by `==`."""
    hint = f"write `{tested(op, other)}`"
    return finding(PAGE, f"`{op}` does not compare with `none`", span, hint=hint)


def tested(op: str, other: str) -> str:
    """`other == none` as it is written here."""
    return f"{other} {'is none' if op == '==' else 'is not none'}"


def not_a_list(found: str, span: Span) -> Finding:
    """Something that a loop can't go through."""
    return finding(
        PAGE,
        f"a loop needs a list, set or dict, and this is {_a(found)}",
        span,
        text=f"{found}, nothing to go through",
        hint="name a list: the block runs once for each of its elements",
    )


def nothing_in(span: Span) -> Finding:
    """`[]` where something is to be made of its elements."""
    return finding(
        PAGE,
        "nothing is ever in `[]`, and nothing says what would be",
        span,
        text="empty, of no type",
        hint="name a list, or write its elements",
    )


def stray_generator(span: Span) -> Finding:
    """`x for …` outside a function."""
    return finding(
        PAGE,
        "`… for … in …` is no value by itself",
        span,
        hint="put it into a function: `sum(… for … in …)`, `any(… for … in …)`",
    )


def no_generator(function: str, takes: str, span: Span) -> Finding:
    """A generator in a function that takes none."""
    hint = "write `sum(1 for … in …)`" if function == "len" else "use a list"
    return finding(PAGE, f"`{function}` takes {takes}, not a generator", span, hint=hint)


def type_arguments(name: str, wanted: int, span: Span) -> Finding:
    """`list` alone, `uuid[int]`, …"""
    shape = {0: name, 1: f"{name}[T]", 2: f"{name}[K, V]"}[wanted]
    return finding(
        PAGE,
        f"`{name}` takes {wanted or 'no'} type{'s' if wanted != 1 else ''} in brackets",
        span,
        text="wrong number of types",
        hint=f"write `{shape}`",
    )


def not_hashable(owner: str, found: str, span: Span) -> Finding:
    """A list in a set, …"""
    return finding(
        PAGE,
        f"a {owner} can't hold {_a(found)}",
        span,
        text=found,
        hint="use a plain value, an enum, or a record without dict and json; or a list",
    )


def no_key(found: str, span: Span) -> Finding:
    """A record as key of a dict, …"""
    return finding(
        PAGE,
        f"{_a(found)} can't be the key of a dict",
        span,
        text=f"{found} is no name of a JSON member",
        hint="use a str, int, decimal, bool, uuid, date, datetime, duration, bytes or an enum",
    )


# What can be made into text or a number by a function.
_SIMPLE = ("str", "int", "decimal", "float", "bool", "uuid", "date", "datetime")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_AS_NEEDED = "give it what it needs, or convert it first"


def _both(one: Side, other: Side) -> str:
    left, right = one.type, other.type
    both = {left, right}
    if both == {"decimal", "float"}:
        written = one.written if left == "float" else other.written
        return f"{_NEVER}: use one of the two on both sides, or `decimal({written})`"
    if both == {"date", "datetime"}:
        return (
            "a date is a day, a datetime an instant, as `now` is: use one of the two on both sides"
        )
    if "int" in both and both & {"date", "datetime"}:
        return "add a duration, with its unit: `14d`, `2h`"
    if "str" in both and both & {"int", "decimal"}:
        return _text_and_number(*((one, other) if left == "str" else (other, one)))
    if "str" in both and both & {"bool", "uuid", "date", "datetime", "float"}:
        return "make text of the other side: `str(…)`"
    if left[0].isupper() and right[0].isupper():
        return f"compare it with another `{left}`"
    return "bring both to one type"


def _listed(members: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{each}`" for each in members[:4])
    return f"{shown}, …" if len(members) > 4 else shown


def _text_and_number(text: Side, number: Side) -> str:
    if text.literal and (unquoted := _number(text)):
        return f"write the number without quotes: `{unquoted}`"
    of_number = f"make text of the number: `str({number.written})`"
    if text.literal:
        return of_number
    if text.data:
        return f"declare `{text.written}` as {_a(number.type)}, or {of_number}"
    of_text = f"make a number of the text, `{number.type}({text.written})`"
    return f"{of_text}, or text of the number, `str({number.written})`"


def _number(text: Side) -> str:
    """The number that a literal text holds, "" where it holds none."""
    bare = text.written.strip('"')
    return bare if _NUMBER.fullmatch(bare) else ""


def _conversion(value: Side, expected: str) -> str:
    found = value.type
    quoted = value.literal and found == "str"
    if quoted and expected in ("int", "decimal", "float") and _number(value):
        return f"write it without quotes: `{_number(value)}`"
    if value.literal and (found, expected) in (("int", "str"), ("decimal", "str")):
        return f'write it in quotes: `"{value.written}"`'
    if quoted:
        return f"give {_a(expected)}"
    if (found, expected) == ("float", "decimal"):
        return f"{_NEVER}: write `decimal({value.written})`, or give both one type"
    if (found, expected) == ("decimal", "float"):
        return f"{_NEVER}: give both one type"
    if found == "none":
        return f"give {_a(expected)}, or make the field optional with `?`"
    if expected == f"list[{found}]":
        return f"put it into a list: `[{value.written}]`"
    if expected == "duration":
        return "write it with its unit, `30s`, `15m`, `2h`, `7d`, or make the field a `duration`"
    if (found, expected) == ("duration", "datetime"):
        return "count from an instant: `now + 2h`; or write `after` instead of `at`"
    if expected == "bool":
        return _test(value)
    if "[" in found:
        count = f"count them, `len({value.written})`, or " if expected == "int" else ""
        return f"{count}give {_a(expected)}"
    if expected in ("str", "int", "decimal", "uuid"):
        return f"convert it, `{expected}({value.written})`, or give {_a(expected)}"
    return f"give {_a(expected)}"


def _test(value: Side) -> str:
    """How something that is no bool is tested."""
    if "[" in value.type:
        return f"ask for its length: `len({value.written}) == 0`, `len({value.written}) > 0`"
    tests = {"int": "> 0", "decimal": "> 0", "str": '== ""'}
    return f"compare it: `{value.written} {tests.get(value.type, '== …')}`"


def _a(noun: str) -> str:
    if noun == "none":
        return "`none`"
    return f"{'an' if noun[0] in 'aeiouAEIOU' and noun[:4] != 'uuid' else 'a'} {noun}"
