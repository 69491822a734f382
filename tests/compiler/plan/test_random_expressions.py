"""Random expressions of ints and bools: generated code and an evaluator that shares nothing with it agree."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.expressions import running


class Node(NamedTuple):
    """An operator and its operands; a leaf has its text, or the value itself."""

    op: str
    args: tuple[Node | str | int, ...] = ()


# How tightly operators bind, loosest first.
LEVELS = {
    "if": 0,
    "or": 1,
    "and": 2,
    "not": 3,
    "<": 4,
    "==": 4,
    ">=": 4,
    "!=": 4,
    "in": 4,
    "not in": 4,
}
LEVELS |= {"+": 5, "-": 5, "*": 6, "%": 6, "neg": 7}

ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "%": lambda a, b: a - b * (a // b),
    "max": max,
    "min": min,
}
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "<": lambda a, b: a < b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
}
LISTS: dict[str, Callable[[int, tuple[int, ...]], bool]] = {
    "in": lambda a, items: a in items,
    "not in": lambda a, items: a not in items,
}


def level(node: Node) -> int:
    return LEVELS.get(node.op, 8)


def shown(node: Node | str | int, least: int = 0) -> str:
    """The expression as text, with no brackets but those it needs."""
    if not isinstance(node, Node):
        return str(node)
    text = _text(node)
    return f"({text})" if level(node) < least else text


def _text(node: Node) -> str:
    own = level(node)
    match node.op, node.args:
        case ("int" | "name"), (value,):
            return str(value)
        case "if", (test, then, other):
            return f"if {shown(test, 0)} then {shown(then, 0)} else {shown(other, 0)}"
        case "not", (inner,):
            return f"not {shown(inner, own)}"
        case "neg", (inner,):
            return f"-{shown(inner, own)}"
        case ("in" | "not in") as op, (first, *items):
            return f"{shown(first, own + 1)} {op} [{', '.join(map(shown, items))}]"
        case ("max" | "min") as op, (first, second):
            return f"{op}({shown(first)}, {shown(second)})"
        case op, (first, second):
            return f"{shown(first, own + (own == 4))} {op} {shown(second, own + 1)}"
    raise AssertionError(node)


def result(node: Node, names: dict[str, int]) -> int:
    """The value; a division by zero raises."""
    match node.op, node.args:
        case "int", (int() as value,):
            return value
        case "name", (str() as name,):
            return names[name]
        case "if", (Node() as test, Node() as then, Node() as other):
            return result(then if result(test, names) else other, names)
        case "and", (Node() as first, Node() as second):
            return result(second, names) if result(first, names) else False
        case "or", (Node() as first, Node() as second):
            return True if result(first, names) else result(second, names)
    values = [result(each, names) for each in node.args if isinstance(each, Node)]
    match node.op:
        case "not":
            return not values[0]
        case "neg":
            return -values[0]
        case "in" | "not in":
            return LISTS[node.op](values[0], tuple(values[1:]))
    return (COMPARISONS | ARITHMETIC)[node.op](*values)


def node(*ops: str, args: tuple[st.SearchStrategy[Node], ...]) -> st.SearchStrategy[Node]:
    return st.builds(lambda op, *given: Node(op, given), st.sampled_from(ops), *args)


numbers: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        st.builds(lambda value: Node("int", (value,)), st.integers(0, 9)),
        st.sampled_from([Node("name", (name,)) for name in ("event.a", "event.b")]),
        node(*ARITHMETIC, args=(numbers, numbers)),
        node("neg", args=(numbers,)),
        node("if", args=(truths, numbers, numbers)),
    )
)
truths: st.SearchStrategy[Node] = st.deferred(
    lambda: st.one_of(
        st.just(Node("name", ("event.ok",))),
        node(*COMPARISONS, args=(numbers, numbers)),
        node(*LISTS, args=(numbers, numbers, numbers)),
        node("and", "or", "==", args=(truths, truths)),
        node("not", args=(truths,)),
        node("if", args=(truths, truths, truths)),
    )
)
expressions = st.one_of(numbers.map(lambda n: ("int", n)), truths.map(lambda n: ("bool", n)))


def told(call: Callable[[], int]) -> object:
    """What a call gives, or that it divides by zero."""
    try:
        return call()
    except ZeroDivisionError:
        return "divides by zero"


@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(expressions, min_size=30, max_size=40),
    st.integers(-5, 5),
    st.integers(-5, 5),
    st.booleans(),
)
def test_code_and_evaluator_agree(rows: list[tuple[str, Node]], a: int, b: int, ok: bool) -> None:
    names = {"event.a": a, "event.b": b, "event.ok": ok}
    texts = [(kind, shown(tree)) for kind, tree in rows]
    with TemporaryDirectory() as root, running(texts, Path(root)) as run:
        for number, (_, tree) in enumerate(rows):
            found = told(partial(run, number, a, b, ok))
            assert (texts[number], found) == (texts[number], told(partial(result, tree, names)))
