"""A process that lets a sample's demo run, and says so whenever something is committed: `python -m kill.shop shopfront orders.db`."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from herosaga_runtime import Host
from herosaga_runtime.ports import (
    DeadLetterReport,
    HandlerReport,
    SlipReport,
    StepReport,
    WaitingReport,
)

COUNT = 30
PAUSE = 0.05


class Sample(Protocol):
    """What every sample's app offers."""

    def build(self, host: Host) -> None: ...

    def demo(self, host: Host, count: int, pause: float) -> Awaitable[None]: ...


class Speaker:
    """Prints a line for each commit."""

    def step(self, report: StepReport) -> None:
        print(report.saga, report.key, report.after, flush=True)

    def slip(self, report: SlipReport) -> None:
        print(report.itinerary, report.slip, report.happened, report.activity, flush=True)

    def handler_started(self, report: HandlerReport) -> None:
        print("started", report.consumer, flush=True)

    def handler_finished(self, report: HandlerReport) -> None:
        print("finished", report.consumer, flush=True)

    def handler_failed(self, report: HandlerReport) -> None:
        print("failed", report.consumer, flush=True)

    def dead_letter(self, report: DeadLetterReport) -> None:
        print("dead letter", report.reason, flush=True)

    def waiting(self, report: WaitingReport) -> None:
        print("waiting", report.reason, flush=True)


async def main(app: Sample, path: str) -> None:
    """Run the demo to its end, going on where an earlier process was."""
    host = Host(f"sqlite:///{path}", observer=Speaker(), lease=timedelta(seconds=1))
    app.build(host)
    async with host:
        await app.demo(host, COUNT, PAUSE)
        await ended(host)


async def ended(host: Host) -> None:
    """Wait until nothing is due within half a minute."""
    while True:
        await host.settle()
        due = await host.next_due()
        left = None if due is None else (due - datetime.now(UTC)).total_seconds()
        if left is None or left > 30:
            return
        await asyncio.sleep(max(left, 0.01))


if __name__ == "__main__":
    sample: Sample = importlib.import_module(sys.argv[1])
    asyncio.run(main(sample, sys.argv[2]))
