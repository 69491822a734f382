"""What an expression can see at its place: names, `event`, and what tests have shown not to be none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from herosaga.findings import Finding
from herosaga.model.scope import Scope
from herosaga.model.types import Type
from herosaga.model.world import World
from herosaga.source import Span
from herosaga.syntax import ast
from msgspec import Struct
from msgspec.structs import replace


class Variable(Struct, frozen=True):
    """A loop variable, or a parameter (`param`)."""

    type: Type
    param: bool = False


class Env(Struct, frozen=True):
    """The place of an expression.

    `event` is the type of the trigger's message; where there is none, `no_event` says why. `failure` is
    that of a sequence's failure, where there is one. `no_state` says why there is no `state`. `advice` is what
    to do about a name that is not there, where it is not what one would do in a saga. `hidden` are
    data fields that can't be read because there is no instance. `bare` says why no name at all can be
    read, "" where names can. `facts` are the paths that are known not to be none. Where it is `open`, an
    unknown name may be one that something wrong would have brought, and stays unreported. `gone` are the
    variables of loops that are over. `places` are those where the data fields are declared,
    `missing` is the head of the block for messages that find no instance, in it.
    """

    world: World
    scope: Scope
    report: list[Finding]
    data: Mapping[str, Type] = {}
    key: str = ""
    variables: Mapping[str, Variable] = {}
    event: Type | None = None
    no_event: str = ""
    failure: Type | None = None
    no_state: str = ""
    advice: str = ""
    hidden: frozenset[str] = frozenset()
    bare: str = ""
    facts: frozenset[str] = frozenset()
    open: bool = False
    gone: frozenset[str] = frozenset()
    places: Mapping[str, Span] = {}
    missing: Span | None = None

    def knowing(self, facts: Iterable[str]) -> Env:
        """Here, after a test."""
        return replace(self, facts=self.facts | frozenset(facts))

    def forgetting(self, names: Iterable[str]) -> Env:
        """Here, after these names got other values."""
        gone = frozenset(names)
        return replace(
            self, facts=frozenset(f for f in self.facts if f.partition(".")[0] not in gone)
        )

    def after(self, variables: Iterable[str]) -> Env:
        """Here, after loops with these variables."""
        gone = frozenset(variables)
        return replace(self, gone=self.gone | gone) if gone else self

    def binding(self, name: str, variable: Variable) -> Env:
        """Here, where `name` is a variable too; it hides what was called so."""
        return replace(self.forgetting([name]), variables={**self.variables, name: variable})


def path_of(node: ast.Expr) -> str:
    """`a` or `a.b` as written, "" for what is not such a path."""
    match node:
        case ast.Var(name=name):
            return name
        case ast.Attribute(value=value, name=name):
            before = path_of(value)
            return f"{before}.{name.text}" if before else ""
    return ""


def shown(node: ast.Expr | None, truth: bool) -> frozenset[str]:
    """The paths that are not none where the condition `node` has come out as `truth`."""
    match node:
        case ast.IsNone(operand=operand, negated=negated) if negated is truth:
            return frozenset(filter(None, [path_of(operand)]))
        case ast.Unary(op="not", operand=operand):
            return shown(operand, not truth)
        case ast.Binary(op="and" | "or" as op, left=left, right=right):
            sides = shown(left, truth), shown(right, truth)
            return sides[0] | sides[1] if (op == "and") is truth else sides[0] & sides[1]
    return frozenset()
