"""A process that lets orders through the sample, and says so whenever something is committed."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

import app
from herosaga_runtime import Host
from herosaga_runtime.ports import DeadLetterReport, HandlerReport, StepReport, WaitingReport

ORDERS = 30
PAUSE = 0.05


class Speaker:
    """Prints a line for each commit."""

    def step(self, report: StepReport) -> None:
        print(report.saga, report.key, report.after, flush=True)

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


async def main(path: str) -> None:
    """Run all orders to their end, going on where an earlier process was."""
    host = Host(f"sqlite:///{path}", observer=Speaker(), lease=timedelta(seconds=1))
    app.build(host)
    async with host:
        await app.demo(host, ORDERS, PAUSE)
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
    asyncio.run(main(sys.argv[1]))
