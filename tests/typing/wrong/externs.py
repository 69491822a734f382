"""Functions for a saga written wrongly, or not at all."""

from datetime import timedelta

from herosaga_runtime import Host
from herosaga_runtime.testing import SagaTest

from desk import Question, Visit


class Functions:
    def is_urgent(self, text: str, since: timedelta) -> bool:
        return len(text) > since.days

    def patience(self, text: str) -> timedelta:
        return timedelta(minutes=len(text))


class FunctionMissing:
    def is_urgent(self, text: str, since: timedelta) -> bool:
        return True


class WrongResult(FunctionMissing):
    def patience(self, text: str) -> int:
        return len(text)


class WrongParameter(FunctionMissing):
    def patience(self, text: int) -> timedelta:
        return timedelta(minutes=text)


class ParameterMissing(FunctionMissing):
    def patience(self) -> timedelta:
        return timedelta(minutes=1)


class NotAtOnce(FunctionMissing):
    async def patience(self, text: str) -> timedelta:
        return timedelta(minutes=len(text))


def build(host: Host) -> None:
    """Give a host what does not fit."""
    host.add(Question, Functions())
    host.add(Question)  # E: call-arg / reportCallIssue: "externs"
    host.add(Question, Functions)  # E: arg-type / reportArgumentType: "type[Functions]"
    host.add(Question, FunctionMissing())  # E: arg-type / reportArgumentType: "FunctionMissing"
    host.add(Question, WrongResult())  # E: arg-type / reportArgumentType: "WrongResult"
    host.add(Question, WrongParameter())  # E: arg-type / reportArgumentType: "WrongParameter"
    host.add(Question, ParameterMissing())  # E: arg-type / reportArgumentType: "ParameterMissing"
    host.add(Question, NotAtOnce())  # E: arg-type / reportArgumentType: "NotAtOnce"
    host.add(Question, Functions(), Functions())  # E: call-arg / reportCallIssue: Too many arguments | Expected 1 positional argument
    host.add(Visit)
    host.add(Visit, Functions())  # E: call-arg / reportCallIssue: Too many arguments | Expected 0 positional arguments


def try_out() -> None:
    """The same in a test."""
    SagaTest(Question, Functions())
    SagaTest(Question)  # E: call-arg / reportCallIssue: "externs"
    SagaTest(Question, FunctionMissing())  # E: arg-type / reportArgumentType: "FunctionMissing"
    SagaTest(Visit, Functions())  # E: call-arg / reportCallIssue: Too many arguments | Expected 0 positional arguments
