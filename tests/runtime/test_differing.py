"""What two sequences have in common at both ends."""

from __future__ import annotations

from herosaga_runtime.differing import differing
from hypothesis import given
from hypothesis import strategies as st

LETTERS = [object() for _ in range(4)]
WORDS = st.lists(st.sampled_from(LETTERS), max_size=8)


@given(WORDS, WORDS)
def test_what_differs_replaced_makes_the_one_the_other(
    old: list[object], new: list[object]
) -> None:
    gone, come = differing(old, new)
    made = old.copy()
    made[gone] = new[come]
    assert made == new
    assert differing(old, old.copy()) == (slice(len(old), len(old)), slice(len(old), len(old)))


@given(WORDS, WORDS, WORDS, WORDS)
def test_no_more_differs_than_was_changed(
    head: list[object], old: list[object], new: list[object], tail: list[object]
) -> None:
    gone, come = differing([*head, *old, *tail], [*head, *new, *tail])
    assert gone.start >= len(head)
    assert len(range(gone.start, gone.stop)) <= len(old)
    assert len(range(come.start, come.stop)) <= len(new)


def test_equal_is_not_the_same() -> None:
    old, new = [[1], [2]], [[1], [2]]
    assert differing(old, new) == (slice(0, 2), slice(0, 2))
    assert differing(old, old) == (slice(0, 0), slice(0, 0))
