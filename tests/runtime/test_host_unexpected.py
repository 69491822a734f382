"""A command that a saga can't take is put aside, and whoever awaits its answer is told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from herosaga_runtime import Host
from herosaga_runtime.testing import SeededRandom, VirtualClock

from helpers.projects import loaded

LOAN = """
namespace unexpected

extern event Asked { key loan_id: str  amount: int }
command Assess { key loan_id: str  amount: int }
event Assessed { key loan_id: str }

saga Assessment by loan_id: str handles Assess emits Assessed {
  start { on Assess when event.amount > 0 -> Good }
  final Good { reply Assessed(loan_id) }
}

saga Loan by loan_id: str {
  start { on Asked -> Waiting { request Assess(loan_id, event.amount) } }
  state Waiting {
    on Assessed -> Granted
    on fault of Assess -> Declined
  }
  final Granted
  final Declined failed
}
"""


@pytest.mark.parametrize(("amount", "state"), [(1, "Granted"), (0, "Declined")])
def test_who_awaits_an_answer_is_told(tmp_path: Path, amount: int, state: str) -> None:
    async def script(module: Any) -> None:
        host = Host("memory:", clock=VirtualClock(), random=SeededRandom(0))
        host.add(module.Assessment)
        host.add(module.Loan)
        async with host:
            await host.publish(module.Asked("a", amount))
            await host.settle()
            loan = await host.find(module.Loan, "a")
            assert loan is not None and loan.state == state
            assert len(await host.dead_letters()) == (state == "Declined")

    with loaded({"loan.saga": LOAN}, tmp_path, "unexpected.loan") as (module,):
        asyncio.run(script(module))
