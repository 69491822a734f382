"""Projects for tests: from `.saga` text or files to models and modules."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from herosaga.emit.python import OutputFile, modules
from herosaga.findings import Finding
from herosaga.model.bind import build
from herosaga.model.model import Model
from herosaga.source import Source
from herosaga.syntax.parse import parse


def model_of(texts: Mapping[str, str]) -> tuple[Model, tuple[Finding, ...]]:
    """The model of files given by name, and everything found while reading them."""
    parsed = [parse(Source(name, text)) for name, text in texts.items()]
    model, findings = build([file for file, _ in parsed])
    return model, (*(each for _, found in parsed for each in found), *findings)


def folder(path: Path) -> dict[str, str]:
    """The `.saga` files of a folder, by name."""
    return {each.name: each.read_text() for each in sorted(path.glob("*.saga"))}


def generated(texts: Mapping[str, str]) -> tuple[OutputFile, ...]:
    """The modules of files that are right."""
    model, findings = model_of(texts)
    assert not findings, findings
    return tuple(modules(model))


def write(files: Iterable[OutputFile], root: Path) -> None:
    """Write modules below a folder."""
    for each in files:
        path = root / each.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(each.text)


@contextmanager
def loaded(texts: Mapping[str, str], root: Path, *names: str) -> Iterator[tuple[ModuleType, ...]]:
    """The compiled modules of these names, importable while this lasts."""
    with importable(generated(texts), root, *names) as modules:
        yield modules


@contextmanager
def importable(
    files: Iterable[OutputFile], root: Path, *names: str
) -> Iterator[tuple[ModuleType, ...]]:
    """The modules of these names among those written, importable while this lasts."""
    write(files, root)
    before = set(sys.modules)
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    try:
        yield tuple(importlib.import_module(name) for name in names)
    finally:
        sys.path.remove(str(root))
        for name in set(sys.modules) - before:
            del sys.modules[name]
