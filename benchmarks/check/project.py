"""Projects of any size: a file for each twenty businesses, every business with messages, services and a saga."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

CATALOG = """\
/// What is sold.
record Item {
  sku: str
  price: decimal
  quantity: int = 1
}
"""

_IN_A_FILE = 20

_BUSINESS = """\
/// A customer wants something.
extern event Placed# {
  key order_id: uuid
  customer: str
  items: list[Item]
}
event Reserved# { key order_id: uuid }
event SoldOut# { key order_id: uuid  reason: str }
event Released# { key order_id: uuid }
event Charged# { key order_id: uuid  charge: str }
event Declined# { key order_id: uuid  reason: str }
event Refunded# { key order_id: uuid }
extern event Cancelled# { key order_id: uuid }

command Reserve# { key order_id: uuid  items: list[Item] }
command Release# { key order_id: uuid }
command Charge# { key order_id: uuid  customer: str  amount: decimal }
command Refund# { key order_id: uuid }
command Cancel# { key order_id: uuid }

service Stock# {
  handle Reserve# emits Reserved# refuses SoldOut# undone by Release#
  handle Release# emits Released#
}

service Cards# {
  handle Charge# emits Charged# refuses Declined# undone by Refund#
  handle Refund# emits Refunded#
}

policy patient# { within 30s  retry 5 times backoff 1s..1m }

/// Takes an order to its end.
saga Order# by order_id: uuid {
  data {
    customer: str
    items: list[Item]
    total: decimal
    declined: int = 0
  }

  start {
    on Placed#(customer, items) -> Reserving {
      set total = sum(i.price * i.quantity for i in items)
      request Reserve#(order_id, items) with patient# compensable
    }
  }

  state Reserving {
    on Reserved# -> Charging {
      request Charge#(order_id, customer, amount = total) with patient# compensable
    }
    on SoldOut# -> Rejected
    on failure of Reserve# compensate -> Cancelled
  }

  state Charging {
    on Charged# -> Completed
    on Declined# when declined < 2 and total > 10 -> Charging {
      set declined += 1
      request Charge#(order_id, customer, amount = total * 2) with patient# compensable
    }
    on failure of Charge# compensate -> Cancelled
  }

  during Reserving, Charging {
    on Cancel# compensate -> Cancelled
  }

  missing { ignore Cancel# }

  final Completed
  final Rejected failed
  final Cancelled failed { publish Cancelled#(order_id) }
}

"""


def project(lines: int) -> dict[str, str]:
    """Files of about as many lines as asked for, by name."""
    businesses = max(lines // _BUSINESS.count("\n"), 1)
    numbers = count(1)
    files = {"catalog.saga": CATALOG}
    while businesses > 0:
        here = list(islice(numbers, min(_IN_A_FILE, businesses)))
        businesses -= len(here)
        files[f"orders_{here[0]}.saga"] = "".join(_file(here))
    return files


def _file(numbers: list[int]) -> Iterator[str]:
    yield 'import "catalog.saga"\n\n'
    for number in numbers:
        yield _BUSINESS.replace("#", str(number))
