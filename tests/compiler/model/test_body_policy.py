"""Whose a policy is in the body of a `compensation`: what follows a request is the request's, everything else the body's."""

from __future__ import annotations

import pytest
from herosaga.format.formatting import laid_out
from herosaga.model import model as m
from herosaga.source import Source

from helpers.projects import model_of

PROGRAM = """
command Refund {{ key id: int }}
event Refunded {{ key id: int }}
event Go {{ key id: int }}
service Bank {{ handle Refund emits Refunded }}
policy slow {{ within 3h }}
saga X by id: int {{
  compensation back {{ {body} }}
  start {{ on Go -> End {{ compensable by back }} }}
  final End
  final Manual manual
}}
"""


def retries(policy: m.Policy | None) -> int | None:
    """How often something is repeated; None without a policy."""
    return None if policy is None else policy.retries


@pytest.mark.parametrize(
    ("body", "of_body", "of_requests"),
    [
        ("retry 3 times every 1m  request Refund(id)", 3, [None]),
        ("request Refund(id), retry 3 times every 1m", 3, [None]),
        ("request Refund(id)  otherwise -> Manual  retry 3 times every 1m", 3, [None]),
        ("send Refund(id)  retry 3 times", 3, []),
        ("if id > 3 { request Refund(id) }  retry 3 times", 3, [None]),
        ("request Refund(id) within 5s  retry 3 times every 1m", None, [3]),
        ("request Refund(id) within 5s, retry 3 times every 1m", 3, [0]),
        ("retry 2 times  request Refund(id) within 5s retry 3 times every 1m", 2, [3]),
        ("with slow  request Refund(id)  otherwise -> Manual", 0, [None]),
        ("request Refund(id) with slow  otherwise -> Manual", None, [0]),
    ],
)
def test_whose_it_is_also_when_it_is_laid_out(
    body: str, of_body: int | None, of_requests: list[int | None]
) -> None:
    text = PROGRAM.format(body=body)
    for each in (text, laid_out(Source("it.saga", text))):
        model, findings = model_of({"it.saga": each})
        assert not findings
        (block,) = model.sagas["X"].compensations
        asked = [x for x in _flat(block.actions) if isinstance(x, m.Request)]
        assert retries(block.policy) == of_body
        assert [retries(x.policy) for x in asked] == of_requests


def _flat(actions: tuple[m.Action, ...]) -> list[m.Action]:
    return [y for x in actions for y in (x.then if isinstance(x, m.If) else (x,))]
