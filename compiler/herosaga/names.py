"""How names of the language become names in Python: the checker and the generator share these rules."""

from __future__ import annotations

import keyword
import posixpath
import re

# What annotations and methods of a generated class use inside its own body, where a field of the same
# name would hide it, the methods themselves, and what a class has from `type`.
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
        "classmethod",
        "copy",
        "mro",
        "to_json",
        "from_json",
        "TYPE",
        "Decimal",
        "UUID",
        "Mapping",
        "JsonObject",
        "JsonValue",
    ]
)

RESERVED = frozenset(
    [
        *("abs", "all", "any", "bool", "bytes", "classmethod", "dict", "enumerate", "float"),
        *("frozenset", "hasattr", "int", "isinstance", "len", "list", "max", "min", "object"),
        *("property", "round", "set"),
        *("str", "sum", "tuple", "type"),
        *("cls", "codec", "data", "event", "fields", "json", "other", "self", "step"),
        "undo",
        *("annotations", "date", "datetime", "message", "modulo", "present", "record", "timedelta"),
    ]
)
"""What generated functions use: built-in names, their own variables, and what they import. Nothing that a module declares,
and no variable of the user's, may have these names."""
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*|[0-9]+")


def snake(name: str) -> str:
    """`OrderPlaced` -> `order_placed`, `HTTPCall` -> `http_call`; snake case stays as it is."""
    text = "_".join(word.lower() for word in _WORD.findall(name)) or "_"
    return f"n{text}" if text[0].isdigit() else text


def constant(name: str) -> str:
    """`FooBar` and `Foo_Bar` -> `FOO_BAR`: the name of an enum's member."""
    return snake(name).upper()


def field_name(name: str) -> str:
    """The attribute that a field compiles to; the wire keeps `name`.

    A leading underscore goes: Python's checkers take such an attribute for private.
    """
    if name.startswith("_"):
        text = name.strip("_")
        return (text if text[:1].isalpha() else f"field{text}") + "_"
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
    return (f"{name}Data", f"{name}State", f"{name}Saga")


def extern_names(file: str) -> tuple[str, str]:
    """What a file with `extern` functions brings into its module: their protocol, and how functions reach them."""
    stem = snake(posixpath.basename(file).removesuffix(".saga")).strip("_") or "file"
    stem = f"n{stem}" if stem[0].isdigit() else stem
    return (
        "".join(word.capitalize() for word in stem.split("_")) + "Externs",
        f"{stem}_externs".upper(),
    )


def service_classes(name: str) -> tuple[str, ...]:
    """The classes that a service brings into its module."""
    return (f"{name}Handlers", f"{name}Service")


def undo_class_name(saga: str, compensation: str) -> str:
    """The class that holds the parameters of a compensation."""
    return saga + "".join(word.capitalize() for word in snake(compensation).split("_"))


def outcome_class_name(itinerary: str, outcome: str) -> str:
    """`CompletedFulfilment`: the event by which an itinerary says how it has ended."""
    return f"{outcome.capitalize()}{itinerary}"


def turn_back_class_name(itinerary: str) -> str:
    """`TurnBackFulfilment`: the command that turns a slip of an itinerary back."""
    return f"TurnBack{itinerary}"


def activity_classes(name: str, log: bool, result: bool) -> tuple[str, ...]:
    """The classes that an activity brings into its module beside that of its arguments, which is called as it is."""
    there = {"Log": log, "Result": result, "Handlers": True, "Activity": True}
    return tuple(name + end for end, needed in there.items() if needed)


def output_name(name: str) -> str:
    """The attribute of an activity's result that an output compiles to: three names are taken there."""
    return name + "_" if name in ("log", "outputs", "revision") else field_name(name)


def itinerary_classes(name: str) -> tuple[str, ...]:
    """The classes that an itinerary brings into its module beside the command that starts it, which is called as it is."""
    ends = (outcome_class_name(name, each) for each in ("completed", "faulted", "compensated"))
    return (*ends, turn_back_class_name(name), f"{name}Variables", f"{name}Itinerary")


def variable_name(name: str) -> str:
    """The variable that a loop's variable compiles to, where nothing is in its way."""
    if name.startswith("__"):
        return f"each{name.rstrip('_')}"
    # An `l` looks like a 1, and linters refuse it.
    return name + "_" if keyword.iskeyword(name) or name == "l" else name


def method_name(message: str, kind: str) -> str:
    """`reserve_items` for `handle ReserveItems`, `on_order_shipped` for `on OrderShipped`."""
    name = snake(message) if kind == "handle" else f"on_{snake(message)}"
    return name + "_" if keyword.iskeyword(name) or name == message else name


def declarable(name: str) -> bool:
    """Whether something of this name can stand in a module as it is."""
    return not (name.startswith("_") or keyword.iskeyword(name) or name in RESERVED)


def _module_part(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9_]", "_", text) or "_"
    if name[0].isdigit():
        name = "_" + name
    return name + "_" if keyword.iskeyword(name) else name
