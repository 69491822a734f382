"""Typed expressions as Python expressions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from herosaga.model import expr as e
from herosaga.model.model import Field
from herosaga.model.types import (
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    FLOAT,
    INT,
    EnumType,
    Optional,
    SetOf,
    Type,
)
from herosaga.model.types import UUID as UUID_TYPE
from herosaga.names import constant, extern_names, field_name
from herosaga.plan.code import (
    PyCode,
    code,
    date_code,
    datetime_code,
    decimal_code,
    duration_code,
    identifier,
    items,
    join,
    literal,
    uuid_code,
)
from herosaga.plan.context import Context, python_order
from herosaga.plan.scope import Locals
from herosaga.plan.types import written
from msgspec import Struct
from msgspec.structs import replace

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _UNARY, _ATOM = range(1, 9)
_BINARY = {
    "or": _OR,
    "and": _AND,
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "%": _PRODUCT,
}
_OPERATORS = {
    op: PyCode(op)
    for op in ["or", "and", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"]
} | {
    "in": PyCode("in"),
    "not in": PyCode("not in"),
}


class Values(Struct, frozen=True):
    """Where an expression stands: the module, and the function's variables.

    In a migration the data is `old`: its fields are variables. `step` is what knows the time, and takes what is sent.
    """

    context: Context
    locals: Locals = msgspec.field(default_factory=Locals)
    old: bool = False
    step: PyCode = PyCode("step")


def value(at: Values, expr: e.Expr) -> PyCode:
    """The Python expression of `expr`, on its own."""
    return _print(at, expr)[0]


def negated(at: Values, expr: e.Expr) -> PyCode:
    """The Python expression that is true when `expr` is false."""
    return _negated(at, expr)[0]


_OPPOSITES = {"==": "!=", "!=": "==", "in": "not in", "not in": "in"}


def _negated(at: Values, expr: e.Expr) -> tuple[PyCode, int]:
    match expr:
        case e.Not(operand):
            return _print(at, operand)
        case e.Binary(op, left, right) if op in _OPPOSITES:
            return _print(at, e.Binary(_OPPOSITES[op], left, right, BOOL, expr.span))
        case e.IsNone(operand, negative):
            return _print(at, e.IsNone(operand, not negative, BOOL, expr.span))
        case _:
            return code("not {}", _at_least(at, expr, _NOT)), _NOT


def constant_value(context: Context, const: e.Value) -> PyCode:
    """A literal's value in Python."""
    use = context.scope.use
    match const:
        case Decimal():
            return decimal_code(use("decimal", "Decimal"), const)
        case UUID():
            return uuid_code(use("uuid", "UUID"), const)
        case timedelta():
            return duration_code(use("datetime", "timedelta"), const)
        case datetime():
            moment = const.astimezone(UTC)
            return datetime_code(use("datetime", "datetime"), use("datetime", "UTC"), moment)
        case date():
            return date_code(use("datetime", "date"), const)
        case bytes():
            return PyCode(repr(const))
        case _:
            return literal(const)


def _at_least(at: Values, expr: e.Expr, strength: int) -> PyCode:
    text, own = _print(at, expr)
    return text if own >= strength else code("({})", text)


def _print(at: Values, expr: e.Expr) -> tuple[PyCode, int]:
    match expr:
        case e.Const(const):
            text = constant_value(at.context, const)
            return text, _UNARY if text.startswith("-") else _ATOM
        case e.Binary():
            return _binary(at, expr)
        case e.Not(operand):
            return _negated(at, operand)
        case e.Negate(operand):
            return code("-{}", _at_least(at, operand, _UNARY)), _UNARY
        case e.IsNone(operand, negative):
            test = _at_least(at, operand, _SUM)
            return code("{} is not None" if negative else "{} is None", test), _COMPARE
        case e.Conditional(condition, then, other):
            parts = [_at_least(at, each, _OR) for each in (then, condition, other)]
            return code("{} if {} else {}", *parts), 0
        case e.Widen(inner, type_):
            return _widen(at, inner, type_), _ATOM
        case _:
            return _atom(at, expr), _ATOM


