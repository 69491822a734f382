"""The model of everything that stands outside sagas, and of scenarios and properties."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID as Uuid

import pytest
from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.bind import build
from herosaga.model.types import BOOL, DECIMAL, INT, STR, UUID, ListOf, Optional, RecordType, Type
from herosaga.source import Source
from herosaga.syntax.parse import parse

PROGRAM = """\
namespace shop

type Id = uuid
/// What may be missing.
type Note = str?
type Lines = list[Item]
@deprecated("use Line")
record Item { sku: str  price: decimal  note: Note }
@deprecated("no more") enum Color { @deprecated("use green") red, green }

extern is_vip(customer: Id, orders: int = 0) -> bool
@topic("orders.v1")
event Placed { key order_id: Id  @pii customer: uuid  items: Lines }
event Packed { key order_id: Id }
event Broken { key order_id: Id }
event Sent { key order_id: Id  tracking: Note }
command Pack { key order_id: Id }
command Unpack { key order_id: Id }

extern service Depot {
  @idempotent handle Pack emits Packed | Broken, Sent* undone by Unpack
  @bounded(3) handle Unpack readonly
}
flow Delivery { Placed -> Pack -> Packed  Pack -> Broken  within 2h }
policy patient { within 5m }

activity Weigh(order_id: Id, exact: bool = false) -> (weight: decimal) { log { scale: str }  with patient }
activity Book(order_id: Id, weight: decimal) -> (tracking: str) { irreversible revises Weigh }
activity Look(order_id: Id) -> (weight: decimal) { readonly }

itinerary Ship(order_id: Id, heavy: bool, stops: list[str]) {
  do Weigh(order_id)
  if heavy { do Book(order_id, weight) within 1m } else { do Look(order_id) }
  for stop in stops { do Look(order_id) }
  parallel { do Look(order_id)  { do Look(order_id) } }
  on completed { publish Sent(order_id, tracking) }
  on faulted { publish Sent(order_id, tracking = event.reason) }
}

saga Order by order_id: Id {
  data { vip: bool = false  total: decimal = 0 }
  compensation unpack { send Unpack(order_id) }
  start { on Placed when is_vip(event.customer) -> Going { set vip = is_vip(orders = 2, customer = order_id) } }
  state Going { on Ship.completed when event.weight > 2 -> Done  after 1d -> Done }
  final Done
}

