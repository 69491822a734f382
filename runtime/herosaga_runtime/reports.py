"""Telling an observer and the log what was committed."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable

from herosaga_runtime.errors import said, storable
from herosaga_runtime.ports import (
    DeadLetterReport,
    HandlerReport,
    Observer,
    Report,
    SlipReport,
    StepReport,
    WaitingReport,
)

_log = logging.getLogger("herosaga")


class Reporter:
    """Passes reports to an observer, if there is one. An observer that raises does not stop the host, it is logged."""

    def __init__(self, observer: Observer | None) -> None:
        self._observer = observer
        self._obstacles: set[tuple[str, str]] = set()

    def tell(self, reports: Iterable[Report]) -> None:
        """What a transaction has stored."""
        for each in reports:
            match each:
                case StepReport():
                    self._step(each)
                case HandlerReport():
                    self._call(lambda to, each=each: to.handler_finished(each))  # type: ignore[misc]
                case DeadLetterReport():
                    self._dead_letter(each)
                case WaitingReport():
                    self._waiting(each)
                case SlipReport():
                    self._call(lambda to, each=each: to.slip(each))  # type: ignore[misc]

    def started(self, report: HandlerReport) -> None:
        """A handler begins."""
        self._call(lambda to: to.handler_started(report))

    def failed(self, report: HandlerReport) -> None:
        """A handler has failed."""
        _log.warning(
            "%s: attempt %d at message %s failed with %s",
            *(report.consumer, report.attempt, report.message_id, _kind(report.reason)),
        )
        self._call(lambda to: to.handler_failed(report))

    def _step(self, report: StepReport) -> None:
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s took %s %s", report.saga, report.message_type, report.message_id)
        self._call(lambda to: to.step(report))

    def _dead_letter(self, report: DeadLetterReport) -> None:
        _log.error("%s put %s %s aside", report.consumer, report.message_type, report.message_id)
        self._call(lambda to: to.dead_letter(report))

    def _waiting(self, report: WaitingReport) -> None:
        obstacle = (report.saga, report.reason)
        if obstacle not in self._obstacles:  # there may be many instances with one obstacle
            self._obstacles.add(obstacle)
            _log.warning("%s: mail waits for an instance that can't be read: %s", *obstacle)
        self._call(lambda to: to.waiting(report))

    def _call(self, tell: Callable[[Observer], None]) -> None:
        if self._observer is None:
            return
        try:
            tell(self._observer)
        except Exception:
            _log.exception("the observer failed")


def in_words(error: BaseException) -> tuple[str, str]:
    """An error in a line, and its traceback, both without characters that no store takes."""
    return said(error), storable("".join(traceback.format_exception(error)))


def _kind(reason: str) -> str:
    """The type of the error: its text may hold what a log must not."""
    return reason.partition(":")[0]
