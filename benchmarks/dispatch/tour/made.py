"""Tours that are compiled when they are asked for, and loaded from a folder that goes with the process."""

from __future__ import annotations

import atexit
import importlib
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from herosaga.compile import check_text
from herosaga.emit.python import printed

from benchmarks.dispatch.tour.hand import by_hand
from benchmarks.dispatch.tour.program import program


@cache
def generated(stops: int) -> ModuleType:
    """The module of a tour. It is not laid out, which is all that takes long and changes nothing."""
    name = f"tour{stops}"
    folder = _folder()
    model = check_text(program(stops), folder, folder, f"{name}.saga").model
    return _loaded(f"{name}.{name}", printed(model, f"{name}.saga"))


@cache
def written(stops: int) -> ModuleType:
    """The module of a tour by hand, which has its messages from the generated one."""
    generated(stops)
    return _loaded(f"tour{stops}.by_hand", by_hand(stops))


def _loaded(name: str, text: str) -> ModuleType:
    path = _folder().joinpath(*name.split(".")).with_suffix(".py")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    importlib.invalidate_caches()
    return importlib.import_module(name)


@cache
def _folder() -> Path:
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    sys.path.append(folder.name)
    return Path(folder.name)
