"""What several states have from one `during` stands once in the module."""

from __future__ import annotations

from herosaga.emit.python import printed
from herosaga.plan.module import plan
from herosaga.plan.saga import SagaPlan

from helpers.projects import model_of

PROGRAM = """
event Go {{ key id: str }}
event Stop {{ key id: str }}
event Pause {{ key id: str }}
event Did {{ key id: str }}
command Do {{ key id: str }}
service Desk {{ handle Do emits Did }}
{sagas}
"""
SAGA = """
saga {name} by id: str {{
  start {{ on Go -> A }}
  {members}
  final Z
}}
"""
STATES = "state A { on Go -> B } state B { on Go -> C } state C { on Go -> Z }"


def planned(*members: str) -> tuple[SagaPlan, ...]:
    sagas = [SAGA.format(name=f"S{number}", members=each) for number, each in enumerate(members)]
    model, findings = model_of({"x.saga": PROGRAM.format(sagas="".join(sagas))})
    assert not findings
    return plan(model, "x.saga").sagas


def shown(saga: SagaPlan) -> tuple[list[str], list[tuple[str, ...]]]:
    """The names of groups, and the arms of each state without their functions."""
    rows = [tuple(arm.partition("(")[0] for arm in row.arms) for row in saga.table.rows]
    return [group.name for group in saga.table.groups], rows


def test_what_several_states_share_has_a_name() -> None:
    (saga,) = planned(f"{STATES} during any {{ on Stop -> Z ignore Pause }}")
    assert shown(saga) == (["DURING_ANY"], [("On", "*DURING_ANY")] * 3)


def test_a_single_line_stands_where_it_holds() -> None:
    (saga,) = planned(f"{STATES} during any {{ on Stop -> Z }}")
    assert shown(saga) == ([], [("On", "On")] * 3)


def test_what_one_state_alone_has_stands_there() -> None:
    (saga,) = planned(f"{STATES} during A {{ on Stop -> Z ignore Pause }}")
    assert shown(saga) == ([], [("On", "On", "Ignore"), ("On",), ("On",)])


def test_levels_keep_their_order() -> None:
    (saga,) = planned(
        f"{STATES} during A, B {{ on Stop -> Z ignore Pause }} during B {{ on Pause }} during A, B {{ on Pause on Go }} "
        "during any { on Stop every 1h { } }"
    )
    names, rows = shown(saga)
    assert names == ["DURING_ANY"]
    assert rows[0] == ("On", "On", "Ignore", "On", "On", "*DURING_ANY")
    assert rows[1] == ("On", "On", "Ignore", "On", "On", "On", "*DURING_ANY")
    assert rows[2] == ("On", "*DURING_ANY")


def test_groups_of_several_sagas_have_names_of_their_own() -> None:
    members = f"{STATES} during any {{ on Stop -> Z ignore Pause }}"
    names = [shown(each)[0] for each in planned(members, members)]
    assert names == [["S0_DURING_ANY"], ["S1_DURING_ANY"]]


def test_what_holds_in_a_whole_sequence_has_a_name_beside_its_failures() -> None:
    steps = "step Do(id) step Again: Do(id) done -> Z failed -> Z"
    (saga,) = planned(f"sequence A {{ {steps} on Stop -> Z after 1d -> Z ignore Pause }}")
    group = "*SEQUENCE_A"
    assert shown(saga) == (["SEQUENCE_A"], [("On", "OnFailure", group), ("On", "OnFailure", group)])


def test_a_thousand_states_name_their_group_once() -> None:
    states = " ".join(f"state S{n} {{ on Go -> S{n + 1} }}" for n in range(999))
    model, findings = model_of(
        {
            "x.saga": PROGRAM.format(
                sagas=SAGA.format(
                    name="Big",
                    members=f"state A {{ on Go -> S0 }} {states} state S999 {{ on Go -> Z }} "
                    "during any { on Stop -> Z on Pause ignore Go after 1d -> Z }",
                )
            )
        }
    )
    assert not findings
    text = printed(model, "x.saga")
    assert text.count("during_any_on_stop") == 2
    assert "BIG_S7: Final = BigState.S7" in text and "return BIG_S7\n" in text
    assert len(text) < 400_000
