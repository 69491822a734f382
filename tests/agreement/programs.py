"""Programs that are ready to run: the text, its model, and nothing wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agreement.generated import FILE
from herosaga.checks.catalog import PLAIN, RULES
from herosaga.findings import Finding, Severity
from herosaga.graph.graphs import graphs
from herosaga.model import model as m
from herosaga.model.bind import build
from herosaga.model.runs import with_runs
from herosaga.plan.unsupported import unsupported
from herosaga.source import Source
from herosaga.syntax.parse import parse

_ERRORS = frozenset(("hs211", "hs301", "hs303", "hs304", "hs403", "hs602"))
"""The rules beside those of names and types that keep a program from being compiled."""


@dataclass(frozen=True)
class Program:
    """A program without errors, as it is run: what it says of itineraries is said of messages."""

    text: str
    model: m.Model

    @cached_property
    def saga(self) -> m.Saga:
        """Its saga `X`."""
        return next(each for each in self.model.sagas.values() if each.name == "X")

    @cached_property
    def handlers(self) -> dict[str, m.Handler]:
        """The handlers of services and other sagas, by their command."""
        found = (*self.model.handlers(), *self.model.implied)
        return {each.message: each for each in found if each.kind == "handle"}


def errors_of(text: str) -> tuple[str, ...]:
    """What is wrong with a program, one line for each error."""
    found = _checked(text)
    return found if isinstance(found, tuple) else ()


def checked(text: str) -> Program | None:
    """A program, if nothing is wrong with it."""
    found = _checked(text)
    if isinstance(found, tuple) or "X" not in (each.name for each in found.sagas.values()):
        return None
    return Program(text, with_runs(found))


def _checked(text: str) -> m.Model | tuple[str, ...]:
    file, unread = parse(Source(FILE, text))
    wrong = _told(unread)
    if wrong:
        return wrong
    model, unbound = build([file])
    wrong = _told(unbound) or _told(_on_the_whole(model)) or _told(unsupported(model))
    return wrong or model


def _told(findings: Iterator[Finding] | tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(
        f"{each.code}, line {each.span.line}: {each.message}"
        for each in findings
        if each.severity is Severity.ERROR
    )


def _on_the_whole(model: m.Model) -> Iterator[Finding]:
    """What the rules say that look at a whole model; those that can only warn are left out."""
    for plain in PLAIN:
        if plain.__module__.rpartition(".")[2] in _ERRORS:
            yield from plain(model)
    made = graphs(model)
    for rule in RULES:
        if rule.__module__.rpartition(".")[2] in _ERRORS:
            yield from rule(model, made)
