"""The runtime of herosaga: hosts that run sagas and services, and what generated modules are made of.

Names that only whoever runs a host needs are loaded when they are first used, so that a generated module is quick to import.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

from herosaga_runtime.errors import (
    DecodeError,
    EncodeError,
    HerosagaError,
    StoreError,
    UsageError,
    VersionError,
)
from herosaga_runtime.instance import Outcome
from herosaga_runtime.message import Command, Event, Message
from herosaga_runtime.policy import Policy
from herosaga_runtime.service import Context, Sender, Service

if TYPE_CHECKING:
    from herosaga_runtime.decision import Reception
    from herosaga_runtime.flow_views import ArrowState, ArrowView, AwaitedView, FlowStatus, FlowView
    from herosaga_runtime.flows import Flow
    from herosaga_runtime.host import Host
    from herosaga_runtime.itineraries.activity import Activity, ActivityContext
    from herosaga_runtime.itineraries.building import Built, variable
    from herosaga_runtime.itineraries.home import SlipStatus
    from herosaga_runtime.itineraries.journey import Happened
    from herosaga_runtime.itineraries.revision import Revision
    from herosaga_runtime.itineraries.table import Itinerary
    from herosaga_runtime.itineraries.views import PartView, SlipEntry, SlipSummary, SlipView
    from herosaga_runtime.ports import Clock, Observer, Random, Transport
    from herosaga_runtime.saga import Saga
    from herosaga_runtime.views import (
        DeadLetter,
        HistoryEntry,
        InstanceSummary,
        InstanceView,
        Waiting,
    )

logging.getLogger("herosaga").addHandler(logging.NullHandler())  # quiet unless the app listens

_LATER = {
    "Activity": "itineraries.activity",
    "ActivityContext": "itineraries.activity",
    "ArrowState": "flow_views",
    "ArrowView": "flow_views",
    "AwaitedView": "flow_views",
    "Built": "itineraries.building",
    "Clock": "ports",
    "DeadLetter": "views",
    "Flow": "flows",
    "FlowStatus": "flow_views",
    "FlowView": "flow_views",
    "Happened": "itineraries.journey",
    "HistoryEntry": "views",
    "Host": "host",
    "InstanceSummary": "views",
    "InstanceView": "views",
    "Itinerary": "itineraries.table",
    "Observer": "ports",
    "PartView": "itineraries.views",
    "Random": "ports",
    "Reception": "decision",
    "Revision": "itineraries.revision",
    "Saga": "saga",
    "SlipEntry": "itineraries.views",
    "SlipStatus": "itineraries.home",
    "SlipSummary": "itineraries.views",
    "SlipView": "itineraries.views",
    "Transport": "ports",
    "Waiting": "views",
    "variable": "itineraries.building",
}

__all__ = [
    "Activity",
    "ActivityContext",
    "ArrowState",
    "ArrowView",
    "AwaitedView",
    "Built",
    "Clock",
    "Command",
    "Context",
    "DeadLetter",
    "DecodeError",
    "EncodeError",
    "Event",
    "Flow",
    "FlowStatus",
    "FlowView",
    "Happened",
    "HerosagaError",
    "HistoryEntry",
    "Host",
    "InstanceSummary",
    "InstanceView",
    "Itinerary",
    "Message",
    "Observer",
    "Outcome",
    "PartView",
    "Policy",
    "Random",
    "Reception",
    "Revision",
    "Saga",
    "Sender",
    "Service",
    "SlipEntry",
    "SlipStatus",
    "SlipSummary",
    "SlipView",
    "StoreError",
    "Transport",
    "UsageError",
    "VersionError",
    "Waiting",
    "variable",
]


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
