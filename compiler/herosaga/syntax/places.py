"""Which clause may stand in which block. The grammar lets any clause stand in any block."""

from __future__ import annotations

from herosaga.syntax.context import Context, Node

# How a block is called where a clause stands in it, and where a clause belongs in it.
_BLOCKS = {
    "file": ("at the top level of a file", "at the top level of a file"),
    "saga": ("directly in a saga", "directly in a saga"),
    "state": ("in a state", "in a state"),
    "start": ("in `start`", "in `start`"),
    "during": ("in `during`", "in `during`"),
    "missing": ("in `missing`", "in `missing`"),
    "service": ("in a service", "in a service"),
    "policy": ("in a policy", "in a policy"),
    "compensation": ("in a compensation", "in a compensation"),
    "activity": ("in an activity", "in an activity"),
    "sequence": ("directly in a sequence", "in a sequence"),
    "stages": ("in a block of a sequence", "in a sequence"),
    "branches": ("in a sequence's `parallel`", "in a sequence"),
    "itinerary": ("directly in an itinerary", "in an itinerary"),
    "route": ("in a block of an itinerary", "in an itinerary"),
    "routes": ("in an itinerary's `parallel`", "in an itinerary"),
    "outcome": ("in an itinerary's `on`", "in an itinerary's `on`"),
    "actions": ("among actions", "in the braces of a transition"),
    "request": ("after a request", "after a request"),
    "final": ("in a final state", "in a final state"),
}
_IN_STATES = ("state", "during", "sequence")
_SEQUENCE = ("sequence", "stages")
_ITINERARY = ("itinerary", "route", "routes")
_OF_ITINERARIES = (*_ITINERARY, "outcome")
_REQUESTS = ("actions", "compensation")
_ACTIONS = (*_REQUESTS, "final")

PLACES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("version", "data", "timer", "deadline", "retain", "migrate"), ("saga",)),
    **dict.fromkeys(("compensation", "correlate", "start", "state", "sequence"), ("saga",)),
    **dict.fromkeys(("final", "during", "during_any", "missing"), ("saga",)),
    "on": ("state", "start", "during", "missing", "service", "sequence", "itinerary"),
    **dict.fromkeys(("after", "at", "every", "defer"), _IN_STATES),
    **dict.fromkeys(("entry", "exit"), ("state",)),
    "ignore": (*_IN_STATES, "missing"),
    "handle": ("service",),
    "with_": ("request", "compensation", "activity"),
    **dict.fromkeys(("within", "retry"), ("policy", "compensation", "activity")),
    "otherwise": ("compensation",),
    **dict.fromkeys(("irreversible", "readonly", "log", "revises"), ("activity",)),
    **dict.fromkeys(("done", "failed"), ("sequence",)),
    **dict.fromkeys(("set", "reply"), (*_ACTIONS, *_SEQUENCE)),
    **dict.fromkeys(("send", "publish"), (*_ACTIONS, "outcome", *_SEQUENCE)),
    **dict.fromkeys(("if_", "for_"), (*_ACTIONS, *_SEQUENCE, *_ITINERARY)),
    "request": _REQUESTS,
    "run": (*_REQUESTS, *_SEQUENCE, "branches"),
    "pivot": (*_REQUESTS, *_SEQUENCE),
    **dict.fromkeys(("undo", "arm", "arm_at", "disarm"), _REQUESTS),
    "step": (*_SEQUENCE, "branches"),
    "do": _ITINERARY,
    **dict.fromkeys(("parallel", "parallel_for"), (*_SEQUENCE, *_ITINERARY)),
    "group": ("routes",),
}

_WRITTEN = {
    "during_any": "during any",
    "with_": "with",
    "undo": "compensable",
    "undone": "undone by",
    "arm_at": "arm",
    "if_": "if",
    "for_": "for",
    "parallel_for": "parallel for",
    "group": "{",
    "arrow": "->",
    "import_": "import",
    "policy_decl": "policy",
}

# What people mean by a clause that another block has under another name.
_INSTEAD = {
    ("request", "sequence"): "in the braces of a transition: here write `step`",
    ("request", "itinerary"): "in a saga: here an activity is carried out with `do`",
    ("step", "actions"): "in a sequence: here write `request`",
    **dict.fromkeys(
        (("failed", "state"), ("failed", "during")),
        "in a sequence: here write `on failure of Command`",
    ),
    **dict.fromkeys(
        (
            (clause, block)
            for clause in ("retry", "within", "with_")
            for block in ("state", "during")
        ),
        "in a policy, which a request names: `request Command(…) with patient`",
    ),
    ("step", "itinerary"): "in a saga's sequence: here an activity is carried out with `do`",
    ("do", "sequence"): "in an itinerary: here write `step`, or `run` an itinerary",
    ("do", "actions"): "in an itinerary: here write `request`, or `run` an itinerary",
}
_ONLY = {"group": "in an itinerary's `parallel`"}
_KIN = {"stages": "sequence", "branches": "sequence", "route": "itinerary", "routes": "itinerary"}


def written(node: Node) -> str:
    """A clause by its first word, as written."""
    return f"`{_WRITTEN.get(node.data, node.data)}`"


def in_place(ctx: Context, node: Node, block: str) -> bool:
    """Whether a clause may stand in a block; if not, that is reported."""
    allowed = PLACES.get(node.data, ())
    if block in allowed:
        return True
    belongs = _INSTEAD.get((node.data, _KIN.get(block, block))) or _ONLY.get(node.data)
    ctx.misplaced(node, written(node), _BLOCKS[block][0], belongs or _listed(allowed, block))
    return False


def _listed(allowed: tuple[str, ...], block: str) -> str:
    """Where a clause belongs: in the pattern that the reader is at, if it has a place there."""
    near = [each for each in allowed if (each in _OF_ITINERARIES) == (block in _OF_ITINERARIES)]
    *some, last = dict.fromkeys(_BLOCKS[each][1] for each in near or allowed)
    return f"{', '.join(some)} or {last}" if some else last
