"""What a handler promises, in other words."""

from herosaga.syntax.mistakes.matching import Mistake

_COMES = "emit|returns|return|produces|publishes|publish|yields|answers|reply|replies|->"
_SAYS_NO = (
    "(?:or )?(?:rejects|reject|fails with|fail with|fails|fail|throws|throw|raises|raise|denies"
    "|declines|refuse|errors with|errors)|or else|else|otherwise"
)
_UNDOES = (
    "undo|undoes|compensated|compensate|compensates|compensable|reverted|revert|rollback|reversed"
)

PROMISES = (
    Mistake(
        pattern=r"«▸(?P<message>[A-Z]\w*)» (?:emits|refuses)",
        example="Ship emits Shipped",
        message="a handler begins with `handle` for a command, with `on` for an event",
        hint="write `handle <message>` or `on <message>`",
        instead="handle <message>",
        inside="service",
    ),
    Mistake(
        pattern=rf"emits (?P<first>\w+) «▸(?:{_COMES})» <event>",
        example="handle Ship emits Shipped returns Lost",
        message="the events that come of a handler all stand after one `emits`",
        hint="write `emits <first>, <event>` if both come, `emits <first> | <event>` if one of them does",
        instead=",",
        inside="service",
    ),
    Mistake(
        pattern=rf"«▸(?P<word>{_COMES})» <event>",
        example="handle Ship returns Shipped",
        message="the event that comes of a handler stands after `emits`",
        hint="write `emits <event>`",
        instead="emits",
        inside="service",
        safe=True,
    ),
    Mistake(
        pattern=rf"«▸(?P<word>{_SAYS_NO})» <event>",
        example="handle Ship emits Shipped rejects Lost",
        message="the event that says no stands after `refuses`",
        hint="write `refuses <event>`",
        instead="refuses",
        inside="service",
        safe=True,
    ),
    Mistake(
        pattern=r"«on (?P<word>failure|error|refusal) ▸<event>»",
        example="handle Ship emits Shipped on failure Lost",
        message="the event that says no stands after `refuses`",
        hint="write `refuses <event>`",
        instead="refuses <event>",
        inside="service",
        safe=True,
    ),
    Mistake(
        pattern=rf"«▸(?:{_UNDOES})(?: by| with)?» <command>",
        example="handle Ship emits Shipped compensated by Return",
        message="the command that undoes another stands after `undone by`",
        hint="write `undone by <command>`",
        instead="undone by",
        inside="service",
        safe=True,
    ),
    Mistake(
        pattern=r"undone «▸(?:with |through |using )?<command>»",
        example="handle Ship emits Shipped undone Return",
        message="`by` is missing after `undone`",
        hint="write `undone by <command>`",
        instead="by <command>",
        inside="service",
        safe=True,
    ),
    Mistake(
        pattern=r"emits (?P<first>\w+) «▸or» <second>(?= (?:undone|irreversible|readonly|\})|\n)",
        example="handle Ship emits Shipped or Lost",
        message="`or` does not say whether `<second>` is a success too",
        hint="write `emits <first> refuses <second>` if nothing was done then, `emits <first> | <second>` if it was",
        instead="refuses",
        inside="service",
    ),
    Mistake(
        pattern=r"(?P<verb>emits|refuses|\|) (?P<first>\w+) «▸or» <second>",
        example="handle Ship emits Shipped or Lost refuses Broken",
        message="between two events of which one comes stands `|`",
        hint="write `<first> | <second>`",
        instead="|",
        inside="service",
        safe=True,
        habit=True,
    ),
    Mistake(
        pattern=r"(?P<verb>emits|,) (?P<first>\w+) «▸and» <second>",
        example="handle Ship emits Shipped and Lost",
        message="between two events that both come stands a comma",
        hint="write `<first>, <second>`",
        instead=",",
        inside="service",
        safe=True,
        habit=True,
    ),
    Mistake(
        pattern=r"refuses (?P<first>\w+) «, ▸<second>»",
        example="handle Ship emits Shipped refuses Lost, Broken",
        message="a handler refuses with one event: between two that may come stands `|`",
        hint="write `<first> | <second>`",
        instead="| <second>",
        inside="service",
        safe=True,
    ),
    Mistake(
        pattern=r"(?:emits|refuses) (?P<first>\w+) «▸(?P<second>[A-Z]\w*)»",
        example="handle Ship emits Shipped Lost",
        message="nothing stands between `<first>` and `<second>`",
        hint="write `<first> | <second>` if one of them comes; with `emits`, `<first>, <second>` if each does",
        instead="| <second>",
        inside="service",
    ),
    Mistake(
        pattern=r"(?:handle|on) «▸(?P<word>command|event|message)» <name>",
        example="handle command Ship emits Shipped",
        message="what `<name>` is, its declaration says: it stands alone here",
        hint="take out `<word>`",
        instead="",
        inside="service",
        safe=True,
    ),
    Mistake(
        pattern=r"handle <name> «▸\( [^()]* \)»",
        example="handle Ship(order_id) emits Shipped",
        message="a handler is given the whole message",
        hint="take out what stands in `( )`",
        instead="",
        inside="service",
        safe=True,
    ),
    Mistake(
        pattern=r"emits <name> «▸\( [^()]* \)»",
        example="handle Ship emits Shipped(order_id)",
        message="a contract names the event; its fields are filled in where it is made, in Python",
        hint="take out what stands in `( )`",
        instead="",
        inside="service",
        safe=True,
    ),
    Mistake(
        pattern=r"«▸(?P<word>when|receives|receive|consumes|listens|subscribe|subscribes)» <event>",
        example="when Paid emits Shipped",
        message="a service reacts to an event with `on`, and serves a command with `handle`",
        hint="write `on <event>` or `handle <event>`",
        instead="on",
        inside="service",
    ),
)
