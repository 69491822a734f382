"""A command that a saga can't take, or only notes: whoever awaits its answer is told."""

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


SECOND = """
namespace second

extern event Asked { key loan_id: str  ward: str }
extern event Looked { key ward: str }
command Assess { key ward: str }
event Assessed { key ward: str }

saga Assessment by ward: str handles Assess emits Assessed {
  start { on Assess -> Looking }
  state Looking { on Looked -> Good }
  final Good { reply Assessed(ward) }
}

saga Loan by loan_id: str {
  data { ward: str }
  start { on Asked(ward) -> Waiting { request Assess(ward) } }
  state Waiting {
    on Assessed -> Granted
    on fault of Assess -> Declined
  }
  correlate Assessed where ward == event.ward
  final Granted
  final Declined failed
}
"""


@pytest.mark.parametrize("ended", [False, True], ids=["at work", "ended"])
def test_who_asks_an_instance_that_serves_another_is_told(tmp_path: Path, ended: bool) -> None:
    async def script(module: Any) -> None:
        host = Host("memory:", clock=VirtualClock(), random=SeededRandom(0))
        host.add(module.Assessment)
        host.add(module.Loan)
        async with host:
            await host.publish(module.Asked("a", "north"))
            await host.settle()
            if ended:
                await host.publish(module.Looked("north"))
                await host.settle()
            await host.publish(module.Asked("b", "north"))
            await host.settle()
            second = await host.find(module.Loan, "b")
            assert second is not None and second.state == "Declined"
            await host.publish(module.Looked("north"))
            await host.settle()
            first = await host.find(module.Loan, "a")
            assert first is not None and first.state == "Granted"

    with loaded({"loan.saga": SECOND}, tmp_path, "second.loan") as (module,):
        asyncio.run(script(module))
