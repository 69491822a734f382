"""Rows that somebody has edited: the mail that meets one is put aside with a reason, and all else goes on."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from uuid import UUID

import pytest
from herosaga_runtime.policy import Policy
from shop import Scene, Shop, file_url, never, placed, play

from checkout import orders
from checkout.orders import OrderFulfilmentState as State

AT_ONCE = Policy(None, 4)
"""Five tries without pauses."""
OTHER = UUID(int=2)
THIRD = UUID(int=3)


def edit(directory: Path, statement: str, *values: object) -> None:
    """Change something in the store's file."""
    connection = sqlite3.connect(directory / "orders.db", isolation_level=None)
    connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE herosaga_instances SET revision = 99",
        "UPDATE herosaga_instances SET body = replace(body, '\"revision\":1', '\"revision\":7')",
        f"UPDATE herosaga_instances SET key = '{OTHER}'",
    ],
)
def test_an_edited_instance_stops_its_own_mail_only(tmp_path: Path, change: str) -> None:
    async def begins(at: Scene) -> None:
        await at.place()

    async def goes_on(at: Scene) -> None:
        for order in (OTHER, THIRD):
            await at.host.publish(placed(order), id=f"placed {order}")
        await at.host.settle()
        assert (await at.order(THIRD)).state is State.COMPLETED
        (letter,) = await at.host.dead_letters()
        assert "ConflictError: the row of an instance says" in letter.reason

    play(begins, Shop(replies={orders.ReserveItems: never}), file_url(tmp_path))
    edit(tmp_path, change)
    play(goes_on, None, file_url(tmp_path), retry=AT_ONCE)


@pytest.mark.parametrize(
    ("due", "body"),
    [
        ("0", "x'ff41'"),
        ("0", "cast(x'7bff' AS TEXT)"),
        ("'soon'", "'{}'"),
        ("1 << 62", "'{}'"),
        ("9e999", "'{}'"),
    ],
)
@pytest.mark.parametrize(
    "consumer", ["checkout.OrderFulfilment", "checkout.Inventory.ReserveItems"]
)
def test_mail_that_can_not_be_read_is_put_aside(
    tmp_path: Path, consumer: str, due: str, body: str
) -> None:
    async def scene(at: Scene) -> None:
        await at.place()
        assert (await at.order()).state is State.COMPLETED
        (letter,) = await at.host.dead_letters()
        assert letter.message_id == "broken"
        assert "DecodeError: not JSON" in letter.reason

    play(nothing, None, file_url(tmp_path))
    kind = int("Inventory" in consumer)
    edit(
        tmp_path,
        "INSERT INTO herosaga_mailbox (kind, consumer, key, id, due, body) "
        f"VALUES (?, ?, 'broken', 'broken', {due}, {body})",
        kind,
        consumer,
    )
    play(scene, None, file_url(tmp_path), retry=AT_ONCE)


async def nothing(at: Scene) -> None:
    """Nothing happens."""
