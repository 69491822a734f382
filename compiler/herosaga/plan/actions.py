"""Actions as lines of a Python function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herosaga.model import expr as e
from herosaga.model import model as m
from herosaga.model.fit import fit
from herosaga.model.types import BOOL, INT
from herosaga.model.within import within
from herosaga.names import constant, field_name, undo_class_name
from herosaga.plan.code import PyCode, code, identifier, join, literal
from herosaga.plan.expr import Values, arguments, in_order, value
from msgspec import Struct
from msgspec.structs import replace


class Line(Struct, frozen=True):
    """One line of a function's body; `indent` is white space beyond the body's own."""

    indent: PyCode
    code: PyCode


def lines(
    at: Values, saga: m.Saga | None, actions: Iterable[m.Action], depth: int = 0
) -> Iterator[Line]:
    """The lines of `actions` of a saga, or of the end of an itinerary: there they only send and publish."""
    indent = PyCode("    " * depth)
    for action in actions:
        match action:
            case m.Set(field, expr):
                yield Line(indent, _set(at, field, expr))
            case m.Send(kind, message):
                sent = value(at, message)
                yield Line(indent, code("{}.{}({})", at.step, identifier(kind), sent))
            case m.Request():
                yield from (Line(indent, each) for each in _request(at, saga, action))
            case m.Recording(undo):
                yield Line(indent, code("step.record({})", _undo(at, saga, undo)))
            case m.Pivot():
                yield Line(indent, code("step.pivot()"))
            case m.Arm(timer, absolute, when):
                form = code("step.arm_at" if absolute else "step.arm")
                yield Line(indent, code("{}({}, {})", form, literal(timer), value(at, when)))
            case m.Disarm(timer):
                yield Line(indent, code("step.disarm({})", literal(timer)))
            case m.If():
                yield from _if(at, saga, action, depth)
            case m.For():
                yield from _for(at, saga, action, depth)
            case m.Run():
                raise AssertionError("sagas are planned as `with_runs` leaves them")


def _set(at: Values, field: str, expr: e.Expr) -> PyCode:
    """`data.x = e`, or `data.x += e` where that is what it says."""
    target = code("data.{}", identifier(field_name(field)))
    match expr:
        case e.Binary("+" | "-" as op, e.DataField(name), right) if name == field:
            amount = right.value if isinstance(right, e.Widen) else right
            return code("{} += {}" if op == "+" else "{} -= {}", target, value(at, amount))
        case _:
            return code("{} = {}", target, value(at, expr))


def _request(at: Values, saga: m.Saga | None, request: m.Request) -> Iterator[PyCode]:
    parts = [value(at, request.message)]
    match request.undo:
        case None:
            undoing = None
        case m.CommandUndo(e.Construct() as undo, declared=True) if _makes_new(undo):
            # The undo must name what the command made: `uuid()` is not asked twice.
            kind = request.message.type
            locals_, name = at.locals.assign("command", kind, at.context.scope, _MADE)
            yield code("{} = {}", name, parts[0])
            parts = [name]
            made = _of_request(at, request.message, undo, e.Local(_MADE, False, kind, request.span))
            undoing = value(Values(at.context, locals_), made)
        case m.CommandUndo(e.Construct() as undo, declared=True):
            undoing = value(at, _of_request(at, request.message, undo, None))
        case undo:
            undoing = _undo(at, saga, undo)
    if request.policy is not None:
        parts.append(policy(at, request.policy))
    if undoing is not None:
        parts.append(code("undo={}", undoing))
    if request.step:
        parts.append(code("step={}", literal(request.step)))
    if request.round is not None:
        parts.append(code("round={}", value(at, request.round)))
    yield code("step.request({})", join(", ", parts))


_IF, _ELIF = PyCode("if"), PyCode("elif")

_MADE = "the request's command"
"""Its key among the local variables: no name that a user could write."""


def _makes_new(expr: e.Expr) -> bool:
    return any(
        isinstance(each, e.Function) and each.name == "uuid" and not each.args
        for each in e.parts(expr)
    )


def _of_request(at: Values, command: e.Expr, undo: e.Construct, made: e.Local | None) -> e.Expr:
    """A declared undo with what the request left to its defaults, and from the variable `made` what is new in it."""
    assert isinstance(command, e.Construct)
    asked = {each.name: each for each in at.context.fields(command.id)}
    wanted = {each.name: each.type for each in at.context.fields(undo.id)}
    args: list[tuple[str, e.Expr | None]] = []
    for name, argument in undo.args:
        given = argument
        if made is not None and argument is not None and _makes_new(argument):
            given = e.FieldOf(made, name, asked[name].type, undo.span)
        elif argument is None and name in asked:
            given = asked[name].default
        args.append((name, None if given is None else fit(given, wanted[name], [])))
    return e.Construct(undo.id, tuple(args), undo.type, undo.span)


def _undo(at: Values, saga: m.Saga | None, undo: m.CommandUndo | m.BlockUndo) -> PyCode:
    match undo:
        case m.CommandUndo(message):
            return value(at, message)
        case m.BlockUndo(name, args):
            assert saga is not None
            block = next(each for each in saga.compensations if each.name == name)
            given = arguments(at, block.params, dict(args))
            return code("{}({})", undo_class(saga, name), given)


def undo_class(saga: m.Saga, compensation: str) -> PyCode:
    """The class that holds the parameters of a compensation."""
    return identifier(undo_class_name(saga.name, compensation))


def policy(at: Values, given: m.Policy) -> PyCode:
    """A declared policy by its name, any other written out."""
    declared = at.context.model.policies.get(given.id)
    if declared is not None:
        return at.context.declared(declared.file, constant(declared.name))
    return policy_value(at, given)


def is_constant(given: m.Policy) -> bool:
    """Whether a policy is the same for whatever it is of."""
    lengths = (*([given.within] if given.within is not None else []), *given.pause)
    return all(isinstance(each, e.Const) for each in lengths)


def policy_value(at: Values, given: m.Policy) -> PyCode:
    """`Policy(within=…, retries=…, every=…, up_to=…)`, what is not said left out."""
    parts: list[PyCode] = []
    if given.within is not None:
        parts.append(code("within={}", value(at, given.within)))
    if given.retries != 0:
        parts.append(code("retries={}", literal(given.retries)))
    for name, pause in zip(("every", "up_to"), given.pause, strict=False):
        parts.append(code("{}={}", identifier(name), value(at, pause)))
    return code("{}({})", at.context.runtime("policy", "Policy"), join(", ", parts))


def _if(
    at: Values, saga: m.Saga | None, action: m.If, depth: int, word: PyCode = _IF
) -> Iterator[Line]:
    indent = PyCode("    " * depth)
    action = _merged(action)
    yield Line(indent, code("{} {}:", word, value(at, action.condition)))
    yield from _block(at, saga, action.then, depth)
    match action.other:
        case ():
            pass
        case (m.If() as other,):
            yield from _if(at, saga, other, depth, _ELIF)
        case _:
            yield Line(indent, code("else:"))
            yield from _block(at, saga, action.other, depth)


def _merged(action: m.If) -> m.If:
    """An `if` of which all stands in another `if` as one, as one writes it in Python."""
    match action:
        case m.If(other=(), then=(m.If(other=()) as inner,), span=span):
            test = e.Binary("and", action.condition, inner.condition, BOOL, span)
            return _merged(m.If(test, inner.then, (), span))
        case _:
            return action


def _for(at: Values, saga: m.Saga | None, action: m.For, depth: int) -> Iterator[Line]:
    source = in_order(at, action.source)
    name = action.var if _reads(action.body, action.var) else f"_{action.var}"
    locals_, variable = at.locals.assign(name, action.type, at.context.scope, action.var)
    head = code("for {} in {}:", variable, source)
    if action.index:
        locals_, index = locals_.assign(action.index, INT, at.context.scope)
        head = code("for {}, {} in enumerate({}):", index, variable, source)
    yield Line(PyCode("    " * depth), head)
    yield from _block(replace(at, locals=locals_), saga, action.body, depth)


def _reads(node: object, variable: str) -> bool:
    """Whether something reads a loop's variable, or one of its name in it."""
    return any(isinstance(each, e.Local) and each.name == variable for each in within(node))


def _block(
    at: Values, saga: m.Saga | None, actions: tuple[m.Action, ...], depth: int
) -> Iterator[Line]:
    if not actions:
        yield Line(PyCode("    " * (depth + 1)), code("pass"))
    yield from lines(at, saga, actions, depth + 1)
