"""The model of programs without a fault: what the later stages rely on."""

from __future__ import annotations

from decimal import Decimal

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.bind import build
from herosaga.model.types import DECIMAL, STR, ListOf, RecordType
from herosaga.source import Source
from herosaga.syntax.parse import parse

PROGRAM = """\
namespace shop

/// One line of an order.
record Item { sku: str  price: decimal = 1 }
event Placed { key order_id: uuid  items: list[Item]  count: int  note: str? }
event Reserved { key order_id: uuid }
command Reserve { key order_id: uuid  items: list[Item]  count: decimal }
command Release { key order_id: uuid  count: decimal  why: str = "undone" }
command Cancel { key order_id: uuid }

service Depot {
  handle Reserve emits Reserved undone by Release
  handle Release
  handle Cancel
}

policy patient { within 30s  retry 5 times backoff 1s..1m }

saga Ordering by order_id: uuid {
  data { items: list[Item]  count: decimal  note: str = "" }
  compensation give_back(count: decimal) { send Release(order_id, count) otherwise -> Stuck }
  start {
    on Placed when event.note is none -> Stuck
    on Placed(items, count, note) -> Open {
      request Reserve(order_id, items, count = event.count) with patient compensable
      request Reserve(order_id, items, count) within 1m retry forever
        compensable by give_back(count = 2)
      request Reserve(order_id, items, count)
    }
  }
  during any { on Cancel compensate -> Stuck  ignore Reserved }
  state Open {
    ignore Placed
    on Reserved -> Busy { set count += 1 }
  }
  state Busy { after 1h -> Stuck }
  during Busy { on Reserved -> Stuck }
  final Stuck manual
}
"""


def model() -> m.Model:
    file, wrong = parse(Source("shop/orders.saga", PROGRAM))
    built, findings = build([file])
    assert (wrong, findings) == ((), ())
    return built


def saga() -> m.Saga:
    return model().sagas["shop.Ordering"]


def opening() -> m.Transition:
    return saga().start[1]


def requests() -> tuple[m.Request, ...]:
    return tuple(each for each in opening().actions if isinstance(each, m.Request))


def test_declarations_by_id() -> None:
    built = model()
    assert list(built.records) == ["shop.Item"]
    assert built.records["shop.Item"].meta.doc == "One line of an order."
    assert built.messages["shop.Placed"].key == "order_id"
    assert built.messages["shop.Placed"].fields[1].type == ListOf(RecordType("shop.Item"))
    assert [each.id for each in built.handlers_of("shop.Reserve")] == ["shop.Depot.Reserve"]
    assert built.handlers_of("shop.Reserve")[0].undone_by == "shop.Release"


def test_a_default_has_its_fields_type() -> None:
    default = model().records["shop.Item"].fields[1].default
    assert isinstance(default, e.Const)
    assert (default.value, default.type) == (Decimal(1), DECIMAL)
    assert isinstance(default.value, Decimal)


def test_the_key_is_no_data_field() -> None:
    assert [field.name for field in saga().data] == ["items", "count", "note"]
    assert saga().key == "order_id"


def test_states_have_what_their_groups_say() -> None:
    levels = {
        state.name: [(type(each).__name__, each.level) for each in state.members]
        for state in saga().states
    }
    outer = [("Transition", "during any"), ("Ignore", "during any")]
    assert levels == {
        "Open": [("Transition", ""), ("Ignore", ""), *outer],
        "Busy": [("Transition", ""), ("Transition", "during Busy"), *outer],
    }
    assert [state.own for state in saga().states] == [2, 1]


def test_binds_are_widened_and_narrowed() -> None:
    trigger = opening().trigger
    assert isinstance(trigger, m.OnMessage)
    assert trigger.binds == ("items", "count", "note")
    items, count, note = trigger.values
    assert isinstance(items, e.FieldOf)
    assert isinstance(count, e.Widen) and count.type == DECIMAL
    assert isinstance(note, e.Narrowed) and note.type == STR


def test_the_declared_undo_takes_its_fields_from_the_request() -> None:
    request = requests()[0]
    undo, asked = request.undo, request.message
    assert isinstance(undo, m.CommandUndo) and undo.declared
    assert isinstance(undo.message, e.Construct)
    assert isinstance(asked, e.Construct)
    assert undo.message.id == "shop.Release"
    assert undo.message.args == (asked.args[0], asked.args[2], ("why", None))


def test_a_block_as_undo() -> None:
    undo = requests()[1].undo
    assert isinstance(undo, m.BlockUndo)
    assert undo.compensation == "give_back"
    assert isinstance(undo.args[0][1], e.Widen)
    assert saga().compensations[0].otherwise == "Stuck"


def test_policies() -> None:
    named, inline, none = (each.policy for each in requests())
    assert named is not None and inline is not None and none is None
    assert (named.id, named.retries, len(named.pause)) == ("shop.patient", 5, 2)
    assert (inline.id, inline.retries, inline.pause) == ("", None, ())


def test_an_addition_is_written_out() -> None:
    transition = saga().states[0].members[0]
    assert isinstance(transition, m.Transition)
    (action,) = transition.actions
    assert isinstance(action, m.Set) and isinstance(action.value, e.Binary)
    assert (action.value.op, action.value.type) == ("+", DECIMAL)
    assert isinstance(action.value.right, e.Widen)


def test_every_message_has_its_correlation() -> None:
    assert {each.message: each.field for each in saga().correlations} == {
        f"shop.{name}": "order_id" for name in ("Placed", "Reserved", "Cancel")
    }
