"""Pictures in Markdown: where they stand, and that nothing else is touched."""

from __future__ import annotations

import pytest
from herosaga.emit.markdown import Slot, refreshed, slots
from hypothesis import given
from hypothesis import strategies as st

MARK = "<!-- herosaga graph a.saga --of undo -->"

CASES: dict[str, tuple[str, str]] = {
    "a block after a marker": (
        f"# A\n\n{MARK}\n```mermaid\nold\n```\nb\n",
        f"# A\n\n{MARK}\n```mermaid\nnew\n```\nb\n",
    ),
    "a blank line between": (
        f"{MARK}\n\n```dot\nold\nolder\n```\n",
        f"{MARK}\n\n```dot\nnew\n```\n",
    ),
    "no block yet": (f"{MARK}\ntext\n", f"{MARK}\n```mermaid\nnew\n```\ntext\n"),
    "no block yet, at the end": (f"{MARK}", f"{MARK}\n```mermaid\nnew\n```\n"),
    "another block follows": (
        f"{MARK}\n```sh\nls\n```\n",
        f"{MARK}\n```mermaid\nnew\n```\n```sh\nls\n```\n",
    ),
    "two of them": (
        f"{MARK}\n```mermaid\na\n```\n{MARK}\n```json\nb\n```\n",
        f"{MARK}\n```mermaid\nnew\n```\n{MARK}\n```json\nnew\n```\n",
    ),
    "a marker that is shown is none": (
        f"````md\n{MARK}\n```mermaid\nold\n```\n````\n",
        f"````md\n{MARK}\n```mermaid\nold\n```\n````\n",
    ),
    "with a marker, other blocks are left alone": (
        f"```mermaid\nmine\n```\n{MARK}\n```mermaid\nold\n```\n",
        f"```mermaid\nmine\n```\n{MARK}\n```mermaid\nnew\n```\n",
    ),
    "without a marker, the only block": (
        "a\n```mermaid\nold\n```\nb",
        "a\n```mermaid\nnew\n```\nb",
    ),
    "a block that is never closed": ("```mermaid\nold", "```mermaid\nnew\n```\n"),
    "nothing": ("a\n", "a\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_renewed(case: str) -> None:
    before, after = CASES[case]
    assert refreshed(before, slots(before), lambda _: "new\n") == after
    assert refreshed(after, slots(after), lambda _: "new\n") == after


def test_a_slot_says_what_is_asked_for() -> None:
    (slot,) = slots(f"a\n{MARK}\n```json\nold\n```\n")
    assert slot == Slot("a.saga --of undo", "json", "old\n", 3, 2, 5)


LINES = st.sampled_from(
    ["", "a", MARK, "```", "```mermaid", "````", "~~~", "```sh", "  ```dot", "    ```"]
)


@given(st.lists(LINES, max_size=12))
def test_what_is_drawn_stays(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    once = refreshed(text, slots(text), lambda _: "new\n")
    assert refreshed(once, slots(once), lambda _: "new\n") == once
    assert [each.body for each in slots(once)] == ["new\n"] * len(slots(text))
