"""Which declarations a file can name, and what to say when it names something else."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches

from herosaga.checks import hs102, hs103, hs105
from herosaga.checks.words import a
from herosaga.findings import Finding
from herosaga.model.types import Type
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec import Struct

_PATIENCE = 50_000
"""How many names are looked at for the nearest ones, about: after many findings in a large project nobody reads them."""


class Decl(Struct, frozen=True):
    """A declared name. `kind` is what `kind_of` says of its node."""

    id: str
    kind: str
    file: str
    node: ast.Decl

    @property
    def span(self) -> Span:
        """Where its name stands."""
        return self.node.name.span


class Scope(Struct, frozen=True):
    """The names of one file.

    `names` are those it can use; more than one declaration under a name makes it ambiguous.
    `elsewhere` are the project's others. With `incomplete` some import could not be read, so that an
    unknown name may be one of its, and stays unreported; so does one of `lost`, which some declaration
    that could not be read would have declared. `behind` is the whole of a name that stands behind an
    import's word (`p.Name`), by its last part. `aliases` are the types that `type` names, by id, and
    `imports` what each file of the project imports, by its name.
    """

    file: str
    names: Mapping[str, tuple[Decl, ...]]
    elsewhere: Mapping[str, Decl] = {}
    incomplete: bool = False
    lost: frozenset[str] = frozenset()
    behind: Mapping[str, str] = {}
    aliases: Mapping[str, Type] = {}
    imports: Mapping[str, Sequence[str]] = {}

    def get(self, name: str) -> Decl | None:
        """The declaration of this name, None where there is none or more than one."""
        found = self.names.get(name, ())
        return found[0] if len(found) == 1 else None


def kind_of(node: ast.Decl) -> str:
    """What a declaration declares, in the words of the language."""
    match node:
        case ast.Alias():
            return "type"
        case ast.ExternFunction():
            return "function"
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
        case ast.Flow():
            return "flow"
        case ast.Saga():
            return "saga"
        case ast.Activity():
            return "activity"
        case ast.Itinerary():
            return "itinerary"


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
        label = (found[0].span, f"declared as {a(found[0].kind)} here")
        report.append(hs103.wrong_kind(name.text, found[0].kind, kinds, name.span, label, verb))
    elif not scope.incomplete and name.text not in scope.lost:
        report.append(_unknown(scope, name, kinds, _patient(scope, report)))
    return None


def guess(
    scope: Scope, name: ast.Name, kinds: tuple[str, ...], report: list[Finding]
) -> Decl | None:
    """What an unknown name was most likely to be: stands in for it, so that nothing else is reported."""
    if name.text in scope.lost or not _patient(scope, report):
        return None
    meant = _qualified(scope, name.text, kinds) or _likeliest(scope, name.text, kinds)
    return scope.get(meant)


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate most like `name`, "" where none is."""
    folded: dict[str, str] = {}
    for candidate in candidates:
        folded.setdefault(candidate.lower().replace("_", ""), candidate)
    close = get_close_matches(name.lower().replace("_", ""), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else ""


def nearest_field(name: str, fields: Collection[str]) -> str:
    """The field most like `name`, or the one that it is short for, "" where there is none."""
    short = [each for each in fields if _short(name, each) or _short(each, name)]
    return nearest(name, fields) or (short[0] if len(short) == 1 else "")


def _short(name: str, long: str) -> bool:
    """Whether the name is short for another one, as `qty` is for `quantity`: its letters, in their order."""
    if len(name) < 3 or name[0] != long[:1] or name[-1] != long[-1:]:
        return False
    letters = iter(long)
    return all(each in letters for each in name)


def _patient(scope: Scope, report: list[Finding]) -> bool:
    """Whether there is still time to look for the nearest name."""
    return len(report) * len(scope.elsewhere) < _PATIENCE


def _unknown(scope: Scope, name: ast.Name, kinds: tuple[str, ...], patient: bool) -> Finding:
    """An unknown name, and what it may have meant; where nobody is `patient`, only by the very name."""
    near = _qualified(scope, name.text, kinds)
    if near:
        return hs102.unknown(name.text, kinds, name.span, near)
    other = scope.elsewhere.get(name.text)
    if other is not None and other.kind in kinds:
        if _imports(other.file, scope.file, scope.imports):
            return hs102.circular(name.text, other.kind, name.span, other.file)
        return hs102.not_imported(name.text, other.kind, name.span, _path(scope, other))
    if not patient:
        return hs102.unknown(name.text, kinds, name.span, "")
    near = _end(scope, name.text) or _otherwise_qualified(scope, name.text, kinds)
    near = near or _likeliest(scope, name.text, kinds)
    far = None if near else _farther(scope, name.text, kinds)
    if far is None:
        return hs102.unknown(name.text, kinds, name.span, near)
    near, path = far.node.name.text, _path(scope, far)
    return hs102.elsewhere(name.text, far.kind, near, far.file, path, name.span)


def _qualified(scope: Scope, name: str, kinds: tuple[str, ...]) -> str:
    """What an import brings under this name, and under its own word: `p.Name`."""
    full = scope.behind.get(name, "")
    decl = scope.get(full)
    return full if decl is not None and decl.kind in kinds else ""


def _otherwise_qualified(scope: Scope, name: str, kinds: tuple[str, ...]) -> str:
    """`p.Name` where there is no import `p`: the name by itself, or from the import that has it."""
    owner, _, last = name.rpartition(".")
    if not owner or any(each.startswith(f"{owner}.") for each in scope.names):
        return ""
    plain = scope.get(last)
    return last if plain and plain.kind in kinds else _qualified(scope, last, kinds)


def _end(scope: Scope, name: str) -> str:
    """How an itinerary ends, where `I.complete` was written."""
    owner, _, end = name.rpartition(".")
    decl = scope.get(owner)
    if decl is None or decl.kind != "itinerary":
        return ""
    near = nearest(end, ("completed", "faulted", "compensated"))
    return f"{owner}.{near}" if near else ""


def _farther(scope: Scope, name: str, kinds: tuple[str, ...]) -> Decl | None:
    """What is most like it in the files that are not imported."""
    wanted = (
        each
        for each, decl in scope.elsewhere.items()
        if decl.kind in kinds and each not in scope.names
    )
    return scope.elsewhere.get(nearest(name, wanted))


def _path(scope: Scope, decl: Decl) -> str:
    """How an import in this file would name the file of a declaration."""
    return posixpath.relpath(decl.file, posixpath.dirname(scope.file) or ".")


def _imports(file: str, other: str, imports: Mapping[str, Sequence[str]]) -> bool:
    """Whether a file imports another one, itself or by way of those that it imports."""
    reached = [file]
    for name in reached:
        reached.extend(each for each in imports.get(name, ()) if each not in reached)
    return other in reached


def _likeliest(scope: Scope, name: str, kinds: tuple[str, ...]) -> str:
    """The name most like this one; of a later kind only if it is like it in nearly every letter."""
    close = [nearest(name, _of_kind(scope, (kind,))) for kind in kinds]
    found = [each for each in close if each]
    return max(found, key=lambda each: _likeness(name, each) - 0.2 * close.index(each), default="")


def _likeness(name: str, other: str) -> float:
    return SequenceMatcher(None, name.lower(), other.lower()).ratio()


def _of_kind(scope: Scope, kinds: tuple[str, ...]) -> list[str]:
    return [n for n, found in scope.names.items() if any(d.kind in kinds for d in found)]
