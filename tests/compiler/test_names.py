"""Names of the language in Python."""

from __future__ import annotations

import pytest
from herosaga.names import constant, field_name, module_path, snake


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OrderPlaced", "order_placed"),
        ("HTTPCall", "http_call"),
        ("Foo_Bar", "foo_bar"),
        ("Step2Done", "step2_done"),
        ("already_snake", "already_snake"),
        ("A", "a"),
        ("__", "_"),
        ("_1", "n1"),
    ],
)
def test_snake(name: str, expected: str) -> None:
    assert snake(name) == expected
    assert constant(name) == expected.upper()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order_id", "order_id"),
        ("type", "type"),
        ("list", "list_"),
        ("from", "from_"),
        ("date", "date_"),
        ("None", "None_"),
        ("self", "self_"),
        ("to_json", "to_json_"),
        ("__slots__", "slots_"),
        ("__hidden", "hidden_"),
        ("___", "field_"),
        ("_x", "x_"),
        ("_1", "field1_"),
        ("mro", "mro_"),
        ("copy", "copy_"),
    ],
)
def test_field_name(name: str, expected: str) -> None:
    assert field_name(name) == expected


@pytest.mark.parametrize(
    ("file", "namespace", "expected"),
    [
        ("orders.saga", "", "orders.py"),
        ("deep/in/orders.saga", "a.b", "a/b/orders.py"),
        ("my-orders.saga", "class", "class_/my_orders.py"),
        ("2024.saga", "", "_2024.py"),
        ("import.saga", "", "import_.py"),
    ],
)
def test_module_path(file: str, namespace: str, expected: str) -> None:
    assert module_path(file, namespace) == expected
