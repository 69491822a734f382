"""Sagas that tell which of their functions run, made once for each saga: large ones take a while to arrange."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, replace
from decimal import Context
from typing import Any, Generic
from weakref import WeakKeyDictionary

from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.instance import D, S
from herosaga_runtime.message import Message
from herosaga_runtime.saga import K, Saga


@dataclass(frozen=True, slots=True)
class Watched(Generic[D, S, K]):
    """A saga that appends to `ran` the name of each of its functions that has run; whoever steps it empties the list.

    `receives` are the messages that find its instances, `decimals` is how it calculates.
    """

    saga: Saga[D, S, K]
    ran: list[str]
    receives: frozenset[type[Message]]
    decimals: Context


class _Known(threading.local):
    """For each thread its own: tests may run side by side, and each reads only what its own steps have run."""

    def __init__(self) -> None:
        self.sagas: WeakKeyDictionary[Saga[Any, Any, Any], Watched[Any, Any, Any]] = (
            WeakKeyDictionary()
        )


_known = _Known()


def watched(saga: Saga[D, S, K], made_from: object) -> Watched[D, S, K]:
    """A saga to be watched while it is stepped. One that has got its extern functions was `made_from` the saga itself, whose
    table it shares.
    """
    if saga.externs is None or not isinstance(made_from, Saga):
        return _own(saga)
    found: Watched[D, S, K] = _own(made_from)
    stepped = copy.copy(found.saga)
    stepped.externs = saga.externs
    return replace(found, saga=stepped)


def _own(saga: Saga[D, S, K]) -> Watched[D, S, K]:
    found = _known.sagas.get(saga)
    if found is None:
        ran = list[str]()
        receives = frozenset((*saga.keys, *saga.matches))
        found = Watched(saga.traced(ran.append), ran, receives, DECIMALS.copy())
        _known.sagas[saga] = found
    return found
