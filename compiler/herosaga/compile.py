"""The whole pipeline on one screen: files -> trees -> model -> graphs -> findings -> modules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from herosaga.findings import Finding, Severity
from herosaga.model.model import Model
from herosaga.syntax import ast

if TYPE_CHECKING:
    from herosaga.emit.python import OutputFile


@dataclass(frozen=True, slots=True)
class Checked:
    """A project's model, and everything that is wrong with it, by file and place."""

    model: Model
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> bool:
        """Whether there is an error: then nothing is generated."""
        return any(each.severity is Severity.ERROR for each in self.findings)

    @property
    def files(self) -> int:
        """How many files were looked at, those that could not be read among them."""
        names = {each.span.source.name for each in self.findings}
        return len({*self.model.files, *(name for name in names if not name.endswith("/"))})


def check_paths(paths: Sequence[Path], root: Path) -> Checked:
    """Read the given files and folders, and what they import, and check them together."""
    from herosaga.project import load

    files, unread = load(paths, root)
    return check(files, unread)


def check_text(text: str, folder: Path, root: Path) -> Checked:
    """Check a program that is in no file, as if it stood in `folder`."""
    from herosaga.project import load
    from herosaga.source import Source
    from herosaga.syntax.parse import parse

    inside = folder.is_relative_to(root)
    name = (folder.relative_to(root) if inside else Path()) / "<stdin>"
    file, unread = parse(Source(name.as_posix(), text))
    imported, missing = load([folder / each.path for each in file.imports], root)
    return check((file, *imported), (*unread, *missing))


def check(files: Sequence[ast.File], earlier: Iterable[Finding] = ()) -> Checked:
    """Check parsed files; `earlier` is what was found in reading them."""
    from herosaga.model.allow import silence
    from herosaga.model.bind import build

    unread = tuple(earlier)
    model, unbound = build(files)
    found = [*unread, *unbound]
    if not any(each.severity is Severity.ERROR for each in unread):
        # A line that could not be read leaves gaps, and every rule on the flow would stumble over them.
        found.extend(_flow(model))
    return Checked(model, _in_order(silence(found, files)))


def modules(model: Model) -> tuple[OutputFile, ...]:
    """The Python modules of a project that has no errors."""
    from herosaga.emit.python import modules as emit

    return tuple(emit(model))


def _flow(model: Model) -> list[Finding]:
    """What is wrong with the way states and messages follow each other."""
    if not model.sagas and not model.services:
        return []
    from herosaga.checks.catalog import RULES
    from herosaga.graph.graphs import graphs

    made = graphs(model)
    return [finding for rule in RULES for finding in rule(model, made)]


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file, line and column, each once."""
    once = dict.fromkeys(findings)
    return tuple(
        sorted(once, key=lambda f: (f.span.source.name, f.span.line, f.span.column, f.code))
    )
