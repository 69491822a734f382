"""HS413, HS414 and HS415: arrows that nobody realises, what goes on beside a flow, and flows that have grown too far."""

from __future__ import annotations

import pytest

from helpers.codes import words_of

MESSAGES = """
event Placed { key id: uuid }
event Paid { key id: uuid }
event Packed { key id: uuid }
event Declined { key id: uuid }
extern event Delivered { key id: uuid }
command Pay { key id: uuid }
"""
GONE = {
    "by a handler": "service S { on Placed emits Paid } flow F { Placed -> Paid }",
    "by one of several events": "service S { on Placed emits Paid | Packed } flow F { Placed -> Packed }",
    "by a refusal": "service S { handle Pay emits Paid refuses Declined } flow F { Pay -> Declined }",
    "by an outside service": "extern service S { on Placed emits Paid } flow F { Placed -> Paid }",
    "by somebody outside": "flow F { Placed -> Delivered }",
    "by a saga": (
        "saga G by id: uuid { start { on Placed -> W } state W { on Paid -> E { publish Packed(id) } }"
        " final E } flow F { Placed -> Packed }"
    ),
    "by an itinerary": (
        "activity A(id: uuid) { readonly } itinerary I(id: uuid) { do A(id)"
        " on completed { publish Packed(id) } }"
        " saga G by id: uuid { start { on Placed -> W { run I(id) } }"
        " state W { on I.completed -> E  on I.faulted -> E } final E } flow F { Placed -> Packed }"
    ),
}
NOT_GONE = {
    "nobody takes the first": ("flow F { Placed -> Paid }", ["Paid"]),
    "it follows another": (
        "service S { on Paid emits Packed } flow F { Placed -> Packed }",
        ["Packed"],
    ),
    "each arrow once": (
        "service S { on Placed emits Paid } flow F { Placed -> Paid -> Packed  Packed -> Declined }",
        ["Packed", "Declined"],
    ),
    "turned round": (
        "service S { on Placed emits Paid } flow F { Paid -> Placed }",
        ["Placed"],
    ),
}


@pytest.mark.parametrize("case", GONE)
def test_an_arrow_is_realised(case: str) -> None:
    assert words_of("HS413", MESSAGES + GONE[case]) == []


@pytest.mark.parametrize("case", NOT_GONE)
def test_an_arrow_is_not_realised(case: str) -> None:
    program, expected = NOT_GONE[case]
    assert words_of("HS413", MESSAGES + program) == expected


FLOW = "service S { on Placed emits Paid } flow F { Placed -> Paid } "
TOLD = {
    "an end": "service T { on Paid }",
    "of another flow": "service T { on Paid emits Packed } flow G { Paid -> Packed }",
    "an alternative": "service T { on Paid emits Packed | Declined } flow G { Paid -> Packed }",
    "of a message beside it": "service T { on Packed emits Declined }",
    "a saga": "saga G by id: uuid { start { on Paid -> E { publish Packed(id) } } final E }",
    "allowed": 'service T { @allow(HS414, "a statistic") on Paid emits Packed }',
}
UNTOLD = {
    "from the end": "service T { on Paid emits Packed }",
    "from the beginning": "service T { on Placed emits Packed }",
    "outside": "extern service T { on Paid emits Packed }",
    "several": "service T { on Paid emits Packed, Declined? }",
}


@pytest.mark.parametrize("case", TOLD)
def test_a_flow_is_the_whole_story(case: str) -> None:
    assert words_of("HS414", MESSAGES + FLOW + TOLD[case]) == []


@pytest.mark.parametrize("case", UNTOLD)
def test_a_flow_is_not_the_whole_story(case: str) -> None:
    (word,) = words_of("HS414", MESSAGES + FLOW + UNTOLD[case])
    assert word in ("Paid", "Placed")


def test_what_an_arrow_lacks_is_told_once() -> None:
    program = f"{MESSAGES} service S {{ on Placed emits Paid, Packed }} flow F {{ Placed -> Paid -> Packed }}"
    assert words_of("HS413", program) == ["Packed"]


def test_names_that_are_wrong_are_told_alone() -> None:
    from pathlib import Path

    from herosaga.compile import check_text

    program = f"{MESSAGES} service S {{ on Placed emits Payd }} flow F {{ Placed -> Paid }}"
    codes = {each.code for each in check_text(program, Path("/"), Path("/")).findings}
    assert "HS102" in codes and "HS413" not in codes


CHAIN = "".join(f"event E{n} {{ key id: uuid }}\n" for n in range(7))


def chained(arrows: str) -> str:
    return f"{CHAIN} service S {{ {''.join(f'on E{n} emits E{n + 1} ' for n in range(6))} }} flow F {{ {arrows} }}"


STEPS = {
    "five": (chained("E0 -> E1 -> E2 -> E3 -> E4 -> E5"), ["F"]),
    "four": (chained("E0 -> E1 -> E2 -> E3 -> E4"), []),
    "in two chains": (chained("E2 -> E3 -> E4 -> E5 E0 -> E1 -> E2"), ["F"]),
    "by the shortest way": (
        f"{CHAIN} service S {{ on E0 emits E1, E4 on E1 emits E2 on E2 emits E3 on E3 emits E4 on E4 emits E5 }}"
        " flow F { E0 -> E1 -> E2 -> E3 -> E4 -> E5 E0 -> E4 }",
        [],
    ),
    "round and round": (
        f"{CHAIN} service S {{ on E0 emits E1 @bounded(3) on E1 emits E0 }} flow F {{ E0 -> E1 -> E0 }}",
        [],
    ),
    "a branch and an undo": (
        f"{MESSAGES} service S {{ handle Pay emits Paid | Declined undone by Repay handle Repay }}"
        " command Repay { key id: uuid } flow F { Pay -> Paid  Pay -> Declined }",
        ["F"],
    ),
    "an undo without a branch": (
        f"{MESSAGES} service S {{ handle Pay emits Paid undone by Repay handle Repay }}"
        " command Repay { key id: uuid } flow F { Pay -> Paid }",
        [],
    ),
    "a branch without an undo": (
        f"{MESSAGES} service S {{ handle Pay emits Paid | Declined irreversible }}"
        " flow F { Pay -> Paid  Pay -> Declined }",
        [],
    ),
}


@pytest.mark.parametrize("case", STEPS)
def test_a_flow_has_grown_too_far(case: str) -> None:
    program, expected = STEPS[case]
    assert words_of("HS415", program) == expected
