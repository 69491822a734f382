"""The page on hosts is true: its program runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "runtime.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

MAIN = """
import asyncio
import contextlib

import shopfront


async def main() -> None:
    async with shop("memory:") as host:
        for _, order in shopfront.orders(3):
            await check_out(host, order)
            await check_out(host, order)
            await host.settle()
            await look(host, order)
            await look_back(host, order)
        await look_after(host)
        await look_for_trouble(host)
    serving = asyncio.create_task(serve("memory:"))
    await asyncio.sleep(0)
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving
    async with shop("sqlite:///shop.db") as host:
        ((_, order),) = shopfront.orders(1)
        with contextlib.closing(sqlite3.connect("shop.db")) as ours:
            ours.execute("CREATE TABLE orders (id TEXT)")
            ours.commit()
            await check_out_and_note(host, order, ours)
            await host.settle()
            (count,) = ours.execute("SELECT count(*) FROM orders").fetchone()
        found = await host.find(OrderFulfilment, order.order_id)
        print(count, found.state)


asyncio.run(main())
"""


def test_the_program_runs(tmp_path: Path) -> None:
    assert len(BLOCKS) == PAGE.count("```python\n") == 7
    program = tmp_path / "page.py"
    program.write_text("\n".join([*BLOCKS, MAIN]), "utf-8")
    places = [ROOT / "samples" / "checkout", ROOT / "runtime"]
    done = subprocess.run(
        [sys.executable, str(program)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, places))},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "checkout.OrderPlaced taken Reserving" in done.stdout
    assert "3 in all" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1] == "1 Completed"
