"""A project with a scenario of every kind."""

from __future__ import annotations

LAMP = """\
namespace lamps

extern event LampOrdered { key order_id: uuid  price: decimal  due: datetime?  class: str = "plain" }
command DropLamp { key order_id: uuid }
extern event LampDropped { key order_id: uuid  at: datetime? }
event LampDone { key order_id: uuid }
command ChargeCard { key order_id: uuid  amount: decimal }
command RefundCard { key order_id: uuid }
command MakeLamp { key order_id: uuid }
command Polish { key order_id: uuid }
event CardCharged { key order_id: uuid }
event CardDeclined { key order_id: uuid  reason: str }
event CardRefunded { key order_id: uuid }
event LampMade { key order_id: uuid }

service Payments {
  handle ChargeCard emits CardCharged refuses CardDeclined undone by RefundCard
  handle RefundCard emits CardRefunded
}

service Workshop {
  handle MakeLamp emits LampMade irreversible
  handle Polish irreversible
}

/// Makes a lamp.
saga Lamp by order_id: uuid handles DropLamp emits LampDropped {
  compensation payback { request RefundCard(order_id) within 1h retry 1 times every 1h }

  start {
    on LampOrdered -> Making.ChargeCard
    on DropLamp -> Dropped
  }

  sequence Making {
    step ChargeCard(order_id, amount = 40) within 1m retry 1 times every 1m compensable by payback
    step MakeLamp(order_id) within 7d
    step Polish(order_id)
    done -> Made
    failed compensate -> Dropped
    on DropLamp compensate -> Dropped
  }

  final Made { publish LampDone(order_id) }
  final Dropped failed { reply LampDropped(order_id, at = now) }
}
"""

ORDER = '"00000000-0000-0000-0000-000000000001"'
RIGHT = f"""
scenario "a lamp is made" for Lamp {{
  when LampOrdered(order_id = {ORDER}, price = 40, due = now + 7d, class = "fine")
  expect state Making, sent ChargeCard(amount = 40)
  when CardCharged
  when LampMade
  expect sent Polish(order_id)
  when Polish.done
  expect state Made, published LampDone(order_id)
  when CardCharged
  expect late CardCharged(order_id), nothing
}}

scenario "Größe: nobody makes it, \\"quoted\\"" for Lamp {{
  when LampOrdered(order_id = {ORDER}, price = 40)
  after 1m
  expect nothing
  after 1m
  expect sent ChargeCard
  when CardCharged
  when fault of MakeLamp
  expect state Compensating, sent RefundCard
  when CardRefunded
  expect state Dropped, compensated payback
}}

scenario "a card that is charged may be refunded after two days" for Lamp {{
  when LampOrdered(order_id = {ORDER}, price = 40)
  when ChargeCard timed out
  when RefundCard timed out
  expect state Compensating, sent RefundCard
  when LampOrdered(order_id = uuid(), price = 40)
  expect state Making.ChargeCard
}}

scenario "what never began is dropped at once" for Lamp {{
  when DropLamp(order_id = {ORDER})
  expect state Dropped, replied LampDropped(at = now)
  when LampMade(order_id = "00000000-0000-0000-0000-000000000002")
  expect dead LampMade
}}
"""
