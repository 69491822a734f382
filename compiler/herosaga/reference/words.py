"""The language's words by what they do: the one table behind every editor's colours."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Kind(Enum):
    """What a piece of text is to its reader, with its TextMate scope and its Pygments token."""

    DOC = ("comment.block.documentation", "Comment.Special")
    COMMENT = ("comment", "Comment")
    STRING = ("string.quoted.double", "String.Double")
    ESCAPE = ("constant.character.escape", "String.Escape")
    DURATION = ("constant.numeric.duration", "Number.Duration")
    DECIMAL = ("constant.numeric.decimal", "Number.Float")
    INT = ("constant.numeric.integer", "Number.Integer")
    ANNOTATION = ("storage.type.annotation", "Name.Decorator")
    DECLARATION = ("storage.type", "Keyword.Declaration")
    MODIFIER = ("storage.modifier", "Keyword.Pseudo")
    CLAUSE = ("keyword.control", "Keyword")
    ACTION = ("keyword.other.action", "Keyword.Reserved")
    OUTCOME = ("support.constant.outcome", "Keyword.Constant")
    WORD_OPERATOR = ("keyword.operator.word", "Operator.Word")
    CONSTANT = ("constant.language", "Keyword.Constant")
    BUILTIN_TYPE = ("support.type", "Keyword.Type")
    FUNCTION = ("support.function", "Name.Builtin")
    VARIABLE = ("variable.language", "Name.Builtin.Pseudo")
    DECLARED = ("entity.name.type", "Name.Class")
    TYPE_NAME = ("entity.name.type.reference", "Name.Class")
    MEMBER = ("variable.other.enummember", "Name.Constant")
    FIELD = ("variable.other.member", "Name.Attribute")
    ARGUMENT = ("variable.parameter", "Name.Attribute")
    NAME = ("variable.other", "Name")
    ARROW = ("keyword.operator.arrow", "Operator")
    OPERATOR = ("keyword.operator", "Operator")
    BRACKET = ("punctuation.section.bracket", "Punctuation")
    SEPARATOR = ("punctuation.separator", "Punctuation")
    BROKEN = ("invalid.illegal", "Error")

    @property
    def scope(self) -> str:
        """The name that TextMate's themes look for."""
        return f"{self.value[0]}.saga"


# The grammar's words, each once. A word with a second meaning stands where its first one is: `state`
# is also a variable and `set` also a type, which the rules tell apart by what stands around them.
WORDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.DECLARATION: (
        *("namespace", "import", "as", "type", "enum", "record", "event", "command", "service"),
        *("policy", "saga", "flow", "activity", "itinerary", "scenario", "property"),
        *("data", "timer", "compensation", "start", "state", "sequence", "final", "log", "missing"),
    ),
    Kind.MODIFIER: ("extern", "key", "irreversible", "readonly", "failed", "manual"),
    Kind.CLAUSE: (
        *("handle", "handles", "emits", "refuses", "undone", "by", "revises"),
        *("with", "within", "retry", "times", "forever", "every", "backoff", "otherwise"),
        *("on", "failure", "timeout", "fault", "of", "all", "when", "compensate", "during", "any"),
        *("after", "at", "deadline", "retain", "entry", "exit", "ignore", "defer"),
        *("correlate", "where", "version", "migrate", "from", "field", "drop"),
        *("if", "then", "else", "for", "step", "parallel", "do"),
        *("expect", "sent", "published", "replied", "received", "late", "dead", "nothing"),
        *("timed", "out", "never", "requires", "leads", "to", "most"),
    ),
    Kind.ACTION: (
        *("set", "send", "publish", "reply", "request", "run", "compensable", "pivot"),
        *("arm", "disarm"),
    ),
    Kind.OUTCOME: ("completed", "faulted", "compensated", "done"),
    Kind.WORD_OPERATOR: ("and", "or", "not", "in", "is"),
    Kind.CONSTANT: ("true", "false", "none"),
}

BUILTIN_TYPES = (
    *("str", "int", "float", "decimal", "bool", "uuid", "date", "datetime", "duration"),
    *("bytes", "json"),
)
GENERIC_TYPES = ("list", "set", "dict")
FUNCTIONS = (
    *("len", "min", "max", "sum", "any", "all", "abs", "round", "lower", "upper"),
    *("str", "int", "decimal", "uuid"),
)
VARIABLES = ("event", "state", "now")

# Words that keep their meaning inside an expression; the others name a field or a parameter there.
IN_EXPRESSIONS = ("and", "or", "not", "in", "is", "if", "then", "else", "for", "key")
