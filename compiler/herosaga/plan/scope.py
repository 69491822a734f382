"""The names of one generated module: what it imports, what it declares, what is still free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from herosaga.model.types import Type
from herosaga.names import RESERVED, variable_name
from herosaga.plan.code import PyCode, code, dotted, identifier
from msgspec import Struct


class Import(Struct, frozen=True):
    """One `from module import names`, sorted as isort does; what gets another name stands alone."""

    module: PyCode
    names: tuple[PyCode, ...]


@dataclass(slots=True)
class Scope:
    """Collects a module's imports while it is planned.

    An imported name that the module declares itself is imported under another one. `elsewhere` are the names that other
    modules of the project declare, which may be imported yet.
    """

    declared: frozenset[str]
    elsewhere: frozenset[str] = frozenset()
    _imports: dict[str, dict[str, PyCode]] = field(default_factory=dict)
    _functions: set[str] = field(default_factory=set)

    def use(self, module: str, name: str) -> PyCode:
        """The name by which something of another module is known here."""
        names = self._imports.setdefault(module, {})
        if name not in names:
            names[name] = identifier(self._free(name))
        return names[name]

    def function(self, wanted: str) -> PyCode:
        """A name for a function of the module that nothing else has."""
        name = identifier(wanted)
        count = 1
        while name in self._functions or name in RESERVED or self.importable(name):
            count += 1
            name = identifier(f"{wanted}_{count}")
        self._functions.add(name)
        return name

    def free(self, wanted: str) -> PyCode:
        """A name for a class or constant that comes of no declaration, and that nothing else has."""
        name = wanted
        count = 1
        while name in self._functions or name in self.declared or name in self.elsewhere:
            count += 1
            name = f"{wanted}_{count}"
        self._functions.add(name)
        return identifier(name)

    def importable(self, name: str) -> bool:
        """Whether a name is declared here, or is one by which something could still be imported."""
        plain = name.rstrip("_")
        return name in self.declared or plain in self.elsewhere or plain[:1].isupper()

    def imports(self) -> tuple[Import, ...]:
        """All imports, in order."""
        return tuple(
            each
            for module, names in sorted(self._imports.items())
            for each in _clauses(dotted(module), names)
        )

    def _free(self, name: str) -> str:
        taken = {alias for names in self._imports.values() for alias in names.values()}
        while name in self.declared or name in taken or name in self._functions:
            name += "_"
        return name


def _clauses(module: PyCode, names: dict[str, PyCode]) -> Iterator[Import]:
    """The imports of one module, in order of the first name in each."""
    plain = tuple(names[name] for name in _sorted(names) if names[name] == name)
    for name in _sorted(names):
        if names[name] != name:
            yield Import(module, (code("{} as {}", identifier(name), names[name]),))
        elif name == plain[0]:
            yield Import(module, plain)


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (_rank(name), name.lower(), name))


def _rank(name: str) -> int:
    if len(name) > 1 and name.isupper():
        return 0
    return 1 if name[0].isupper() else 2


class Locals(Struct, frozen=True):
    """The local variables of one generated function: what each is called in Python.

    `kinds` are the types of all variables the function has so far, also of those that are not visible here.
    """

    names: tuple[tuple[str, PyCode], ...] = ()
    kinds: dict[str, Type] = {}

    def bind(self, name: str, scope: Scope) -> tuple[Locals, PyCode]:
        """These and one more, whose Python name hides nothing that the function uses."""
        alias = self._free(name, scope)
        return Locals((*self.names, (name, alias)), self.kinds), alias

    def assign(self, name: str, kind: Type, scope: Scope, key: str = "") -> tuple[Locals, PyCode]:
        """The same for a variable of the function's body: a checker wants one type for each. `key` is how `python` finds it,
        if not by its name.
        """
        alias = self._free(name, scope)
        count = 1
        while self.kinds.get(alias, kind) != kind:
            count += 1
            alias = self._free(f"{name}_{count}", scope)
        self.kinds[alias] = kind
        return Locals((*self.names, (key or name, alias)), self.kinds), alias

    def _free(self, name: str, scope: Scope) -> PyCode:
        taken = {alias for _, alias in self.names} | RESERVED
        alias = variable_name(name)
        if scope.importable(alias):
            alias = f"each_{alias}"
        while alias in taken:
            # One that nothing reads begins with a line; linters know it only if it ends without.
            alias += "2" if alias.startswith("_") else "_"
        return identifier(alias)

    def python(self, name: str) -> PyCode:
        """What the innermost variable of this name is called."""
        return next(alias for known, alias in reversed(self.names) if known == name)