scenario "goes well" for Order {
  when Placed(order_id = "00000000-0000-0000-0000-000000000001", customer = "00000000-0000-0000-0000-000000000002", items = [Item(sku = "tea", price = 4)])
  expect state Going, nothing
  when Packed
  after 30m
  when Ship.completed(weight = 3)
  when Pack timed out
  when fault of Pack
  expect compensated unpack, compensated Unpack, sent Pack(order_id), published Sent(tracking = "x")
}
property "once" for Order {
  run Ship requires received Placed
  never state Going
  published Sent leads to state Done or state Compensating
  sent Pack at most 2 times
}
"""
FIRST = Uuid(int=1)


@cache
def model() -> m.Model:
    file, wrong = parse(Source("shop/orders.saga", PROGRAM))
    built, findings = build([file])
    assert (wrong, findings) == ((), ())
    return built


def fields(found: tuple[m.Field, ...]) -> dict[str, Type]:
    return {each.name: each.type for each in found}


def test_aliases_are_the_types_that_they_name() -> None:
    types = {each.name: each.type for each in model().aliases.values()}
    assert types == {"Id": UUID, "Note": Optional(STR), "Lines": ListOf(RecordType("shop.Item"))}
    assert model().aliases["shop.Note"].meta.doc == "What may be missing."
    note = model().records["shop.Item"].fields[2]
    assert (note.type, isinstance(note.default, e.Const)) == (Optional(STR), True)


def test_annotations() -> None:
    item, color = model().records["shop.Item"], model().enums["shop.Color"]
    assert (item.meta.deprecated, color.members[0].meta.deprecated) == ("use Line", "use green")
    assert color.members[1].meta.deprecated is None
    placed = model().messages["shop.Placed"]
    assert (placed.meta.topic, [each.meta.pii for each in placed.fields]) == (
        "orders.v1",
        [False, True, False],
    )
    pack, unpack = model().services["shop.Depot"].handlers
    assert (pack.meta.idempotent, unpack.meta.idempotent, unpack.meta.bounded) == (True, False, 3)


def test_an_extern_function_and_its_calls() -> None:
    function = model().externs["shop.is_vip"]
    assert (fields(function.params), function.result) == ({"customer": UUID, "orders": INT}, BOOL)
    (start,) = model().sagas["shop.Order"].start
    match start.guard, start.actions:
        case e.ExternCall(id=id, args=by_place, type=kind), (m.Set(value=e.ExternCall() as named),):
            assert (id, kind) == ("shop.is_vip", BOOL)
            assert [(name, arg is None) for name, arg in by_place] == [
                ("customer", False),
                ("orders", True),
            ]
            assert [name for name, arg in named.args if arg is not None] == ["customer", "orders"]
        case other:
            pytest.fail(str(other))


def test_a_service_and_the_parts_of_its_emits() -> None:
    service = model().services["shop.Depot"]
    pack, unpack = service.handlers
    assert service.extern
    assert [(each.events, each.count) for each in pack.parts] == [
        (("shop.Packed", "shop.Broken"), ""),
        (("shop.Sent",), "*"),
    ]
    assert (pack.answers, unpack.answers) == (("shop.Packed", "shop.Broken"), ())
    assert model().handlers_of("shop.Pack") == (pack,)


def test_a_flow() -> None:
    flow = model().flows["shop.Delivery"]
    arrows = [(each.source, each.target) for each in flow.arrows]
    names = [("Placed", "Pack"), ("Pack", "Packed"), ("Pack", "Broken")]
    assert arrows == [(f"shop.{one}", f"shop.{other}") for one, other in names]
    assert isinstance(flow.within, e.Const) and flow.within.value == timedelta(hours=2)


def test_activities() -> None:
    weigh, book, look = model().activities.values()
    assert (fields(weigh.outputs), fields(weigh.log or ())) == ({"weight": DECIMAL}, {"scale": STR})
    assert weigh.policy is not None and weigh.policy.id == "shop.patient"
    assert (book.irreversible, book.readonly, book.revises) == (True, False, ("shop.Weigh",))
    assert (look.log, look.readonly, look.policy) == (None, True, None)


def test_an_itinerary() -> None:
    ship = model().itineraries["shop.Ship"]
    assert dict(ship.variables) == {"weight": DECIMAL, "tracking": Optional(STR)}
    match ship.stages:
        case (
            m.Do(message=e.Construct(id="shop.Weigh") as weigh),
            m.Branch(then=(m.Do() as book,), other=(m.Do(),)),
            m.Loop(var="stop", type=kind, parallel=False),
            m.Parallel(branches=((m.Do(),), (m.Do(),))),
        ):
            assert [(name, arg is None) for name, arg in weigh.args] == [
                ("order_id", False),
                ("exact", True),
            ]
            assert book.policy is not None
            assert kind == STR
        case other:
            pytest.fail(str(other))
    assert [each.outcome for each in ship.outcomes] == ["completed", "faulted"]


def test_a_scenario() -> None:
    (scenario,) = model().scenarios
    assert (scenario.title, scenario.saga) == ("goes well", "shop.Order")
    placed, first, packed, after, completed, timeout, fault, last = scenario.scenes
    assert _fields(placed)["order_id"] == FIRST == _fields(packed)["order_id"]
    assert isinstance(first, m.Expect) and isinstance(last, m.Expect)
    assert [(each.kind, each.of) for each in first.expectations] == [
        ("state", "Going"),
        ("nothing", ""),
    ]
    match after, completed, timeout, fault:
        case (
            m.SceneAfter(delay=e.Const(value=delay)),
            m.SceneOutcome(of=of, outcome="completed", args=(("weight", e.Const(value=weight)),)),
            m.SceneTimeout(command="shop.Pack"),
            m.SceneFault(command="shop.Pack"),
        ):
            assert (delay, of, weight) == (timedelta(minutes=30), "shop.Ship", Decimal(3))
            assert isinstance(weight, Decimal)
        case other:
            pytest.fail(str(other))
    assert [
        (each.kind, each.of, [name for name, _ in each.fields]) for each in last.expectations
    ] == [
        ("compensated", "unpack", []),
        ("compensated", "shop.Unpack", []),
        ("sent", "shop.Pack", ["order_id"]),
        ("published", "shop.Sent", ["tracking"]),
    ]


def _fields(scene: m.Scene) -> dict[str, object]:
    assert isinstance(scene, m.SceneMessage) and isinstance(scene.message, e.Construct)
    return {name: arg.value for name, arg in scene.message.args if isinstance(arg, e.Const)}


def test_a_property() -> None:
    (found,) = model().properties
    match found.laws:
        case (
            m.Requires(m.Atom("run", "shop.Ship"), m.Atom("received", "shop.Placed")),
            m.Never(m.Atom("state", "Going")),
            m.LeadsTo(
                m.Atom("published", "shop.Sent"),
                (m.Atom("state", "Done"), m.Atom("state", "Compensating")),
            ),
            m.AtMost(m.Atom("sent", "shop.Pack"), 2),
        ):
            pass
        case other:
            pytest.fail(str(other))
