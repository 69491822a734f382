"""Lifting stored instances of older versions of a saga."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import localcontext

from herosaga_runtime.expressions import DECIMALS
from herosaga_runtime.message import JsonObject, JsonValue


class Migration:
    """What `migrate from version` says: the states that are called otherwise now, and the data of then as that of now."""

    __slots__ = ("data", "states", "version")

    def __init__(
        self,
        version: int,
        states: Mapping[str, str],
        data: Callable[[JsonObject], JsonObject],
    ) -> None:
        self.version = version
        self.states = states
        self.data = data


def lift(
    migrations: Mapping[int, Migration], version: int, to: int, json: JsonObject
) -> JsonObject | None:
    """The JSON of an instance, from `version` to `to`; None where a migration is missing. Timers, requests and records
    stay as they were made.
    """
    while version < to:
        migration = migrations.get(version)
        if migration is None:
            return None
        version += 1
        json = {**_moved(migration, json), "version": version}
    return json if version == to else None


def _moved(migration: Migration, json: JsonObject) -> JsonObject:
    names = Names(migration, json["state"])
    made = {**json, "state": names.state(json["state"])}
    data, requests, extras = json["data"], json.get("requests"), json.get("extras")
    if isinstance(data, dict):
        with localcontext(DECIMALS):
            made["data"] = migration.data(data)
    if isinstance(requests, list):
        made["requests"] = [_with(each, "step", names.step) for each in requests]
    if isinstance(extras, Mapping):
        made["extras"] = {
            **extras,
            **_changed(extras, "undoing", lambda each: _with(each, "target", names.state)),
            **_changed(extras, "held", lambda each: _with(each, "step", names.step)),
            **_changed(extras, "arrivals", names.arrivals),
        }
    return made


Move = Callable[[JsonValue], JsonValue]


def _changed(json: Mapping[str, JsonValue], name: str, move: Move) -> JsonObject:
    return {name: move(json[name])} if name in json else {}


def _with(json: JsonValue, name: str, move: Move) -> JsonValue:
    return {**json, **_changed(json, name, move)} if isinstance(json, Mapping) else json


class Names:
    """What is called otherwise than before: states, and what is called after them."""

    __slots__ = ("_in", "_states")

    def __init__(self, migration: Migration, current: JsonValue) -> None:
        self._states = migration.states
        self._in = current if isinstance(current, str) else ""

    def state(self, name: JsonValue) -> JsonValue:
        return self._states.get(name, name) if isinstance(name, str) else name

    def step(self, name: JsonValue) -> JsonValue:
        """A step that a state waits for together with others: it moves into the sequence into which that state moves."""
        if not isinstance(name, str) or name in self._states:
            return self.state(name)
        old, dot, own = name.rpartition(".")
        state = self._states.get(self._in, self._in)
        moves = dot and self._in.rpartition(".")[0] == old
        return f"{state.rpartition('.')[0]}.{own}" if moves else name

    def arrivals(self, json: JsonValue) -> JsonValue:
        """What has come for composites: those of a group are called after its states."""
        if not isinstance(json, list):
            return json
        return [[self._group(each[0]), *each[1:]] for each in json if isinstance(each, list)]

    def _group(self, name: JsonValue) -> JsonValue:
        if not isinstance(name, str):
            return name
        head, colon, parts = name.partition(":")
        return (
            re.sub(r"[\w.]+", lambda each: self._states.get(each[0], each[0]), head) + colon + parts
        )
