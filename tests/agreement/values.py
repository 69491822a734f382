"""Random expressions of a type, over the names that can be read at a place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from agreement.chance import Chance

_LITERALS: Mapping[str, tuple[str, ...]] = {
    "int": ("0", "1", "2", "3", "-1", "7"),
    "decimal": ("0.5", "1", "2.50", "0.333"),
    "str": ('""', '"a"', '"tea"', '"É\\n"'),
    "bool": ("true", "false"),
    "Color": ("Color.red", '"GREEN"', "Color.Blue"),
    "int?": ("none", "4"),
    "uuid?": ("none", "uuid()", '"00000000-0000-0000-0000-00000000000A"'),
    "list[int]": ("[1]", "[3, 1, 2]"),
    "list[Item]": ('[Item(sku = "a"), Item(sku = "b", price = 1, quantity = 3)]',),
    "set[str]": ('["c"]', '["b", "a", "b"]'),
    "datetime": ("now", "(now + 2s)"),
    "duration": ("1s", "2s", "5s", "0s", "1m"),
    "float": ("0.5", "2"),
    "date": ('"2026-12-31"',),
    "Item": ('Item(sku = "jam")', 'Item(sku = "egg", quantity = 6, color = "GREEN", note = "x")'),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What can be read: each name or path with its type. `state`, `now` can be read wherever there is an instance."""

    names: Mapping[str, str]
    externs: bool = False

    def of(self, kind: str) -> tuple[str, ...]:
        """The names of a type."""
        return tuple(name for name, each in self.names.items() if each == kind)

    def plus(self, **names: str) -> Scope:
        """The same with more names; those they hide are gone."""
        return replace(self, names={**self.names, **names})

    def with_event(self, fields: Mapping[str, str]) -> Scope:
        """The same with the fields of `event`."""
        return replace(self, names={**self.names, **{f"event.{k}": v for k, v in fields.items()}})


def value(chance: Chance, scope: Scope, kind: str, depth: int = 2) -> str:
    """An expression of this type."""
    names = scope.of(kind)
    if names and chance.odds(45):
        return chance.pick(names)
    made = _MADE.get(kind)
    if depth <= 0 or made is None or chance.odds(30):
        return chance.pick(_LITERALS[kind])
    return chance.pick(made)(chance, scope, depth - 1)


def condition(chance: Chance, scope: Scope) -> str:
    """A guard: mostly one that depends on something."""
    if chance.odds(10):
        return chance.pick(("true", "false"))
    return chance.pick(_MADE["bool"])(chance, scope, 1)


Made = Callable[[Chance, Scope, int], str]


def _binary(kind: str, signs: tuple[str, ...], bound: str = "{}") -> Made:
    """Two of a type with a sign between them; `bound` keeps small what a loop would make large."""

    def made(chance: Chance, scope: Scope, depth: int) -> str:
        left, right = (value(chance, scope, kind, depth) for _ in "lr")
        return bound.format(f"({left} {chance.pick(signs)} {right})")

    return made


def _compared(kind: str, signs: tuple[str, ...] = ("<", "<=", "==", "!=", ">", ">=")) -> Made:
    def made(chance: Chance, scope: Scope, depth: int) -> str:
        left, right = value(chance, scope, kind, depth), value(chance, scope, kind, depth)
        return f"{left} {chance.pick(signs)} {right}"

    return made


def _wrapped(text: str, *kinds: str) -> Made:
    """A text with an expression of each type in it."""

    def made(chance: Chance, scope: Scope, depth: int) -> str:
        return text.format(*(value(chance, scope, kind, depth) for kind in kinds))

    return made


def _chosen(kind: str) -> Made:
    return _wrapped("(if {} then {} else {})", "bool", kind, kind)


def _maybe(chance: Chance, scope: Scope, depth: int) -> str:
    """A test for none, and what follows from it."""
    name = chance.pick(scope.of("int?") or ("none",))
    if name == "none":
        return value(chance, scope, "bool", depth)
    return chance.pick(
        (f"{name} is none", f"{name} is not none", f"({name} is not none and {name} > 1)")
    )


