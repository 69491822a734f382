"""What a host runs of users' code, by who gets the mail for it."""

from __future__ import annotations

from collections.abc import Mapping

from herosaga_runtime.handlers import HandlerWork
from herosaga_runtime.itineraries.carrying import ActivityWork
from herosaga_runtime.routing import Routes
from herosaga_runtime.running import Work


def works_of(routes: Routes) -> Mapping[str, Work]:
    """The work of each service's handler and each activity."""
    handlers: dict[str, Work] = {
        name: HandlerWork(bound) for name, bound in routes.handlers.items()
    }
    return handlers | {name: ActivityWork(each) for name, each in routes.carriers.items()}
