"""Keys that are equal are one key, however they were written."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from herosaga_runtime import Host, UsageError
from herosaga_runtime.keys import key_text
from herosaga_runtime.testing import VirtualClock

from helpers.projects import loaded

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEXTS = [
    ("a/b\nc", "a/b\nc"),
    ("", ""),
    (7, "7"),
    (True, "true"),
    (Decimal("1.00"), "1"),
    (Decimal("1E+2"), "100"),
    (Decimal("-0.0"), "0"),
    (-0.0, "0.0"),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (NOON, "2026-11-22T12:00:00.000000Z"),
    (NOON.astimezone(timezone(timedelta(hours=2))), "2026-11-22T12:00:00.000000Z"),
    (date(2026, 11, 22), "2026-11-22"),
    (timedelta(minutes=1), "PT60S"),
]


@pytest.mark.parametrize(("key", "text"), TEXTS, ids=repr)
def test_a_key_has_one_text(key: object, text: str) -> None:
    assert key_text(key) == text


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(UsageError, match="is no key"):
        key_text(None)


def test_a_saga_by_a_decimal_finds_its_instance(tmp_path: Path) -> None:
    program = """
    extern event Opened { key size: decimal }
    extern event Closed { key size: decimal }
    saga Lot by size: decimal {
      start { on Opened -> Open }
      state Open { on Closed -> Shut }
      final Shut
    }
    """

    async def play() -> None:
        with loaded({"lots.saga": program}, tmp_path, "lots") as (lots,):
            host = Host("memory:", clock=VirtualClock())
            host.add(lots.Lot)
            async with host:
                await host.publish(lots.Opened(Decimal("1E+2")))
                await host.publish(lots.Opened(Decimal("100.0")))
                await host.publish(lots.Closed(Decimal("100")))
                await host.settle()
                found = await host.find(lots.Lot, Decimal("100.00"))
                assert found is not None and found.outcome == "completed"
                assert len(await host.instances(lots.Lot)) == 1
                assert await host.dead_letters() == ()

    asyncio.run(play())
