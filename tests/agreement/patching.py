"""Functions of one implementation replaced by others for a while, wherever its modules have imported them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def replaced(package: str, old: object, new: object) -> Iterator[None]:
    """Every name in a package's modules by which `old` goes stands for `new`, while this lasts."""
    places = list(_places(package, old))
    assert places, f"nothing in {package} is {old!r}"
    for owner, name in places:
        setattr(owner, name, new)
    try:
        yield
    finally:
        for owner, name in places:
            setattr(owner, name, old)


def _places(package: str, old: object) -> Iterator[tuple[Any, str]]:
    for name, module in list(sys.modules.items()):
        if name == package or name.startswith(f"{package}."):
            yield from ((module, key) for key, each in vars(module).items() if each is old)
