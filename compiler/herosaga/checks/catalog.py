"""All rules: the page of each code, and the rules that look at a whole model.

The stages that meet a fault of syntax, names or types call that rule's file themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from herosaga.checks import (
    hs001,
    hs002,
    hs003,
    hs004,
    hs005,
    hs006,
    hs007,
    hs101,
    hs102,
    hs103,
    hs104,
    hs105,
    hs106,
    hs107,
    hs108,
    hs109,
    hs201,
    hs202,
    hs203,
    hs204,
    hs205,
    hs206,
    hs207,
    hs208,
    hs209,
    hs210,
    hs211,
    hs301,
    hs302,
    hs303,
    hs304,
    hs306,
    hs307,
    hs401,
    hs402,
    hs403,
    hs406,
    hs407,
    hs411,
    hs412,
    hs413,
    hs414,
    hs415,
    hs501,
    hs502,
    hs602,
    hs605,
    hs701,
    hs702,
    hs901,
    hs903,
    hs904,
    hs905,
    hs906,
    hs907,
)
from herosaga.checks.page import Page
from herosaga.findings import Finding
from herosaga.graph.graphs import Graphs
from herosaga.model.model import Model

Rule = Callable[[Model, Graphs], Iterator[Finding]]
PlainRule = Callable[[Model], Iterator[Finding]]

_MODULES = (
    hs001,
    hs002,
    hs003,
    hs004,
    hs005,
    hs006,
    hs007,
    hs101,
    hs102,
    hs103,
    hs104,
    hs105,
    hs106,
    hs107,
    hs108,
    hs109,
    hs201,
    hs202,
    hs203,
    hs204,
    hs205,
    hs206,
    hs207,
    hs208,
    hs209,
    hs210,
    hs211,
    hs301,
    hs302,
    hs303,
    hs304,
    hs306,
    hs307,
    hs401,
    hs402,
    hs403,
    hs406,
    hs407,
    hs411,
    hs412,
    hs413,
    hs414,
    hs415,
    hs501,
    hs502,
    hs602,
    hs605,
    hs701,
    hs702,
    hs901,
    hs903,
    hs904,
    hs905,
    hs906,
    hs907,
)

PAGES: dict[str, Page] = {module.PAGE.code: module.PAGE for module in _MODULES}

RULES: tuple[Rule, ...] = (
    hs301.rule,
    hs302.rule,
    hs303.rule,
    hs304.rule,
    hs306.rule,
    hs307.rule,
    hs401.rule,
    hs402.rule,
    hs403.rule,
    hs411.rule,
    hs412.rule,
    hs413.rule,
    hs414.rule,
    hs415.rule,
    hs501.rule,
    hs502.rule,
)

PLAIN: tuple[PlainRule, ...] = (
    hs107.rule,
    hs108.rule,
    hs205.rule,
    hs207.rule,
    hs208.rule,
    hs211.rule,
    hs602.rule,
    hs901.rule,
    hs903.rule,
)
"""The rules that need no graphs: they speak of files without sagas and services too."""

UNSURE = frozenset(page.PAGE.code for page in (hs107, hs205, hs413, hs414, hs602))
"""What these miss, a use or a read, may be among the names and types that are wrong."""
