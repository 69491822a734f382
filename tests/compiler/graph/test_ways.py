"""How a flow goes on after its messages: alternatives and forks, and who realises an arrow."""

from __future__ import annotations

import pytest
from herosaga.graph.ways import ways

from helpers.projects import model_of

PROGRAM = """
extern event A {{ key id: str }}
event B {{ key id: str }}
event C {{ key id: str }}
event D {{ key id: str }}
event R {{ key id: str }}
command Do {{ key id: str }}
command Undo {{ key id: str }}
{top}
flow F {{ {flow} }}
"""
SAGA = "saga S by id: str { start { on A -> W { publish B(id) } } state W { on B -> E { publish C(id) } } final E }"
SERVES = "saga S by id: str handles Do emits B | C refuses R { start { on Do -> W } state W { on A -> E { reply B(id) } } final E }"
ITINERARY = (
    "activity P(id: str) { } itinerary I(id: str) { do P(id) on completed { publish B(id) } }"
)

WAYS = {
    "one": ("service X { on A emits B }", "A -> B", ["A: B by X.A direct"]),
    "alternatives": ("service X { on A emits B | C }", "A -> B A -> C", ["A: B|C by X.A direct"]),
    "in the order of the flow": ("service X { on A emits B | C }", "A -> C A -> B", ["A: C|B by X.A direct"]),
    "an alternative outside": ("service X { on A emits B | C }", "A -> B", ["A: B else C by X.A direct"]),
    "parts": ("service X { on A emits B, C? , D* }", "A -> B A -> C A -> D", ["A: B by X.A direct", "A: C ? by X.A direct", "A: D * by X.A direct"]),
    "a part outside": ("service X { on A emits B, C }", "A -> C", ["A: C by X.A direct"]),
    "two services": ("service X { on A emits B } service Y { on A emits C }", "A -> B A -> C", ["A: B by X.A direct", "A: C by Y.A direct"]),
    "two for one": ("service X { on A emits B } service Y { on A emits B }", "A -> B", ["A: B by X.A direct", "A: B by Y.A direct"]),
    "a refusal": ("service X { handle Do emits B refuses R irreversible }", "Do -> B Do -> R", ["Do: B|R by X.Do direct"]),
    "a refusal outside": ("service X { handle Do emits B refuses R irreversible }", "Do -> B", ["Do: B else R by X.Do direct"]),
    "only a refusal": ("service X { handle Do refuses R irreversible }", "Do -> R", ["Do: R ? by X.Do direct"]),
    "a refusal of all parts": ("service X { handle Do emits B, C refuses R irreversible }", "Do -> B Do -> C Do -> R", ["Do: B|R by X.Do direct", "Do: C|R by X.Do direct"]),
    "outside": ("extern service X { handle Do emits B? irreversible }", "Do -> B", ["Do: B ? by X.Do"]),
    "a saga": (SAGA, "A -> B -> C", ["A: B by S", "B: C by S"]),
    "a saga on the whole": (SAGA, "A -> C", ["A: C by S"]),
    "what a saga serves": (SERVES, "Do -> B Do -> C", ["Do: B|C else R by S"]),
    "an itinerary": (ITINERARY, "A -> B", ["A: B by I"]),
    "nobody": ("service X { on A emits B }", "A -> C", ["A: C by "]),
    "a loop": ("service X { on A emits B } service Y { on B emits A | C }", "A -> B -> A B -> C", ["A: B by X.A direct", "B: A|C by Y.B direct"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_the_ways_of_a_flow(name: str) -> None:
    top, flow, expected = WAYS[name]
    model, findings = model_of({"flow.saga": PROGRAM.format(top=top, flow=flow)})
    assert [each for each in findings if each.severity == "error"] == []
    found = [
        f"{each.source}: {'|'.join(each.targets)}{' else ' + '|'.join(each.others) if each.others else ''}"
        f"{f' {each.many}' if each.many else ''} by {each.by}{' direct' if each.direct else ''}"
        for each in ways(model, model.flows["F"])
    ]
    assert found == expected
