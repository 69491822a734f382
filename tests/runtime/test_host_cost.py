"""What a message costs: the statements of its step, in their order, and none for what a saga does not declare."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta

import pytest
from casework import AnySaga, Moved, Opened, Paid, case
from herosaga_runtime import Event, Host
from herosaga_runtime.saga import By
from herosaga_runtime.sqlite import SqliteStore
from herosaga_runtime.testing import SeededRandom, VirtualClock

PLAIN = case(
    receives=(By(Opened, lambda event: event.case), By(Moved, lambda event: event.case)), missing=()
)
FOUND = case()
KEPT = case(retain=timedelta(days=30))
STEP = [
    "DELETE FROM herosaga_mailbox",
    "INSERT OR IGNORE INTO herosaga_inbox",
    "SELECT herosaga_instances",
    "INSERT INTO herosaga_history",
]
CHANGED = [*STEP, "UPDATE herosaga_instances"]
COPIED = [
    "DELETE FROM herosaga_mailbox",
    "INSERT OR IGNORE INTO herosaga_inbox",
    "SELECT herosaga_matches",
    "INSERT OR IGNORE INTO herosaga_mailbox",
]
REMOVED, ADDED = "DELETE FROM herosaga_matches", "INSERT OR IGNORE INTO herosaga_matches"


class Told(SqliteStore):
    """A store in memory that tells what it is asked."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(":memory:", SeededRandom())
        self._told = told

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        connection.set_trace_callback(self._told.append)
        return connection


def steps(told: list[str]) -> list[list[str]]:
    """The statements of each step: what they do, and to which table. What publishes is no step."""
    found: list[list[str]] = [[]]
    inside = False
    for each in told:
        if each == "SAVEPOINT part":
            inside = True
            found.append([])
        elif each == "RELEASE part":
            inside = False
        elif inside:
            before, _, after = each.partition("herosaga_")
            verb = "SELECT " if before.startswith("SELECT") else before
            found[-1].append(f"{verb}herosaga_{after.split()[0]}")
    return [step for step in found if step[:1] == STEP[:1]]


@pytest.mark.parametrize(
    ("saga", "last", "expected"),
    [
        (PLAIN, Moved("a", "i2"), [CHANGED]),
        (PLAIN, Opened("a", "i2"), [STEP]),
        (FOUND, Moved("a", "i1"), [CHANGED]),
        (FOUND, Moved("a", "i2"), [[*CHANGED, REMOVED, ADDED]]),
        (FOUND, Paid("i1"), [COPIED, [*CHANGED, REMOVED]]),
        (KEPT, Paid("i1"), [COPIED, [*CHANGED, REMOVED, "INSERT OR IGNORE INTO herosaga_mailbox"]]),
    ],
)
def test_a_step_asks_the_store_for_what_it_needs(
    saga: AnySaga, last: Event, expected: list[list[str]]
) -> None:
    told: list[str] = []

    async def run() -> None:
        host = Host(Told(told), clock=VirtualClock(), random=SeededRandom())
        host.add(saga)
        async with host:
            await host.publish(Opened("a", "i1"))
            await host.settle()
            told.clear()
            await host.publish(last)
            await host.settle()

    asyncio.run(run())
    assert steps(told) == expected
