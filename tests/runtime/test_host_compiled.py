"""Compiled sagas on a host: what a module says of completion, replies, matches, archive and versions, the host does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from herosaga_runtime import Context, Event, Host
from herosaga_runtime.testing import SeededRandom, VirtualClock, pass_time

from helpers.projects import loaded

SERVICES = """
namespace compiled

event Opened { key case_id: str  invoice: str }
extern event Paid { invoice: str }
extern event Told { key case_id: str }
command Notify { key case_id: str }
command Check { key case_id: str }
event Checked { key case_id: str }
event CheckFailed { key case_id: str  reason: str }
command File { key case_id: str }
event Noted { key case_id: str }
extern is_urgent(case_id: str) -> bool

service Desk {
  handle Notify emits Noted? readonly
  handle File readonly
}

saga Checking by case_id: str handles Check emits Checked refuses CheckFailed {
  start { on Check -> Filing { request File(case_id) within 10s } }
  state Filing {
    on File.done when is_urgent(case_id) -> Good { reply Checked(case_id) }
    on File.done, failure of File -> Bad { reply CheckFailed(case_id, reason = "not urgent") }
  }
  final Good
  final Bad failed
}
"""
FIRST = """
import "services.saga"

namespace compiled

saga Case by case_id: str {
  retain 30d
  data { invoice: str }
  correlate Paid where invoice == event.invoice
  start { on Opened(invoice) -> Checks { request Check(case_id) within 1m } }
  state Checks {
    on Checked -> Open { request Notify(case_id) within 10s }
    on failure of Check -> Refused
    defer Paid
  }
  state Open {
    on Notify.done, failure of Notify -> Waiting
    defer Paid
  }
  state Waiting { on Paid -> Finished { publish Told(case_id) } }
  missing { ignore Paid }
  final Finished
  final Refused failed
}
"""
SECOND = (
    FIRST.replace("  retain 30d\n", "  version 2\n  retain 30d\n")
    .replace("Waiting", "Unpaid")
    .replace("{ invoice: str }", "{ bill: str }")
    .replace("where invoice", "where bill")
    .replace("Opened(invoice)", "Opened")
    .replace("{ request Check(", "{ set bill = event.invoice  request Check(")
    .replace(
        "  start", "  migrate from 1 { state Waiting -> Unpaid  field invoice -> bill }\n  start"
    )
)


class Desk:
    """Notes what it is told for one case, and files everything."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.filed: list[str] = []

    async def notify(self, command: Any, context: Context) -> Event | None:
        noted: Event = self.module.Noted(command.case_id)
        return noted if command.case_id == "a" else None

    async def file(self, command: Any, context: Context) -> None:
        self.filed.append(command.case_id)


class Functions:
    """What a case's urgency depends on."""

    def is_urgent(self, case_id: str) -> bool:
        return case_id != "calm"


class Outside:
    """Takes what leaves the host."""

    async def send(self, envelope: str) -> None:
        assert "compiled.Told" in envelope or "compiled.Noted" in envelope


Script = Callable[[Host, Any, VirtualClock], Awaitable[None]]


def play(case: str, path: Path, script: Script, clock: VirtualClock, seed: int = 0) -> None:
    """Play a script on a host with the compiled sagas."""
    path.mkdir(exist_ok=True)
    root = path / f"generated{seed}"
    root.mkdir()
    names = ("compiled.services", "compiled.case")

    async def run(services: Any, cases: Any) -> None:
        chance = SeededRandom(seed)
        url = f"sqlite:///{path / 'desk.db'}"
        host = Host(url, clock=clock, random=chance, transport=Outside())
        host.add(cases.Case)
        host.add(services.Checking, Functions())
        host.add(services.DeskService, Desk(services))
        async with host:
            await script(host, cases, clock)

    with loaded({"services.saga": SERVICES, "case.saga": case}, root, *names) as (services, cases):
        asyncio.run(run(services, cases))


async def begin(host: Host, cases: Any, clock: VirtualClock) -> None:
    """Three cases, of which one is refused, and one payment for all."""
    for key in ("a", "b", "calm"):
        await cases.Case.start(host, cases.Opened(key, "i1"))
    await host.settle()
    states = {each.key: each.state for each in await host.instances(cases.Case)}
    assert states == {"a": "Waiting", "b": "Waiting", "calm": "Refused"}
    found = await host.find(cases.Case, "a")
    assert found is not None
    assert [each.message_type.partition(".")[2] for each in found.history] == [
        *("Opened", "Checked", "done"),
    ]


async def pay(host: Host, cases: Any, clock: VirtualClock) -> None:
    """All that wait are paid, and archived after their time."""
    await host.publish(cases.Paid("i1"))
    await host.settle()
    found = await host.instances(cases.Case)
    assert [(each.key, each.state, each.outcome) for each in found] == [
        ("a", "Finished", "completed"),
        ("b", "Finished", "completed"),
        ("calm", "Refused", "failed"),
    ]
    assert await host.dead_letters() == ()
    await pass_time(host, clock, timedelta(days=31))
    assert await host.instances(cases.Case) == ()
    await cases.Case.start(host, cases.Opened("a", "i1"))
    await host.settle()
    again = await host.find(cases.Case, "a")
    assert again is not None and again.incarnation == 2


def test_a_compiled_saga_is_carried_through(tmp_path: Path) -> None:
    async def script(host: Host, cases: Any, clock: VirtualClock) -> None:
        await begin(host, cases, clock)
        await pay(host, cases, clock)

    play(FIRST, tmp_path, script, VirtualClock())


def test_a_compiled_saga_takes_over_from_its_older_version(tmp_path: Path) -> None:
    clock = VirtualClock()
    play(FIRST, tmp_path, begin, clock)
    play(SECOND, tmp_path, pay, clock, seed=1)