def _atom(at: Values, expr: e.Expr) -> PyCode:
    match expr:
        case e.EnumConst(enum, member):
            return code("{}.{}", at.context.type_name(enum), identifier(constant(member)))
        case e.ListExpr(elements, type_):
            listed = items(value(at, each) for each in elements)
            return code("frozenset({})", listed) if isinstance(type_, SetOf) else listed
        case e.Ordered(inner):
            return code("tuple({})", in_order(at, inner))
        case e.FieldOf(inner, name):
            return code("{}.{}", _at_least(at, inner, _ATOM), attribute(name))
        case e.Item(inner, index):
            return code("{}[{}]", _at_least(at, inner, _ATOM), value(at, index))
        case e.Function():
            return _function(at, expr)
        case e.ExternCall():
            return _extern(at, expr)
        case e.Fold():
            return _fold(at, expr)
        case e.Construct(id, args):
            return construct(at, id, args)
        case e.Narrowed(inner):
            present = at.context.runtime("expressions", "present")
            return code("{}({})", present, value(at, inner))
        case _:
            return _known(at, expr)


def _known(at: Values, expr: e.Expr) -> PyCode:
    """What a function finds there: its variables, the data, the message, and what the step knows."""
    match expr:
        case e.Local(name, param):
            return code("undo.{}", attribute(name)) if param else at.locals.python(name)
        case e.DataField(name):
            return at.locals.python(name) if at.old else code("data.{}", attribute(name))
        case e.EventValue():
            return code("event")
        case e.FailureValue():
            return code("step.failure")
        case e.Round():
            return code("step.round")
        case e.RequestId():
            return code("step.next_id()")
        case e.StateValue():
            return code("step.state")
        case e.Now():
            return code("{}.now", at.step)
        case _:
            raise AssertionError(f"a program with errors is not planned: {expr}")


def attribute(name: str) -> PyCode:
    """What a field is called in Python."""
    return identifier(field_name(name))


def _extern(at: Values, expr: e.ExternCall) -> PyCode:
    """A call of what the user gives to the host: `ORDERS_EXTERNS.of(step).is_vip(data.customer_id)`."""
    function = at.context.model.externs[expr.id]
    externs = at.context.declared(function.file, extern_names(function.file)[1])
    given = arguments(at, python_order(function.params), dict(expr.args))
    return code("{}.of(step).{}({})", externs, attribute(function.name), given)


def in_order(at: Values, expr: e.Expr) -> PyCode:
    """What is gone through; a set in the order of its JSON form, so that a repeated step is the same."""
    inner = expr.value if isinstance(expr, e.Ordered) else expr
    if not isinstance(inner.type, SetOf):
        return value(at, expr)
    each = code("item")
    form = written(at.context, inner.type.element, each, 1)
    parts = (
        [value(at, inner)] if form == each else [value(at, inner), code("lambda item: {}", form)]
    )
    return code("{}.ordered({})", at.context.codec(), join(", ", parts))


def construct(at: Values, id: str, args: tuple[tuple[str, e.Expr | None], ...]) -> PyCode:
    """`Item("tea", Decimal("4.50"))`: by position, by name after a default that is left out."""
    return code(
        "{}({})", at.context.type_name(id), arguments(at, at.context.fields(id), dict(args))
    )


def arguments(at: Values, fields: tuple[Field, ...], given: dict[str, e.Expr | None]) -> PyCode:
    """Arguments for `fields`, in their order."""
    parts: list[PyCode] = []
    skipped = False
    for each in fields:
        argument = given.get(each.name)
        if argument is None:
            skipped = True
        elif skipped:
            parts.append(code("{}={}", identifier(field_name(each.name)), value(at, argument)))
        else:
            parts.append(value(at, argument))
    return join(", ", parts)


def _binary(at: Values, expr: e.Binary) -> tuple[PyCode, int]:
    left, right = _unwidened(expr)
    if expr.op == "%" and expr.type == DECIMAL:
        modulo = at.context.runtime("expressions", "modulo")
        return code("{}({}, {})", modulo, value(at, expr.left), value(at, expr.right)), _ATOM
    if expr.op == "+" and isinstance(right, e.ListExpr) and right.items:
        added = join(", ", (value(at, each) for each in right.items))
        return code("(*{}, {})", _at_least(at, left, _ATOM), added), _ATOM
    before, after, own = _bounds(expr.op, left)
    first, second = _at_least(at, left, before), _at_least(at, right, after)
    return code("{} {} {}", first, _OPERATORS[expr.op], second), own


def _bounds(op: str, left: e.Expr) -> tuple[int, int, int]:
    """How tightly the operands must bind to stand without brackets, and how tightly the whole does."""
    own = _BINARY.get(op, _COMPARE)
    if own == _OR:  # an `and` inside gets brackets for the reader
        chained = isinstance(left, e.Binary) and left.op == "or"
        return _OR if chained else _NOT, _NOT, _OR
    return _SUM if own == _COMPARE else own, own + 1, own


