"""Sagas that tell which of their functions run, made once for each saga: large ones take a while to arrange."""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakKeyDictionary

from herosaga_runtime.instance import D, S
from herosaga_runtime.saga import K, Saga


class _Known(threading.local):
    """For each thread its own: tests may run side by side, and each reads only what its own steps have run."""

    def __init__(self) -> None:
        self.sagas: WeakKeyDictionary[Saga[Any, Any, Any], tuple[Any, list[str]]] = (
            WeakKeyDictionary()
        )


_known = _Known()


def watched(saga: Saga[D, S, K]) -> tuple[Saga[D, S, K], list[str]]:
    """A saga that appends to the list the name of each of its functions that has run. Whoever steps it empties the list."""
    found = _known.sagas.get(saga)
    if found is None:
        ran = list[str]()
        found = saga.traced(ran.append), ran
        _known.sagas[saga] = found
    return found
