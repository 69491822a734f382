"""Scenarios as test frameworks write them."""

from herosaga.syntax.mistakes.matching import Mistake

_SEEN = "state|sent|published|replied|compensated|late|dead|nothing"
_EXPECT = (
    "assert|should|verify|check|ensure|shows|see|expects|expected|must"
    "|then expect|and expect|then|and then|and"
)
_WHEN = (
    "given|on|received|receives|receive|and when|then when|and|then|send|publish|event|emit|handle"
)

SCENARIOS = (
    Mistake(
        pattern=r"(?P<kind>scenario|property) «▸(?P<title>\w+(?: \w+)*?)»(?= (?:for \w+ )?\{)",
        example="scenario late_book for S { when Ordered }",
        message="what a <kind> shows is said in a sentence, in quotes",
        hint='write `<kind> "<title>" …`',
        instead='"<title>"',
        inside="file",
    ),
    Mistake(
        pattern=r"(?P<kind>scenario|property) «▸<saga> (?P<title>\"[^\"]*\")»",
        example='scenario S "a late book" { when Ordered }',
        message="the saga that a <kind> is about stands after `for`",
        hint="write `<kind> <title> for <saga> { … }`",
        instead="<title> for <saga>",
        inside="file",
        safe=True,
    ),
    Mistake(
        pattern=r"(?P<kind>scenario|property) (?P<title>\"[^\"]*\") «▸\{»",
        example='scenario "a late book" { when Ordered }',
        message="it is not said which saga this <kind> is about",
        hint="write `<kind> <title> for SagaName { … }`",
        instead="for _ {",
        inside="file",
    ),
    Mistake(
        pattern=r"(?P<kind>scenario|property) \"[^\"]*\" «▸(?P<word>of|in|on|with|by|about|:|saga)» <saga>",
        example='scenario "a late book" of S { when Ordered }',
        message="the saga that a <kind> is about stands after `for`",
        hint="write `for <saga>`",
        instead="for",
        inside="file",
        safe=True,
    ),
    Mistake(
        pattern=r"«▸(?:wait|sleep|delay|advance|pass|elapse|later|pause|then after|and after)(?: for)?» (?P<d>\d\S*)",
        example="wait 10d",
        message="time that passes in a scenario is written `after`",
        hint="write `after <d>`",
        instead="after",
        inside="scenario",
        safe=True,
        habit=True,
    ),
    Mistake(
        pattern=rf"(?:expect |, )[^\n{{}}]*?(?:\w|\)) «▸(?:and|&)(?: expect)?» (?P<next>{_SEEN})",
        example="expect state Paying and sent Ship",
        message="between two things that are expected stands a comma",
        hint="write `, <next> …`",
        instead=",",
        inside="scenario",
        safe=True,
        habit=True,
    ),
    Mistake(
        pattern=rf"«▸(?:{_EXPECT})(?: that)?» (?P<seen>{_SEEN})",
        example="then state Paying",
        message="what must be seen in a scenario stands after `expect`",
        hint="write `expect <seen> …`",
        instead="expect",
        inside="scenario",
        safe=True,
        habit=True,
    ),
    Mistake(
        pattern=rf"«▸(?:{_WHEN})» (?P<event>[A-Z]\w*)(?= \(|\n| \}})",
        example="given Ordered",
        message="a message that comes is written `when` in a scenario",
        hint="write `when <event>`, with its fields in `( )`",
        instead="when",
        inside="scenario",
        safe=True,
        habit=True,
    ),
    Mistake(
        pattern=rf"«▸(?P<seen>{_SEEN})» (?P<name>[A-Z]\w*)",
        example="state Paying",
        message="what must be seen in a scenario stands after `expect`",
        hint="write `expect <seen> <name>`",
        instead="expect <seen>",
        inside="scenario",
        safe=True,
        habit=True,
    ),
    Mistake(
        pattern=r"\n«▸(?P<event>[A-Z]\w*)»(?= \(|\n)",
        example="when Ordered\nPaid(id)",
        message="a message that comes is written `when` in a scenario",
        hint="write `when <event>`, with its fields in `( )`",
        instead="when <event>",
        inside="scenario",
        safe=True,
        habit=True,
    ),
    Mistake(
        pattern=r"state «▸(?:==|=|is|:|in|->)» <state>",
        example="expect state == Paying",
        message="a state that is expected stands directly after `state`",
        hint="write `expect state <state>`",
        instead="",
        inside="scenario",
        safe=True,
        habit=True,
    ),
    Mistake(
        pattern=r"(?:expect|,) «▸(?P<state>[A-Z]\w*)»",
        example="expect Paying",
        message="it is not said whether `<state>` is a state, or a message that was sent",
        hint="write `expect state <state>`; `expect sent …` or `published …` for a message",
        instead="state <state>",
        inside="scenario",
    ),
    Mistake(
        pattern=r"expect «▸(?:no|not|never) [^\n]*»",
        example="expect not sent Ship",
        message="that one message was not sent can't be expected",
        hint='write `expect nothing` if none was, or `property "…" for SagaName { never sent Command }`',
        instead="nothing",
        inside="scenario",
    ),
)
