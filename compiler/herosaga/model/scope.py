"""Which declarations a file can name, and what to say when it names something else."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches

from herosaga.checks import hs102, hs103, hs105
from herosaga.findings import Finding
from herosaga.source import Span
from herosaga.syntax import ast


@dataclass(frozen=True, slots=True)
class Decl:
    """A declared name. `kind` is record, enum, event, command, service, policy or saga."""

    id: str
    kind: str
    file: str
    node: ast.Decl

    @property
    def span(self) -> Span:
        """Where its name stands."""
        return self.node.name.span


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of one file.

    `names` are those it can use; more than one declaration under a name makes it ambiguous.
    `elsewhere` are the project's others. With `incomplete` some import could not be read, so that an
    unknown name may be one of its, and stays unreported.
    """

    file: str
    names: Mapping[str, tuple[Decl, ...]]
    elsewhere: Mapping[str, Decl] = field(default_factory=dict)
    incomplete: bool = False

    def get(self, name: str) -> Decl | None:
        """The declaration of this name, None where there is none or more than one."""
        found = self.names.get(name, ())
        return found[0] if len(found) == 1 else None


def kind_of(node: ast.Decl) -> str:
    """What a declaration declares, in the words of the language."""
    match node:
        case ast.Record():
            return "record"
        case ast.Enum():
            return "enum"
        case ast.Message():
            return node.kind
        case ast.Service():
            return "service"
        case ast.PolicyDecl():
            return "policy"
        case ast.Saga():
            return "saga"


def find(
    scope: Scope, name: ast.Name, kinds: tuple[str, ...], report: list[Finding], verb: str = ""
) -> Decl | None:
    """The declaration that `name` means, if it is of one of `kinds`; else None, with a finding.

    `verb` is the word before the name (`send`, `publish`), where another word would make it right.
    """
    found = scope.names.get(name.text, ())
    if len(found) == 1 and found[0].kind in kinds:
        return found[0]
    if len(found) > 1:
        report.append(hs105.ambiguous(name.text, name.span, tuple(d.file for d in found)))
    elif found:
        label = (found[0].span, f"declared as {article(found[0].kind)} here")
        report.append(hs103.wrong_kind(name.text, found[0].kind, kinds, name.span, label, verb))
    elif not scope.incomplete:
        report.append(_unknown(scope, name, kinds))
    return None


def guess(scope: Scope, name: ast.Name, kinds: tuple[str, ...]) -> Decl | None:
    """What an unknown name was most likely to be: stands in for it, so that nothing else is reported."""
    return scope.get(_likeliest(scope, name.text, kinds))


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate most like `name`, "" where none is."""
    folded: dict[str, str] = {}
    for candidate in candidates:
        folded.setdefault(candidate.lower().replace("_", ""), candidate)
    close = get_close_matches(name.lower().replace("_", ""), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else ""


def article(noun: str) -> str:
    """`event` -> `an event`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _unknown(scope: Scope, name: ast.Name, kinds: tuple[str, ...]) -> Finding:
    other = scope.elsewhere.get(name.text)
    if other is not None and other.kind in kinds:
        here = posixpath.dirname(scope.file) or "."
        return hs102.not_imported(
            name.text, other.kind, name.span, posixpath.relpath(other.file, here)
        )
    return hs102.unknown(name.text, kinds, name.span, _likeliest(scope, name.text, kinds))


def _likeliest(scope: Scope, name: str, kinds: tuple[str, ...]) -> str:
    """The name most like this one; of a later kind only if it is like it in nearly every letter."""
    close = [nearest(name, _of_kind(scope, (kind,))) for kind in kinds]
    found = [each for each in close if each]
    return max(found, key=lambda each: _likeness(name, each) - 0.2 * close.index(each), default="")


def _likeness(name: str, other: str) -> float:
    return SequenceMatcher(None, name.lower(), other.lower()).ratio()


def _of_kind(scope: Scope, kinds: tuple[str, ...]) -> list[str]:
    return [n for n, found in scope.names.items() if any(d.kind in kinds for d in found)]