def _unwidened(expr: e.Binary) -> tuple[e.Expr, e.Expr]:
    """The operands, an int left as it is where Python takes it together with the other one."""
    match expr.left, expr.right:
        case (e.Widen(), e.Widen()):
            return expr.left, expr.right
        case (e.Widen(inner), other) if expr.op not in ("in", "not in"):
            return inner, other
        case (other, e.Widen(inner)) if expr.op not in ("in", "not in"):
            return other, inner
        case pair:
            return pair


def _widen(at: Values, inner: e.Expr, type_: Type) -> PyCode:
    if isinstance(type_, Optional):
        return _widen(at, inner, type_.of)
    if isinstance(inner, e.Const) and isinstance(inner.value, int):
        wide = Decimal(inner.value) if type_ == DECIMAL else float(inner.value)
        return constant_value(at.context, wide)
    kind = at.context.scope.use("decimal", "Decimal") if type_ == DECIMAL else code("float")
    return code("{}({})", kind, value(at, inner))


def _function(at: Values, expr: e.Function) -> PyCode:
    args = tuple(value(at, each) for each in expr.args)
    match expr.name:
        case "lower" | "upper":
            receiver = _at_least(at, expr.args[0], _ATOM)
            return code("{}.{}()", receiver, identifier(expr.name))
        case "uuid" if not args:
            return code("step.uuid()")
        case "uuid" if expr.args[0].type == UUID_TYPE:
            return args[0]
        case "uuid":
            return code("{}({})", at.context.scope.use("uuid", "UUID"), *args)
        case "str":
            return _text(at, expr.args[0], args[0])
        case "int" | "decimal":
            return _number(at, expr.name, expr.args[0], args[0])
        case "sum":
            return code("sum({}, {})", in_order(at, expr.args[0]), zero(at.context, expr.type))
        case "min" | "max":
            least = zero(at.context, expr.type)
            return code("{}({}, default={})", identifier(expr.name), args[0], least)
        case _:
            return code("{}({})", identifier(expr.name), join(", ", args))


def _text(at: Values, expr: e.Expr, text: PyCode) -> PyCode:
    codec = at.context.codec()
    match expr.type:
        case EnumType():
            return code("{}.value", _at_least(at, expr, _ATOM))
        case type_ if type_ == BOOL:
            return code('("true" if {} else "false")', _at_least(at, expr, _OR))
        case type_ if type_ == DECIMAL:
            return code("{}.write_decimal({})", codec, text)
        case type_ if type_ == DATETIME:
            return code("{}.write_datetime({})", codec, text)
        case _:
            return code("str({})", text)


def _number(at: Values, name: str, expr: e.Expr, text: PyCode) -> PyCode:
    decimal = at.context.scope.use("decimal", "Decimal") if name == "decimal" else code("int")
    if str(expr.type) == "str":
        read = "read_decimal" if name == "decimal" else "read_key_int"
        return code("{}.{}({})", at.context.codec(), identifier(read), text)
    if expr.type == FLOAT and name == "decimal":
        return code("{}(repr({}))", decimal, text)
    return code("{}({})", decimal, text)


def _fold(at: Values, expr: e.Fold) -> PyCode:
    set_ = isinstance(expr.source.type, SetOf)
    source = in_order(at, expr.source) if set_ else _at_least(at, expr.source, _OR)
    locals_, variable = at.locals.bind(expr.var, at.context.scope)
    inside = replace(at, locals=locals_)
    element = value(inside, expr.element)
    each = code("{} for {} in {}", element, variable, source)
    if expr.condition is not None:
        each = code("{} if {}", each, _at_least(inside, expr.condition, _OR))
    match expr.name:
        case "sum":
            return code("sum(({}), {})", each, zero(at.context, expr.type))
        case "min" | "max":
            least = zero(at.context, expr.type)
            return code("{}(({}), default={})", identifier(expr.name), each, least)
        case _:
            return code("{}({})", identifier(expr.name), each)


def zero(context: Context, type_: Type) -> PyCode:
    """What a fold over nothing gives: the element type's zero."""
    zeros: dict[Type, e.Value] = {
        INT: 0,
        FLOAT: 0.0,
        DECIMAL: Decimal(0),
        DURATION: timedelta(),
        DATE: date.min,
        DATETIME: datetime.min.replace(tzinfo=UTC),
    }
    return constant_value(context, zeros.get(type_, ""))
