"""What has come, and whether it is what a member of a state waits for."""

from __future__ import annotations

from dataclasses import dataclass

from herosaga.interpreter.act import Seen
from herosaga.interpreter.instance import Failure, Request
from herosaga.interpreter.values import Value
from herosaga.model import model as m


@dataclass(frozen=True, slots=True)
class Occasion:
    """What has come, as the members of a state look at it: a message, the request it closes, a failure, a timer."""

    message: Value | None = None
    closes: Request | None = None
    failure: Failure | None = None
    timer: str = ""

    @property
    def seen(self) -> Seen:
        """What guard and actions can read of it."""
        failed = None
        if self.failure is not None:
            command = self.failure.request.command.name
            said = (("command", command), ("reason", self.failure.reason))
            failed = Value("failure", said)
        return Seen(self.message, failed, 0 if self.closes is None else self.closes.round)

    def closes_one_of(self, command: str, step: str = "") -> bool:
        """Whether it closes a request of this command, and of this step if one is named."""
        if self.closes is None or (step and self.closes.step != step):
            return False
        return not command or self.closes.command.id == command

    def failed(self, *ways: str) -> bool:
        """Whether it is a failure, of one of these ways if any are named."""
        return self.failure is not None and (not ways or self.failure.how in ways)


def fits(what: m.Trigger, occasion: Occasion) -> bool:
    """Whether this is what a member waits for."""
    match what:
        case m.OnMessage(message=id, step=tag):
            mine = occasion.message is not None and occasion.message.id == id
            return mine and (not tag or occasion.closes_one_of("", tag))
        case m.OnFailure(command=command):
            return occasion.failed() and occasion.closes_one_of(command)
        case m.OnTimeout(command=command):
            return occasion.failed("timeout") and occasion.closes_one_of(command)
        case m.OnFault(command=command):
            return occasion.failed("fault") and occasion.closes_one_of(command)
        case m.OnOutcome(of=command, outcome="done", step=tag):
            done = occasion.message is None and occasion.failure is None
            return done and occasion.closes_one_of(command, tag)
        case m.OnTimer(timer=name):
            return occasion.timer == name
    return False
