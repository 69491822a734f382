"""Lifting stored instances of older versions of a saga."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
    made = {**json, "state": _state(migration, json["state"])}
    data, extras = json["data"], json.get("extras")
    if isinstance(data, dict):
        made["data"] = migration.data(data)
    undoing = extras.get("undoing") if isinstance(extras, Mapping) else None
    if isinstance(extras, Mapping) and isinstance(undoing, Mapping):
        target = _state(migration, undoing["target"])
        made["extras"] = {**extras, "undoing": {**undoing, "target": target}}
    return made


def _state(migration: Migration, name: JsonValue) -> JsonValue:
    return migration.states.get(name, name) if isinstance(name, str) else name
