"""A saga tested wrongly."""

from uuid import UUID

from herosaga_runtime.testing import Coverage, SagaTest

from checkout.orders import (
    CancelOrder,
    ChargeCard,
    ItemsReserved,
    OrderCancelled,
    OrderFulfilment,
    OrderFulfilmentRefund,
    OrderFulfilmentState,
)

ORDER = UUID("00000000-0000-0000-0000-000000000001")

test = SagaTest(OrderFulfilment)
test.given(ORDER, OrderFulfilmentState.CHARGING, awaiting=[CancelOrder(ORDER)]).when(
    ItemsReserved(ORDER)
)
test.given("one", OrderFulfilmentState.CHARGING)  # E: arg-type / reportArgumentType: "UUID"
test.given(ORDER, "Charging")  # E: arg-type / reportArgumentType: "OrderFulfilmentState"
test.when(ORDER)  # E: arg-type / reportArgumentType: "Message"
test.when_fault(ItemsReserved)  # E: arg-type / reportArgumentType: type[ItemsReserved]
test.after(5)  # E: arg-type / reportArgumentType: timedelta
test.expect_state("Charging")  # E: arg-type / reportArgumentType: "OrderFulfilmentState"
test.expect_sent(OrderCancelled)  # E: type-var / reportArgumentType: "OrderCancelled"
test.expect_published(ChargeCard)  # E: type-var / reportArgumentType: "ChargeCard"
test.expect_compensated(ItemsReserved)  # E: arg-type / reportArgumentType: type[ItemsReserved]
print(test.compensated(OrderFulfilmentRefund), test.data.total.is_finite())
print(test.data.amount)  # E: attr-defined / reportAttributeAccessIssue: "amount"
print(test.expect_sent(ChargeCard).amount, test.sent(ChargeCard)[0].amount)
print(test.expect_sent(ChargeCard).price)  # E: attr-defined / reportAttributeAccessIssue: "price"
Coverage().add(test.coverage())
Coverage().add(test)  # E: arg-type / reportArgumentType: "Coverage"
SagaTest(OrderFulfilment, ORDER)  # E: call-arg / reportCallIssue: Too many arguments | positional arguments
