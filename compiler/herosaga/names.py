"""How names of the language become names in Python: the checker and the generator share these rules."""

from __future__ import annotations

import keyword
import posixpath
import re

# What annotations and methods of a generated class use inside its own body, where a field of the same
# name would hide it.
_TAKEN = frozenset(
    [
        "list",
        "str",
        "int",
        "bool",
        "float",
        "bytes",
        "tuple",
        "frozenset",
        "dict",
        "set",
        "date",
        "datetime",
        "timedelta",
        "self",
        "cls",
        "to_json",
        "from_json",
        "TYPE",
    ]
)
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*|[0-9]+")


def snake(name: str) -> str:
    """`OrderPlaced` -> `order_placed`, `HTTPCall` -> `http_call`; snake case stays as it is."""
    return "_".join(word.lower() for word in _WORD.findall(name)) or "_"


def constant(name: str) -> str:
    """`FooBar` and `Foo_Bar` -> `FOO_BAR`: the name of an enum's member."""
    return snake(name).upper()


def field_name(name: str) -> str:
    """The attribute that a field compiles to; the wire keeps `name`."""
    if name.startswith("__"):
        return (name.strip("_") or "field") + "_"
    if keyword.iskeyword(name) or name in _TAKEN:
        return name + "_"
    return name


def module_path(file: str, namespace: str) -> str:
    """Where a file compiles to: `shop/orders.saga` in `a.b` -> `a/b/orders.py`."""
    stem = posixpath.basename(file).removesuffix(".saga")
    parts = [_module_part(part) for part in namespace.split(".") if part]
    return "/".join([*parts, _module_part(stem) + ".py"])


def saga_classes(name: str) -> tuple[str, ...]:
    """The classes that a saga brings into its module beside the messages."""
    return (f"{name}Data", f"{name}State")


def service_classes(name: str) -> tuple[str, ...]:
    """The classes that a service brings into its module."""
    return (f"{name}Handlers", f"{name}Service")


def _module_part(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]", "_", text) or "_"
    if name[0].isdigit():
        name = "_" + name
    return name + "_" if keyword.iskeyword(name) else name
