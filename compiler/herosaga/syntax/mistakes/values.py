"""Expressions as other languages write them."""

from herosaga.syntax.mistakes.matching import Mistake

_OPERAND = r"\w+(?: \. \w+)*"
_VALUE = rf"""(?:"[^"]*"|-? ?{_OPERAND}|\d\S*)"""
_WORDS = "request|send|publish|reply|run|set|arm|disarm"
_SIGNS = "==|!=|<|<=|>|>="

VALUES = (
    Mistake(
        pattern=r"«-> ▸(?P<n>\d\S*)»",
        example="on Paid when x => 3 -> Done",
        message="at least is written `>=`",
        hint="write `>= <n>`",
        instead=">= <n>",
        inside="state actions",
        safe=True,
    ),
    Mistake(
        pattern=r"(?:when|if|and|or|not|where)\s[^\n]*«▸=»",
        example="on Paid when x = 3 -> Done",
        message="two values are compared with `==`; `=` gives a value",
        hint="write `==`",
        instead="==",
        safe=True,
        inside="state actions saga sequence service itinerary",
    ),
    Mistake(
        pattern=rf"«(?P<op>[-+*/%<>=]|==|!=|<=|>=|\+=|-=|and|or)\n(?P<word>{_WORDS})»\s▸\S+",
        example="set x = x +\n  publish Shipped(id)",
        message="nothing stands after `<op>`",
        hint="write the value that is missing there, or take `<op>` out",
        instead="<op> _ <word>",
        inside="actions",
    ),
    Mistake(
        pattern=r"is (?:not )?«▸(?P<word>null|None|nil|empty|undefined|NULL|Null)»",
        example="on Paid when note is null -> Done",
        message="what is not there is called `none`",
        hint="write `none` instead of `<word>`",
        instead="none",
        safe=True,
        habit=True,
        inside="state actions saga sequence itinerary",
    ),
    Mistake(
        pattern=rf"(?P<a>{_OPERAND}) (?P<x>{_SIGNS}) (?P<b>{_OPERAND}) «▸(?P<y>{_SIGNS}) (?P<c>{_OPERAND})»",
        example="on Paid when 1 < x < 3 -> Done",
        message="comparisons can't be chained",
        hint="write `<a> <x> <b> and <b> <y> <c>`",
        instead="and <b> <y> <c>",
        inside="state actions saga sequence itinerary",
        safe=True,
    ),
    Mistake(
        pattern=rf"=\s«(?P<a>[^\n=]+?) (?:▸if (?P<c>[^\n]+?) else|if (?P<d>[^\n]+?) ▸else) (?P<b>{_VALUE})»",
        example="set x = 2 if x > 1 else 3",
        message="a choice between two values is written `if … then … else …`",
        hint="write `if <c><d> then <a> else <b>`",
        instead="if <c><d> then <a> else <b>",
        inside="actions",
        safe=True,
    ),
    Mistake(
        pattern=rf"=\s«(?P<c>(?:[^\n=]|[=!<>]=)+?) ▸\? (?P<a>[^\n?:]+?) : (?P<b>{_VALUE})»",
        example="set x = x > 1 ? 2 : 3",
        message="a choice between two values is written `if … then … else …`",
        hint="write `if <c> then <a> else <b>`",
        instead="if <c> then <a> else <b>",
        inside="actions",
        safe=True,
    ),
    Mistake(
        pattern=r"«▸\? [^\n(){}]*(?:\( [^\n()]* \)[^\n(){}]*)*»",
        example="on Paid when x > 1 ? true : false -> Done",
        message="a choice between two values is written `if … then … else …`",
        hint="write `if condition then first else second`",
        instead="",
        inside="state actions",
    ),
    Mistake(
        pattern=r"\* «▸\*»",
        example="set x = x ** 2",
        message="there is no operator for powers",
        hint="multiply: `x * x`",
        instead="",
        inside="actions state",
    ),
)
