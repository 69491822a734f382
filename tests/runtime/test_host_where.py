"""Instances that are found by their data: each match once, in the transaction that changes it, and after a restart too."""

from __future__ import annotations

from decimal import Decimal, localcontext
from pathlib import Path

import pytest
from casework import (
    CaseState,
    Data,
    Desk,
    Moved,
    Opened,
    Paid,
    Unmatched,
    case,
    edit,
    file_url,
    play,
)
from herosaga_runtime import Service
from herosaga_runtime.policy import Policy
from herosaga_runtime.saga import By, Match
from herosaga_runtime.service import Handler

CASE = case()
AT_ONCE = Policy(None, 4)
"""Five tries without pauses."""


def rows(path: Path) -> list[tuple[str, str]]:
    """By what value which instance is found, as the file says."""
    return edit(path, "SELECT value, key FROM herosaga_matches ORDER BY 1, 2")


def test_a_message_goes_to_every_instance_that_has_the_value() -> None:
    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", "i1"), Opened("b", "i1"), Opened("c", "i2"))
        await at.publish(Paid("i1"))
        assert await at.states(CASE) == {"a": "Paid", "b": "Paid", "c": "Open"}
        steps = (await at.find(CASE)).history
        assert [each.message_type for each in steps] == ["desk.Opened", "desk.Paid"]
        assert await at.host.dead_letters() == ()

    play(scene, CASE)


def test_what_comes_twice_has_one_effect_on_each() -> None:
    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", "i1"), Opened("b", "i1"))
        for _ in range(3):
            await at.host.publish(Paid("i1"), id="paid")
        await at.host.settle()
        await at.host.publish(Paid("i1"), id="paid")
        await at.host.settle()
        for key in ("a", "b"):
            assert len((await at.find(CASE, key)).history) == 2

    play(scene, CASE)


def test_it_is_found_by_what_it_has_now() -> None:
    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", "i1"), Moved("a", "i2"), Paid("i1"))
        assert await at.states(CASE) == {"a": "Open"}
        await at.publish(Moved("a", None), Moved("a", "i3"), Paid("i3"))
        assert await at.states(CASE) == {"a": "Paid"}

    play(scene, CASE)


class Books:
    """Hears of what matched nothing."""

    def __init__(self) -> None:
        self.heard: list[str | None] = []

    async def unmatched(self, event: Unmatched, context: object) -> None:
        self.heard.append(event.invoice)


@pytest.mark.parametrize("invoice", ["i9", None])
def test_what_finds_none_is_missing(invoice: str | None) -> None:
    books = Books()
    service: Service[Books] = Service("desk.Books", (Handler(Unmatched, "unmatched"),))

    async def scene(at: Desk) -> None:
        await at.publish(
            Opened("a", "i1"), Opened("b", None), Paid(invoice), Paid("i1"), Paid("i1")
        )
        assert await at.states(CASE) == {"a": "Paid", "b": "Open"}
        assert books.heard == [invoice, "i1"]  # an instance that has ended is not found
        assert await at.host.dead_letters() == ()

    play(scene, CASE, clerk=books, service=service)  # type: ignore[arg-type]


def test_what_is_not_expected_where_it_is_found_is_put_aside_for_that_one_alone() -> None:
    picky = case(states={CaseState.OPEN: ()}, missing=())

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", "i1"), Opened("b", "i1"), Paid("i1"))
        letters = await at.host.dead_letters()
        assert [each.key for each in letters] == ["a", "b"]
        await at.publish(Paid("i2"))
        *_, letter = await at.host.dead_letters()
        assert letter.key == f"where {letter.message_id}"
        await at.publish(Opened("c", "i2"))
        await at.host.retry(letter.id, "the case came later")
        await at.host.settle()
        *_, letter = await at.host.dead_letters()
        assert letter.key == "c"

    play(scene, picky)


def test_a_step_that_fails_leaves_the_value_as_it_was(tmp_path: Path) -> None:
    url = file_url(tmp_path)

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", "i1"), Moved("a", "torn"))
        (letter,) = await at.host.dead_letters()
        assert letter.reason == "ValueError: an invoice that is torn"
        await at.publish(Opened("b", "i1"))

    play(scene, CASE, url=url, retry=AT_ONCE)
    assert rows(tmp_path) == [("i1", "a"), ("i1", "b")]

    async def ends(at: Desk) -> None:
        await at.publish(Paid("i1"))

    play(ends, CASE, url=url, seed=1)
    assert rows(tmp_path) == []


def test_what_was_stored_before_the_saga_asked_for_it_is_found(tmp_path: Path) -> None:
    url = file_url(tmp_path)
    by_key = (By(Opened, lambda event: event.case), By(Moved, lambda event: event.case))
    plain = case(receives=by_key, missing=())

    async def begins(at: Desk) -> None:
        await at.publish(Opened("a", "i1"), Opened("b", "i2"))

    async def goes_on(at: Desk) -> None:
        await at.publish(Paid("i1"))
        assert await at.states(CASE) == {"a": "Paid", "b": "Open"}

    play(begins, plain, url=url)
    assert rows(tmp_path) == []
    play(goes_on, CASE, url=url, seed=1)
    assert rows(tmp_path) == [("i2", "b")]


def test_values_that_are_equal_find_each_other() -> None:
    by_amount: Match[Data, Paid] = Match(
        *(Paid, "invoice"),
        lambda data: Decimal(data.invoice or 0),
        lambda event: Decimal(event.invoice or 0),
    )
    exact = case(receives=(By(Opened, lambda event: event.case), by_amount))

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", "1.50"), Opened("b", "1.5"), Opened("c", "2"), Paid("1.500"))
        assert await at.states(exact) == {"a": "Paid", "b": "Paid", "c": "Open"}

    play(scene, exact)


def test_what_is_calculated_is_calculated_alike_in_any_context() -> None:
    by_amount: Match[Data, Paid] = Match(
        *(Paid, "invoice"),
        lambda data: Decimal(data.invoice or 0),
        lambda event: Decimal(event.invoice or 0) / 3,
    )
    exact = case(receives=(By(Opened, lambda event: event.case), by_amount))
    third = "0.3333333333333333333333333333"

    async def scene(at: Desk) -> None:
        await at.publish(Opened("a", third), Paid("1"))
        assert await at.states(exact) == {"a": "Paid"}

    with localcontext(prec=5):
        play(scene, exact)
