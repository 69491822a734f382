"""The package as a whole: it needs nothing but Python, is quick to import, and its `add` is typed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import herosaga_runtime

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "samples" / "checkout"
SOURCES = sorted(Path(next(iter(herosaga_runtime.__path__))).glob("**/*.py"))


def imported(source: Path) -> set[str]:
    """The top-level packages that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").partition(".")[0])
    return found


def test_it_needs_nothing_but_python() -> None:
    allowed = {*sys.stdlib_module_names, "herosaga_runtime"}
    assert SOURCES
    assert {source.name: imported(source) - allowed for source in SOURCES} == {
        source.name: set() for source in SOURCES
    }


def test_a_generated_module_loads_neither_the_host_nor_sqlite() -> None:
    code = "import sys, checkout.orders; print({'sqlite3', 'asyncio', 'herosaga_runtime.host'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=SAMPLE, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


TYPED = """
from checkout import orders
from shop import Shop
from herosaga_runtime import Context, Host

class Missing:
    async def reserve_items(
        self, command: orders.ReserveItems, context: Context
    ) -> orders.ItemsReserved: ...

class Wrong(Missing):
    async def release_items(
        self, command: orders.ReleaseItems, context: Context
    ) -> orders.CardCharged: ...

host = Host("memory:")
host.add(orders.OrderFulfilment)
host.add(orders.InventoryService, Shop())
host.add(orders.InventoryService, Missing())
host.add(orders.InventoryService, Wrong())
host.add(orders.InventoryService)
"""


def test_a_type_checker_finds_missing_and_wrong_handlers(tmp_path: Path) -> None:
    module = tmp_path / "typed.py"
    module.write_text(TYPED)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--no-incremental"),
            *("--disable-error-code=empty-body", str(module)),
        ],
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.split(":")[1] for line in done.stdout.splitlines() if " error: " in line]
    wanted = [
        str(number)
        for number, line in enumerate(TYPED.splitlines(), 1)
        if line.startswith("host.add(orders.InventoryService") and "Shop()" not in line
    ]
    assert lines == wanted, done.stdout
