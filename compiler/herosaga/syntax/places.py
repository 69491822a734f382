"""Which clause may stand in which block. The grammar lets any clause stand in any block."""

from __future__ import annotations

from herosaga.syntax.context import Context, Node

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
    "sequence": ("in a sequence", "in a sequence"),
    "itinerary": ("in an itinerary", "in an itinerary"),
    "actions": ("among actions", "in the braces of a transition"),
    "request": ("after a request", "after a request"),
    "final": ("in a final state", "in a final state"),
}
_IN_STATES = ("state", "during", "sequence")
_ACTIONS = ("actions", "compensation", "final")
_REQUESTS = ("actions", "compensation")

PLACES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("version", "data", "timer", "deadline", "retain", "migrate"), ("saga",)),
    **dict.fromkeys(("compensation", "correlate", "start", "state", "sequence"), ("saga",)),
    **dict.fromkeys(("final", "during", "during_any", "missing"), ("saga",)),
    "on": ("state", "start", "during", "missing", "service", "sequence", "itinerary"),
    "after": _IN_STATES,
    "at": _IN_STATES,
    **dict.fromkeys(("every", "entry", "exit", "defer"), ("state", "during")),
    "ignore": ("state", "during", "missing"),
    "handle": ("service",),
    "with_": ("request", "compensation"),
    "within": ("policy", "compensation", "activity"),
    "retry": ("policy", "compensation", "activity"),
    "otherwise": ("compensation",),
    **dict.fromkeys(("irreversible", "readonly", "log", "revises"), ("activity",)),
    **dict.fromkeys(("done", "failed"), ("sequence",)),
    **dict.fromkeys(("set", "send", "publish", "reply", "if_", "for_"), _ACTIONS),
    **dict.fromkeys(("request", "run", "undo", "pivot"), _REQUESTS),
    **dict.fromkeys(("arm", "arm_at", "disarm"), _REQUESTS),
    "step": ("sequence",),
    "do": ("itinerary",),
    **dict.fromkeys(("parallel", "parallel_for"), ("sequence", "itinerary")),
    "group": ("itinerary",),
}

_WRITTEN = {
    "during_any": "during any",
    "with_": "with",
    "undo": "compensable",
    "arm_at": "arm",
    "if_": "if",
    "for_": "for",
    "parallel_for": "parallel",
    "group": "{",
}


def written(node: Node) -> str:
    """A clause by its first word, as written."""
    return f"`{_WRITTEN.get(node.data, node.data)}`"


def in_place(ctx: Context, node: Node, block: str) -> bool:
    """Whether a clause may stand in a block; if not, that is reported."""
    allowed = PLACES.get(node.data, ())
    if block in allowed:
        return True
    belongs = [_BLOCKS[each][1] for each in allowed]
    listed = " or ".join([", ".join(belongs[:-1]), belongs[-1]] if len(belongs) > 1 else belongs)
    ctx.misplaced(node, written(node), _BLOCKS[block][0], listed)
    return False
