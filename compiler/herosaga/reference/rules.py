"""How text is coloured: regular expressions by place, written once for every editor.

A place lists its rules; the first that matches at a position wins. A rule may enter another place,
which ends where that place's own `end` matches. The expressions keep to what Python and Oniguruma
(TextMate's engine) read alike, and none looks further than its line.

Any word but `key` may name a field, so a word's neighbours decide. Inside brackets no clause can
stand: there only the words of expressions are more than names. Elsewhere a word before `:`, `=` or an
operator is a name, and so is one where an operand is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from herosaga.reference.words import (
    BUILTIN_TYPES,
    FUNCTIONS,
    GENERIC_TYPES,
    IN_EXPRESSIONS,
    VARIABLES,
    WORDS,
    Kind,
)
from msgspec import Struct


class Rule(Struct, frozen=True):
    """A pattern, the kind of what it matches or of each of its groups, and the place it enters."""

    pattern: str
    kinds: tuple[Kind | None, ...]
    enters: str = ""


class Place(Struct, frozen=True):
    """A part of the text with rules of its own; `end` leads out of it, `inside` is all that is left."""

    rules: tuple[Rule, ...]
    end: str = ""
    end_kind: Kind = Kind.BRACKET
    inside: Kind | None = None


INT = r"[0-9]+(?!\w|\.(?!\.))"
DECIMAL = r"[0-9]+\.[0-9]+(?!\w|\.(?!\.))"
DURATION = r"(?:[0-9]+(?:ms|[smhd]))+(?!\w|\.(?!\.))"
DOC = r"\/\/\/(?!\/)[^\n]*"
ESCAPE = r"\\(?:[\"\\\/bfnrt]|u[0-9A-Fa-f]{4})"
_ANY = r"[A-Za-z_][A-Za-z0-9_]*"
_LOWER = r"[a-z_][A-Za-z0-9_]*"
_UPPER = r"[A-Z][A-Za-z0-9_]*"
_GAP = r"[ \t]*"
_SPACE = r"[ \t]+"

# What a word is followed by when it can be nothing but a name.
_BEFORE_SIGN = rf"(?={_GAP}(?:==|!=|<|>|\+|\*|%|/(?![/*])|-[ \t]|\.(?!\.)))"
_BEFORE_WORD = rf"(?={_SPACE}(?:in|is|and|or|then|else|not{_SPACE}in)\b)"
# Where an operand is due. (A lookbehind has one width: hence one for each word.)
_AFTER_SIGN = (r"(?<=[=+%<] )", r"(?<=[^*\n]/ )", r"(?<= \* )", r"(?<=[^-\n]> )", r"(?<= - )")
_INTRODUCING = (
    *("when", "if", "and", "or", "not", "in", "then", "else"),
    *("after", "at", "within", "every", "retain", "deadline"),
)
_AFTER_WORD = tuple(rf"(?<=\b{each} )" for each in _INTRODUCING)
_OPERAND = f"(?:{'|'.join((*_AFTER_SIGN, *_AFTER_WORD))})"
_TYPE_PLACE = r"(?:(?<=:)|(?<=: )|(?<=-> ))"


def word(names: Iterable[str]) -> str:
    """One of some words, and not the beginning of a longer one."""
    return rf"\b(?:{'|'.join(sorted(names))})\b"


_KEPT = {*IN_EXPRESSIONS, *WORDS[Kind.CONSTANT]}
_FREE = sorted({each for words in WORDS.values() for each in words} - _KEPT | {*BUILTIN_TYPES})


def _one(pattern: str, kind: Kind | None, enters: str = "") -> Rule:
    return Rule(pattern, (kind,), enters)


def _as_name(before: str, after: str) -> tuple[Rule, Rule]:
    """Words that are names where `before` and `after` hold."""
    return (
        _one(before + word(VARIABLES) + after, Kind.VARIABLE),
        _one(before + word(set(_FREE) - set(VARIABLES)) + after, Kind.NAME),
    )


_TRIVIA = (
    _one(r"\s+", None),
    _one(DOC, Kind.DOC),
    _one(r"//[^\n]*", Kind.COMMENT),
    _one(r"/\*", Kind.COMMENT, "comment"),
)
_LITERALS = (
    _one('"', Kind.STRING, "string"),
    _one(DURATION, Kind.DURATION),
    _one(DECIMAL, Kind.DECIMAL),
    _one(INT, Kind.INT),
    _one(r"[0-9](?:\w|\.(?!\.))*", Kind.BROKEN),
)
_NOTES = (Rule(rf"(@)({_GAP})({_ANY})", (Kind.ANNOTATION, None, Kind.ANNOTATION)),)
_NAMED = (
    _one(_TYPE_PLACE + word(BUILTIN_TYPES), Kind.BUILTIN_TYPE),
    Rule(rf"({word(GENERIC_TYPES)})(\[)", (Kind.BUILTIN_TYPE, Kind.BRACKET), "types"),
    _one(rf"\b{_LOWER}(?={_GAP}:)", Kind.FIELD),
    _one(rf"\b{_LOWER}(?={_GAP}(?:=(?![=>])|\+=|-=))", Kind.ARGUMENT),
)
_OUTCOME = (
    Rule(
        rf"(?<![=<>] )\b({_UPPER})(\.)({word(WORDS[Kind.OUTCOME])})",
        (Kind.TYPE_NAME, Kind.SEPARATOR, Kind.OUTCOME),
    ),
)
_ATTRIBUTE = (_one(rf"(?<=\.)(?<!\.\.){_LOWER}", Kind.FIELD),)
_CALL = (_one(rf"{word(FUNCTIONS)}(?={_GAP}\()", Kind.FUNCTION),)
_NAMES = (
    _one(rf"\b{_UPPER}(?!\w)", Kind.TYPE_NAME),
    _one(rf"\b{_ANY}(?!\w)", Kind.NAME),
    _one(r"[^\W\d]\w*", Kind.BROKEN),
)
_SIGNS = (
    _one(r"->", Kind.ARROW),
    _one(r"=>|&&|\|\||===|!==|!(?!=)", Kind.BROKEN),
    _one(r"\.\.|==|!=|<=|>=|\+=|-=|[=<>+\-*/%|?]", Kind.OPERATOR),
    _one(r"[,:.]", Kind.SEPARATOR),
    _one(r"\(", Kind.BRACKET, "brackets"),
    _one(r"\[", Kind.BRACKET, "brackets"),
    _one(r"[{})\]]", Kind.BRACKET),
    _one(r"[^\s]", Kind.BROKEN),
)

_DECLARATIONS = (
    Rule(
        rf"\b(enum)({_SPACE})({_ANY})({_GAP})(\{{)",
        (Kind.DECLARATION, None, Kind.DECLARED, None, Kind.BRACKET),
        "members",
    ),
    Rule(
        rf"\b(type)({_SPACE})({_ANY})({_GAP})(=)({_GAP})({word(BUILTIN_TYPES)})",
        (Kind.DECLARATION, None, Kind.DECLARED, None, Kind.OPERATOR, None, Kind.BUILTIN_TYPE),
    ),
    Rule(
        rf"({word(WORDS[Kind.DECLARATION])})({_SPACE})({_UPPER})(?!\w)",
        (Kind.DECLARATION, None, Kind.DECLARED),
    ),
    Rule(
        rf"({word(('policy', 'compensation', 'timer', 'namespace'))})({_SPACE})((?!{word(_FREE)}){_LOWER})(?!\w)",
        (Kind.DECLARATION, None, Kind.DECLARED),
    ),
)
# `on all(…)` is a trigger; `fault of C`, `state S` and `most 3 times` after such words are no operands.
_CLAUSES = (
    Rule(
        rf"\b(field)({_SPACE})({_LOWER})({_GAP})(->)({_GAP})({_LOWER})",
        (Kind.CLAUSE, None, Kind.FIELD, None, Kind.ARROW, None, Kind.FIELD),
    ),
    Rule(rf"\b(drop)({_SPACE})({_LOWER})", (Kind.CLAUSE, None, Kind.FIELD)),
    _one(r"(?<=\bon )all(?=\()", Kind.CLAUSE),
    *_as_name("", _BEFORE_SIGN),
    *_as_name("", _BEFORE_WORD),
    *_as_name(_OPERAND, rf"(?!{_SPACE}(?:[A-Z0-9]|of\b)|{_GAP}\()"),
)
_WORDS = tuple(_one(word(words), kind) for kind, words in WORDS.items())

PLACES: Mapping[str, Place] = {
    "text": Place(
        (
            *(*_TRIVIA, *_LITERALS, *_NOTES, *_OUTCOME, *_NAMED, *_ATTRIBUTE),
            *(*_CLAUSES, *_CALL, *_DECLARATIONS),
            *(_one(word(BUILTIN_TYPES), Kind.BUILTIN_TYPE), *_WORDS, *_NAMES, *_SIGNS),
        )
    ),
    "brackets": Place(
        (
            *(*_TRIVIA, *_LITERALS, *_NOTES, *_NAMED, *_ATTRIBUTE, *_CALL),
            _one(word(WORDS[Kind.CONSTANT]), Kind.CONSTANT),
            _one(word(WORDS[Kind.WORD_OPERATOR]), Kind.WORD_OPERATOR),
            _one(word(("if", "then", "else", "for")), Kind.CLAUSE),
            _one(rf"{word(('key',))}(?={_SPACE}{_ANY})", Kind.MODIFIER),
            _one(word(VARIABLES), Kind.VARIABLE),
            *(*_NAMES, *_SIGNS),
        ),
        # An open bracket that was forgotten must not swallow the rest of the file.
        end=r"[)\]]|(?=[{}])",
    ),
    "types": Place(
        (
            *(*_TRIVIA, _one(word(BUILTIN_TYPES), Kind.BUILTIN_TYPE)),
            Rule(rf"({word(GENERIC_TYPES)})(\[)", (Kind.BUILTIN_TYPE, Kind.BRACKET), "types"),
            *(*_NAMES, *_SIGNS),
        ),
        end=r"\]|(?=[{})])",
    ),
    "members": Place(
        (
            *(*_TRIVIA, *_LITERALS, *_NOTES),
            _one(rf"\b{_ANY}(?!\w)", Kind.MEMBER),
            _one(r"[^\W\d]\w*", Kind.BROKEN),
            *_SIGNS,
        ),
        end=r"\}",
    ),
    "string": Place(
        (_one(ESCAPE, Kind.ESCAPE), _one(r"\\[^\r\n]?", Kind.BROKEN)),
        end=r'"|(?=[\r\n])|$',
        end_kind=Kind.STRING,
        inside=Kind.STRING,
    ),
    "comment": Place((), end=r"\*/", end_kind=Kind.COMMENT, inside=Kind.COMMENT),
}
