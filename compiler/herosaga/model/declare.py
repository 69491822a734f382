"""The declarations of all files, by id, and the scope of each file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from herosaga.checks import hs101, hs104
from herosaga.findings import Finding
from herosaga.model.cycles import circular
from herosaga.model.scope import Decl, Scope, kind_of
from herosaga.syntax import ast
from msgspec.structs import replace


def imported_name(file: str, path: str) -> str:
    """The name of the file that `import "path"` in `file` means; starts with `..` outside the root."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), path))


def imports_of(file: ast.File) -> tuple[str, ...]:
    """The names of the files that a file imports, in source order."""
    return tuple(imported_name(file.source.name, each.path) for each in file.imports)


def declare(files: Sequence[ast.File], report: list[Finding]) -> Mapping[str, Decl]:
    """Every declaration by id; of two with one id the first stays."""
    decls: dict[str, Decl] = {}
    for file in files:
        for node in file.decls:
            decl = Decl(_id(file, node.name.text), kind_of(node), file.source.name, node)
            first = decls.setdefault(decl.id, decl)
            if first is not decl:
                report.append(_twice(decl, first))
    return decls


def _twice(decl: Decl, first: Decl) -> Finding:
    name = decl.node.name.text
    if decl.kind == first.kind:
        return hs101.twice(name, decl.kind, decl.span, first.span)
    return hs101.both(name, first.kind, decl.kind, decl.span, first.span)


def scopes(
    files: Sequence[ast.File], decls: Mapping[str, Decl], report: list[Finding]
) -> Mapping[str, Scope]:
    """The scope of each file, by its name: its own declarations, then those of its imports."""
    by_file: dict[str, list[Decl]] = {file.source.name: [] for file in files}
    for decl in decls.values():
        by_file[decl.file].append(decl)
    elsewhere = {decl.node.name.text: decl for found in by_file.values() for decl in found}
    by_name = {file.source.name: file for file in files}
    imports = {name: imports_of(file) for name, file in by_name.items()}
    if circular(imports):
        for file in files:
            report.extend(_cycles(file, files))
    found = (_scope(file, by_name, by_file, elsewhere) for file in files)
    return {each.file: replace(each, imports=imports) for each in found}


def _id(file: ast.File, name: str) -> str:
    return f"{file.namespace}.{name}" if file.namespace else name


def _scope(
    file: ast.File,
    files: Mapping[str, ast.File],
    by_file: Mapping[str, list[Decl]],
    elsewhere: Mapping[str, Decl],
) -> Scope:
    own = {decl.node.name.text: (decl,) for decl in by_file[file.source.name]}
    names: dict[str, tuple[Decl, ...]] = {}
    incomplete = False
    # What is declared twice stays with the first file that declares it; it is not unknown here.
    lost = {*file.lost, *(node.name.text for node in file.decls if node.name.text not in own)}
    for each in file.imports:
        target = imported_name(file.source.name, each.path)
        incomplete = incomplete or target not in by_file
        before = f"{each.alias.text}." if each.alias else ""
        if target in files:
            lost |= {before + name for name in files[target].lost}
        for decl in by_file.get(target, ()):
            name = before + decl.node.name.text
            if decl not in names.get(name, ()):
                names[name] = (*names.get(name, ()), decl)
    behind = {name.rpartition(".")[2]: name for name in names if "." in name}
    return Scope(file.source.name, names | own, elsewhere, incomplete, frozenset(lost), behind)


def _cycles(file: ast.File, files: Sequence[ast.File]) -> Iterator[Finding]:
    """The imports of `file` that lead back to it, each cycle told once, at its last file."""
    known = {each.source.name: each for each in files}
    order = [each.source.name for each in files]
    here = file.source.name
    for each in file.imports:
        target = imported_name(here, each.path)
        if target == here:
            yield hs104.itself(each.path, each.path_span)
        elif target in known:
            way = _way(target, here, known)
            if way and here == max(way, key=order.index):
                yield hs104.cycle(each.path_span, (here, *way))


def _way(start: str, goal: str, known: Mapping[str, ast.File]) -> tuple[str, ...]:
    """The shortest chain of imports from `start` to `goal`, () where there is none."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    queue = [start]
    for name in queue:
        if name == goal:
            return ways[name]
        for target in imports_of(known[name]):
            if target in known and target not in ways:
                ways[target] = (*ways[name], target)
                queue.append(target)
    return ()