def _priced(chance: Chance, scope: Scope, depth: int) -> str:
    if not scope.externs:
        return value(chance, scope, "decimal", depth)
    return _wrapped("priced({}, {})", "Item", "decimal")(chance, scope, depth)


def _vip(chance: Chance, scope: Scope, depth: int) -> str:
    if not scope.externs:
        return value(chance, scope, "bool", depth)
    return chance.pick((_wrapped("is_vip({})", "int"), _wrapped("is_vip({}, {})", "int", "str")))(
        chance, scope, depth
    )


_MADE: Mapping[str, tuple[Made, ...]] = {
    "int": (
        _binary("int", ("+", "-", "*"), "({} % 7)"),
        _wrapped("len({})", "list[int]"),
        _wrapped("len({})", "set[str]"),
        _wrapped("sum({})", "list[int]"),
        _wrapped("max(x * 2 for x in {} if x > {})", "list[int]", "int"),
        _wrapped("min({})", "list[int]"),
        _wrapped("abs({})", "int"),
        _wrapped("round({})", "decimal"),
        _wrapped("sum(i.quantity for i in {})", "list[Item]"),
        _wrapped("{}.quantity", "Item"),
        _wrapped("(7 % {})", "int"),
        _wrapped("{}[0]", "list[int]"),
        _chosen("int"),
    ),
    "decimal": (
        _binary("decimal", ("+", "-"), "round({} % 1000, 4)"),
        _wrapped("sum(i.price * i.quantity for i in {})", "list[Item]"),
        _wrapped("round({} / 3, 2)", "int"),
        _wrapped("{}.price", "Item"),
        _wrapped("decimal({})", "int"),
        _wrapped("({} / {})", "decimal", "int"),
        _priced,
        _chosen("decimal"),
    ),
    "str": (
        _wrapped("str({})", "int"),
        _wrapped("str({})", "Color"),
        _wrapped("upper({})", "str"),
        lambda chance, scope, depth: chance.pick(("state", '"_" + lower(state)')),
        _wrapped("{}.sku", "Item"),
        _wrapped('({} + "!")', "str"),
        _chosen("str"),
    ),
    "bool": (
        _compared("int"),
        _compared("int"),
        _wrapped("({} % 2) == 0", "int"),
        _compared("decimal"),
        _compared("str"),
        _compared("Color", ("==", "!=")),
        _compared("datetime", ("<", ">=")),
        _compared("duration"),
        _compared("Item", ("==",)),
        _binary("bool", ("and", "or")),
        _wrapped("(not {})", "bool"),
        _wrapped("{} in {}", "int", "list[int]"),
        _wrapped("{} not in {}", "str", "set[str]"),
        _wrapped("any(x > 1 for x in {})", "list[int]"),
        _wrapped('all(i.note is none or i.sku != "a" for i in {})', "list[Item]"),
        _maybe,
        _maybe,
        _vip,
    ),
    "int?": (_wrapped("{}", "int"), _chosen("int?")),
    "list[int]": (_wrapped("[{}, {}]", "int", "int"), _chosen("list[int]")),
    "list[Item]": (_wrapped("[{}]", "Item"), _wrapped("[{}, {}]", "Item", "Item")),
    "datetime": (_wrapped("(now + {})", "duration"), _wrapped("({} - 2s)", "datetime")),
    "duration": (
        _wrapped("(1s * {})", "int"),
        _wrapped("({} - now)", "datetime"),
        _binary("duration", ("-",)),
    ),
    "float": (_binary("float", ("+", "*", "-"), "({} % 9)"),),
    "Item": (_wrapped("Item(sku = {}, price = {}, quantity = {})", "str", "decimal", "int"),),
}


def delay(chance: Chance, scope: Scope) -> str:
    """A time to wait: short, so that several come to be due at once."""
    if chance.odds(70):
        return chance.pick(("2s", "1s", "3s", "5s", "8s"))
    return chance.pick((_wrapped("1s * ({} % 5)", "int"), _wrapped("{}", "duration")))(
        chance, scope, 0
    )
