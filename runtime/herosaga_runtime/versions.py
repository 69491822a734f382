"""Instances that another version of their saga has stored: lifted where migrations lead here, else left as they are.

What can't be read is never guessed at. Its mail waits, and whoever asks is told what to write or deploy.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any, NamedTuple

from herosaga_runtime import codec
from herosaga_runtime.errors import DecodeError, VersionError
from herosaga_runtime.instance import Instance
from herosaga_runtime.message import JsonObject
from herosaga_runtime.rows import StoredInstance
from herosaga_runtime.saga import Saga
from herosaga_runtime.stored import instance_from_json


class Read(NamedTuple):
    """A stored instance, and its JSON as this version of its saga writes it. `lifted`: it was stored by an older one."""

    instance: Instance[Any, Any]
    json: JsonObject
    lifted: bool


def readable(saga: Saga[Any, Any, Any]) -> Set[int]:
    """The versions of a saga from which a path leads to this one."""
    found, version = {saga.version}, saga.version - 1
    while version in saga.migrations:
        found.add(version)
        version -= 1
    return found


def obstacle(saga: Saga[Any, Any, Any], version: int, state: str) -> str:
    """Why an instance stored by a version of its saga in this state can't be read, as far as that tells; else empty."""
    here = saga.version
    if version > here:
        return f"it is of version {version}, this program has version {here}: deploy the newer one"
    missing = next((each for each in range(version, here) if each not in saga.migrations), None)
    if missing is not None:
        return (
            f"it is of version {version}, and nothing leads from version {missing} to {missing + 1}: "
            f"write `migrate from {missing} {{ … }}` in {saga.name}"
        )
    now = state
    for each in range(version, here):
        now = saga.migrations[each].states.get(now, now)
    if now in {str(each) for each in saga.state}:
        return ""
    if version < here:
        return (
            f"it is of version {version}, and no migration says what became of state {state}: "
            f"write `state {now} -> New` in `migrate from {here - 1}` of {saga.name}"
        )
    return (
        f"it is in state {state}, which {saga.name} does not have any more: write "
        f"`migrate from {here} {{ state {state} -> New }}` and raise its `version` to {here + 1}"
    )


def read(saga: Saga[Any, Any, Any], stored: StoredInstance) -> Read:
    """A stored instance as one of this version of its saga; `VersionError` where that can't be."""
    why = obstacle(saga, stored.version, stored.state)
    if why:
        raise VersionError(why)
    json = codec.loads(stored.body)
    if not isinstance(json, dict):
        raise DecodeError(f"{saga.name}: an instance is an object")
    lifted = saga.lift(stored.version, json)
    try:
        return Read(instance_from_json(saga, lifted), lifted or json, stored.version < saga.version)
    except DecodeError as error:
        raise VersionError(_advice(saga, error)) from error


def _advice(saga: Saga[Any, Any, Any], error: DecodeError) -> str:
    here = saga.version
    where = str(error).partition(", got ")[0]  # what is stored is not for logs
    return (
        f"{where}. If what it stores has changed, write `migrate from {here} {{ … }}` "
        f"and raise its `version` to {here + 1}"
    )
