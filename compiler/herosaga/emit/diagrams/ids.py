"""Ids for formats that can't take every name: words of ASCII letters, each once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_OTHER = re.compile(r"\W", re.ASCII)


def unique(names: Iterable[str], reserved: frozenset[str]) -> Mapping[str, str]:
    """An id for each name: the name itself where it can be one. `reserved` words are taken, in whatever case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        id = _OTHER.sub("_", name)
        while id in taken or id.lower() in reserved:
            id += "_"
        taken.add(id)
        found[name] = id
    return found
