"""Places of times in the source: said only where the order of a state's arms leaves something open."""

from __future__ import annotations

import pytest
from herosaga.model import model as m
from herosaga.plan.timely import Orders, orders

from helpers.projects import model_of

HEAD = "event Go { key id: str } event Tick { key id: str }"

TIMELESS = {
    "nothing waits": "start { on Go -> A } state A { on Go -> Z }",
    "afters in order": "start { on Go -> A } state A { after 1s -> Z after 2s -> Z } state B { after 3s -> Z }",
    "a group after the state": "start { on Go -> A } state A { after 1s -> Z } during any { after 2s -> Z }",
}

TIMED = {
    "a group before the state": (
        "start { on Go -> A } during any { after 2s -> Z } state A { after 1s -> Z }",
        ["after 2s", "after 1s"],
    ),
    "every": (
        "start { on Go -> A } state A { every 1s { } after 2s -> Z }",
        ["every 1s", "after 2s"],
    ),
    "at": ("start { on Go -> A } state A { after 2s -> Z at now -> Z }", ["after 2s", "at now"]),
    "a timer": (
        "timer t start { on Go -> A { arm t for 1s } } state A { on t -> Z after 2s -> Z }",
        ["timer t", "after 2s"],
    ),
    "a deadline": (
        "start { on Go -> A } state A { after 2s -> Z } deadline 1d -> Z",
        ["after 2s", "deadline 1d"],
    ),
}


def saga_of(members: str) -> m.Saga:
    model, findings = model_of({"x.saga": f"{HEAD} saga X by id: str {{ {members} final Z }}"})
    assert not findings
    return next(iter(model.sagas.values()))


def places(saga: m.Saga, found: Orders) -> dict[int, str]:
    """What stands at each place."""
    spans = {
        found.nodes[id(each)]: each.span
        for state in saga.states
        for each in (*state.members, *state.every)
        if id(each) in found.nodes
    }
    spans |= {found.timers[each.name]: each.span for each in saga.timers}
    if saga.deadline is not None:
        spans[found.deadline] = saga.deadline.span
    return {number: span.source.text[span.start :] for number, span in spans.items()}


@pytest.mark.parametrize("name", TIMELESS)
def test_the_order_of_arms_says_it(name: str) -> None:
    assert orders(saga_of(TIMELESS[name])) == Orders()


@pytest.mark.parametrize("name", TIMED)
def test_places_are_those_in_the_source(name: str) -> None:
    members, expected = TIMED[name]
    saga = saga_of(members)
    found = places(saga, orders(saga))
    assert sorted(found) == list(range(1, len(expected) + 1))
    for number, words in enumerate(expected, 1):
        assert found[number].startswith(words.removeprefix("timer ")), found
