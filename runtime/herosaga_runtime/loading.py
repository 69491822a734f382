"""What the store has for a key, read."""

from __future__ import annotations

from typing import Any, NamedTuple

from herosaga_runtime.errors import ConflictError
from herosaga_runtime.instance import Instance
from herosaga_runtime.message import JsonObject
from herosaga_runtime.posting import House
from herosaga_runtime.rows import StoredInstance
from herosaga_runtime.saga import Saga
from herosaga_runtime.versions import read


class Found(NamedTuple):
    """The instance of a key and its JSON; `incarnation` is its own, or that of the one which a message may start.

    `older` is the row of an instance that has been lifted from an older version of its saga.
    """

    instance: Instance[Any, Any] | None
    json: JsonObject
    incarnation: int
    older: StoredInstance | None = None


def load(house: House, saga: Saga[Any, Any, Any], stored: StoredInstance | None) -> Found:
    """What was found in the store; `VersionError` where this version of the saga can't read it."""
    if stored is None:
        return Found(None, {}, 1)
    if stored.archived:
        return Found(None, {}, stored.incarnation + 1)
    known = house.memo.get(stored)
    if known is not None:
        _compare(stored, known[0])
        return Found(*known, stored.incarnation)
    instance, json, lifted = read(saga, stored)
    _compare(stored, instance)
    return Found(instance, json, stored.incarnation, stored if lifted else None)


def _compare(stored: StoredInstance, instance: Instance[Any, Any]) -> None:
    """`ConflictError` for a row somebody has edited: it would never be found again to be stored over."""
    origin = instance.origin
    columns = stored.saga, stored.key, stored.incarnation, stored.revision
    body = origin.saga, origin.key, origin.incarnation, instance.revision
    if columns != body:
        raise ConflictError(f"the row of an instance says {columns}, its body {body}")
