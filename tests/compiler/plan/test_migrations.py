"""`migrate` in generated code: from the JSON of an older version to that of the next."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest
from herosaga_runtime.errors import DecodeError

from helpers.projects import loaded

PROGRAM = """
event Go { key id: str }
saga Flow by id: str {
  version 4
  data { a: str = "", b: str = "", n: int = 0, price: decimal = 1, day: date?, tags: set[str] = [], late: str }
  migrate from 1 { field a -> b  field b -> a  drop c }
  migrate from 2 {
    field n = len(votes) + 2
    field price = price * 2
    field day = none
    field tags = [a, "x"]
    drop votes
  }
  migrate from 3 { state Old -> Work  state Older -> Work }
  start { on Go -> Work }
  state Work { on Go -> Done }
  final Done
}
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with loaded({"flow.saga": PROGRAM}, tmp_path_factory.mktemp("flow"), "flow") as (module,):
        yield module


def test_fields_can_change_places(module: ModuleType) -> None:
    old = {"id": "k", "a": "1", "b": "2", "c": 3}
    assert module.migrate_from_1(old) == {"id": "k", "a": "2", "b": "1"}
    assert old == {"id": "k", "a": "1", "b": "2", "c": 3}


def test_what_was_unset_stays_unset(module: ModuleType) -> None:
    assert module.migrate_from_1({"id": "k", "b": "2"}) == {"id": "k", "a": "2"}


def test_computed_fields_read_the_old_ones(module: ModuleType) -> None:
    old = {"id": "k", "a": "z", "n": 2, "price": "1.50", "votes": [1, "two", None]}
    new = module.migrate_from_2(old)
    assert new == {"id": "k", "a": "z", "n": 5, "price": "3.00", "day": None, "tags": ["x", "z"]}
    assert module.FlowData.from_json(new).n == 5


def test_what_is_needed_and_not_there_is_told(module: ModuleType) -> None:
    with pytest.raises(DecodeError, match="votes"):
        module.migrate_from_2({"id": "k", "a": "", "n": 2, "price": "1"})


def test_states_are_called_otherwise(module: ModuleType) -> None:
    lifted = module.Flow.lift(3, {"state": "Older", "data": {"id": "k"}, "version": 3})
    assert lifted == {"state": "Work", "data": {"id": "k"}, "version": 4}
