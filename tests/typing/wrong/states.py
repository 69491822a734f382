"""States and data looked at wrongly."""

from typing import assert_never
from uuid import UUID

from herosaga_runtime import Host
from herosaga_runtime.testing import SagaTest

from checkout.orders import ChargeCard, ItemsReserved, OrderFulfilment, OrderFulfilmentState
from desk import Question, QuestionState, Visit, VisitState

ORDER = UUID("00000000-0000-0000-0000-000000000001")


async def look(host: Host) -> None:
    """Each saga has states and data of its own."""
    found = await host.find(Question, ORDER)
    assert found is not None
    print(found.state is QuestionState.WAITING, found.data.answer, found.data.asked + 1)
    print(found.state is VisitState.INSIDE)  # E: comparison-overlap / reportUnnecessaryComparison: Non-overlapping identity check | Condition will always evaluate to False
    print(found.data.anwser)  # E: attr-defined / reportAttributeAccessIssue: "anwser"
    print(found.data.answer.upper())  # E: union-attr / reportOptionalMemberAccess: "upper"
    print(found.data.asked + found.data.text)  # E: operator / reportOperatorIssue: types for + ("int" and "str") | types "int" and "str"
    print(QuestionState.INSIDE)  # E: attr-defined / reportAttributeAccessIssue: "INSIDE"
    await host.instances(Question, QuestionState.WAITING)
    await host.instances(Question, VisitState.INSIDE)  # E: misc / reportArgumentType: Cannot infer value of type parameter "S" | "QuestionState" is not the same as
    await host.instances(Question, "Waiting")  # E: arg-type / reportArgumentType: "QuestionState | None"
    await host.find(Visit, ORDER)  # E: misc / reportArgumentType: Cannot infer value of type parameter "K" | "UUID" is not assignable to "str"
    await host.find(QuestionState, ORDER)  # E: arg-type / reportArgumentType: "type[QuestionState]"


def told(state: QuestionState) -> str:
    """A state that is forgotten is told, too."""
    match state:
        case QuestionState.WAITING | QuestionState.COMPENSATING:
            return "is asked"
        case QuestionState.CLOSED:
            return "is answered"
        case _:
            assert_never(state)  # E: arg-type / reportArgumentType: "Literal[QuestionState.DROPPED]"


def try_out() -> None:
    """A test asks about the saga that it is of."""
    test = SagaTest(OrderFulfilment)
    test.expect_state(OrderFulfilmentState.CHARGING)
    test.expect_state(QuestionState.WAITING)  # E: arg-type / reportArgumentType: "OrderFulfilmentState"
    test.expect_state("Charging")  # E: arg-type / reportArgumentType: "OrderFulfilmentState"
    test.when("ItemsReserved")  # E: arg-type / reportArgumentType: expected "Message" | "Message"
    test.when(ItemsReserved)  # E: arg-type / reportArgumentType: "type[ItemsReserved]"
    test.sent(ItemsReserved)  # E: type-var / reportArgumentType: "ItemsReserved"
    test.published(ChargeCard)  # E: type-var / reportArgumentType: "ChargeCard"
    print(test.data.total.is_finite())
    print(test.data.totl)  # E: attr-defined / reportAttributeAccessIssue: "totl"
    test.about("one")  # E: arg-type / reportArgumentType: "UUID"
