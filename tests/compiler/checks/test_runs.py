"""HS706: which ends of an itinerary a saga has to take, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest
from herosaga.compile import check_text
from herosaga.findings import Finding

PROGRAM = """\
extern event Placed {{ key id: uuid }}
extern event Wish {{ key id: uuid }}
activity Look(id: uuid) {{ readonly  within 1h }}
itinerary First(id: uuid) {{ do Look(id) }}
itinerary Second(id: uuid) {{ do Look(id) }}
saga Order by id: uuid {{
{}
final Done
final Lost failed
}}
"""
RUN = "start { on Placed -> A { run First(id) } }\n"
TAKES = "on First.completed -> Done  on First.faulted -> Lost"

CASES = {
    "both": (RUN + f"state A {{ {TAKES} }}", 0),
    "no fault": (RUN + "state A { on First.completed -> Done  on Wish -> Lost }", 1),
    "no end": (RUN + "state A { on Wish -> Lost  after 1d -> Done }", 1),
    "no completion": (RUN + "state A { on First.faulted -> Lost  on Wish -> Done }", 1),
    "ignored": (
        RUN + "state A { on First.completed -> Done  ignore First.faulted  on Wish -> Lost }",
        0,
    ),
    "kept for later": (
        RUN
        + f"state A {{ defer First.completed, First.faulted  on Wish -> B }}\nstate B {{ {TAKES} }}",
        0,
    ),
    "during": (
        RUN
        + "state A { on Wish -> B }\nstate B { after 1d -> Lost }\n"
        + f"during A, B {{ {TAKES} }}",
        0,
    ),
    "left behind": (
        RUN + f"state A {{ {TAKES}  on Wish -> B }}\nstate B {{ after 1d -> Lost }}",
        1,
    ),
    "answered before": (
        RUN
        + "state A { on First.completed -> B  on First.faulted -> Lost }\nstate B { on Wish -> Done }",
        0,
    ),
    "faulted before": (
        RUN
        + "state A { on First.completed -> Done  on First.faulted -> B }\nstate B { on Wish -> Lost }",
        0,
    ),
    "turned back before": (
        RUN + f"state A {{ {TAKES}  on First.compensated -> B }}\nstate B {{ on Wish -> Lost }}",
        0,
    ),
    "each itinerary by itself": (
        "start { on Placed -> A { run First(id) run Second(id) } }\n"
        f"state A {{ {TAKES}  on Second.completed }}",
        1,
    ),
    "in a sequence": (
        "start { on Placed -> A }\nsequence A { run First(id)  done -> Done  failed -> Lost }",
        0,
    ),
    "in a sequence, at once": (
        "start { on Placed -> A }\nsequence A { parallel { run First(id) run Second(id) }  done -> Done  failed -> Lost }",
        0,
    ),
}


def findings(body: str) -> list[Finding]:
    found = check_text(PROGRAM.format(body), Path("/"), Path("/")).findings
    assert not [each for each in found if each.code[:3] in ("HS0", "HS2")], found
    return [each for each in found if each.code == "HS706"]


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_taken(case: str) -> None:
    body, count = CASES[case]
    assert len(findings(body)) == count


def test_the_way_there_is_told_as_it_is_written() -> None:
    (found,) = findings(
        RUN + "state A { on First.completed -> B { run Second(id) }  on First.faulted -> Lost }\n"
        "state B { on Second.completed -> Done }"
    )
    assert found.message == "`Second.faulted` can arrive in `B`, where nothing takes it"
    assert found.path == (
        "Placed: A, runs First (line 7)",
        "First.completed: B, runs Second (line 8)",
    )
