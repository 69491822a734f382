"""HS201: a value of the wrong type."""

from herosaga.checks.page import Page, finding
from herosaga.findings import Finding, Severity
from herosaga.source import Span

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

_NEVER = "decimal never meets float: use one of the two on both sides, or `decimal(…)`"


def mismatch(found: str, expected: str, span: Span) -> Finding:
    """A `found` where an `expected` is needed."""
    return finding(
        PAGE,
        f"{_a(expected)} is needed here, and this is {_a(found)}",
        span,
        text=f"{found}, not {expected}",
        hint=_conversion(found, expected),
    )


def taken(name: str, found: str, expected: str, span: Span) -> Finding:
    """`on E(name)` where the message's field and the data field have two types."""
    hint = f"give both one type, or take it by `set {name} = …`"
    if found in _SIMPLE and expected in ("str", "int", "decimal", "uuid"):
        hint = f"give both one type, or convert it: `{{ set {name} = {expected}(event.{name}) }}`"
    return finding(
        PAGE,
        f"the data field `{name}` is {_a(expected)}, and the message's is {_a(found)}",
        span,
        text=f"{found}, not {expected}",
        hint=hint,
    )


def unlike(what: str, left: str, right: str, span: Span) -> Finding:
    """Two values that have to be of one type."""
    texts = {
        "if": f"one side of this `if` is {_a(left)}, the other {_a(right)}",
        "list": f"{_a(right)} in a list of {left}",
    }
    message = texts.get(what, f"`{what}` can't compare {_a(left)} with {_a(right)}")
    return finding(PAGE, message, span, text=f"{left}, {right}", hint=_both(left, right))


def unlike_fields(name: str, one: tuple[str, str], other: tuple[str, str], span: Span) -> Finding:
    """A field that messages which share a transition have with two types; each is a name and a type."""
    return finding(
        PAGE,
        f"`{name}` is {_a(one[1])} in `{one[0]}`, and {_a(other[1])} in `{other[0]}`",
        span,
        text="of which type?",
        hint="give each message a transition of its own, or the field one type in both",
    )


def arithmetic(op: str, left: str, right: str, span: Span) -> Finding:
    """Two operands that can't be put together."""
    return finding(
        PAGE,
        f"`{op}` does not take {_a(left)} and {_a(right)}",
        span,
        text=f"{left} {op} {right}",
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


def equals_none(op: str, span: Span) -> Finding:
    """A comparison with `none` by `==`."""
    better = "is none" if op == "==" else "is not none"
    return finding(PAGE, f"`{op}` does not compare with `none`", span, hint=f"write `… {better}`")


def not_a_list(found: str, span: Span) -> Finding:
    """Something that a loop can't go through."""
    return finding(
        PAGE,
        f"a loop needs a list, set or dict, and this is {_a(found)}",
        span,
        text=f"{found}, nothing to go through",
        hint="name a list: the block runs once for each of its elements",
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
_AS_NEEDED = "give it what it needs, or convert it first"


def _both(left: str, right: str) -> str:
    both = {left, right}
    if both == {"decimal", "float"}:
        return _NEVER
    if both == {"date", "datetime"}:
        return "a date is a day, a datetime an instant, as `now` is: compare like with like"
    if "int" in both and both & {"date", "datetime"}:
        return "add a duration, with its unit: `14d`, `2h`"
    if "str" in both and both & {"int", "decimal"}:
        number = left if right == "str" else right
        return f"make a number of the text, `{number}(…)`, or text of the number, `str(…)`"
    if "str" in both and both & {"bool", "uuid", "date", "datetime", "float"}:
        return "make text of the other side: `str(…)`"
    if left[0].isupper() and right[0].isupper():
        return f"compare it with another `{left}`"
    return "bring both to one type"


def _conversion(found: str, expected: str) -> str:
    if {found, expected} == {"decimal", "float"}:
        return _NEVER
    if found == "none":
        return f"give {_a(expected)}, or make the field optional with `?`"
    if expected == f"list[{found}]":
        return "put it into a list: `[…]`"
    if expected == "duration":
        return "write it with its unit, `30s`, `15m`, `2h`, `7d`, or make the field a `duration`"
    if (found, expected) == ("duration", "datetime"):
        return "count from an instant: `now + 2h`; or write `after` instead of `at`"
    if expected == "bool":
        return _test(found)
    if "[" in found:
        return f"give {_a(expected)}"
    if expected in ("str", "int", "decimal", "uuid"):
        return f"convert it with `{expected}(…)`, or give {_a(expected)}"
    return f"give {_a(expected)}"


def _test(found: str) -> str:
    """How something that is no bool is tested."""
    if "[" in found:
        return "ask for its length: `len(…) == 0`, `len(…) > 0`"
    tests = {"int": "`… > 0`", "decimal": "`… > 0`", "str": '`… == ""`'}
    return f"compare it: {tests.get(found, '`… == …`')}"


def _a(noun: str) -> str:
    if noun == "none":
        return "`none`"
    return f"{'an' if noun[0] in 'aeiouAEIOU' and noun[:4] != 'uuid' else 'a'} {noun}"
