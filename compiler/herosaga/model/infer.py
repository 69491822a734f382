"""Types of expressions: names bound, widening written out, narrowing applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from herosaga.checks import hs102, hs103, hs201, hs202, hs203, hs204, hs210
from herosaga.findings import Label
from herosaga.model import expr as e
from herosaga.model import functions, operators
from herosaga.model.arguments import by_place, pair
from herosaga.model.declared import argument_place, declared, instead
from herosaga.model.elsewhere import value_here
from herosaga.model.env import Env, Variable, path_of, shown
from herosaga.model.fit import about, bare, fit, join, require_bool, same, written
from herosaga.model.literals import literal, negative
from herosaga.model.scope import Decl, find, nearest, nearest_field
from herosaga.model.types import (
    BOOL,
    DATETIME,
    DECIMAL,
    FLOAT,
    INT,
    STR,
    UNKNOWN,
    DictOf,
    EnumType,
    ListOf,
    MessageType,
    OneOf,
    Optional,
    RecordType,
    SetOf,
    Type,
    Unknown,
)
from herosaga.model.world import Shape, Slot
from herosaga.source import Span
from herosaga.syntax import ast


def check(
    node: ast.Expr, env: Env, expected: Type, place: Callable[[], hs201.Place | None] | None = None
) -> e.Expr:
    """The expression as a value of `expected`; `place` is what it is for."""
    if isinstance(node, ast.Conditional):
        test = condition(node.condition, env, "condition")
        then = check(node.then, env.knowing(shown(node.condition, True)), expected, place)
        other = check(node.other, env.knowing(shown(node.condition, False)), expected, place)
        return e.Conditional(test, then, other, expected, node.span)
    value = infer(node, env, expected)

    def meant() -> hs201.Meant:
        return _meant(node, value, expected, place() if place is not None else None, env)

    return fit(value, expected, env.report, meant)


def _meant(
    node: ast.Expr, value: e.Expr, expected: Type, place: hs201.Place | None, env: Env
) -> hs201.Meant:
    """What there is to say of a value of a wrong type: whence, where to, and what else there is."""
    label = declared(value, env)
    labels = (label,) if label is not None else ()
    if place is None:
        return hs201.Meant(labels)
    better, surely = instead(node, expected, place, env)
    return hs201.Meant((place.label, *labels), better, surely)


def condition(node: ast.Expr, env: Env, what: str) -> e.Expr:
    """The expression as a condition; `what` it is of goes into the finding."""
    value = infer(node, env, BOOL)
    if require_bool(value):
        return value
    label = declared(value, env)
    labels = (label,) if label is not None else ()
    env.report.append(hs210.not_bool(what, about(value), value.span, labels))
    return e.Bad(BOOL, value.span)


def infer(node: ast.Expr, env: Env, expected: Type | None = None) -> e.Expr:
    """The typed expression. `expected` only says how to read literals; `check` sees whether it fits."""
    match node:
        case ast.Literal():
            return literal(node, expected, env.world, env.report)
        case ast.ListLiteral():
            return _list(node, env, expected)
        case ast.Var():
            return _narrowed(node, _var(node, env), env)
        case ast.Attribute():
            return _narrowed(node, _attribute(node, env), env)
        case ast.Index():
            return _index(node, env)
        case ast.Call():
            return _call(node, env, expected)
        case ast.Generator():
            env.report.append(hs201.stray_generator(node.span))
            return e.Bad(UNKNOWN, node.span)
        case ast.Unary():
            return _unary(node, env, expected)
        case ast.Binary():
            return _binary(node, env, expected)
        case ast.IsNone():
            return _is_none(node, env)
        case ast.Conditional():
            return _conditional(node, env, expected)


def construct(call: ast.Call, shape: Shape, env: Env) -> e.Construct:
    """A record or message value."""
    kind = RecordType(shape.id) if shape.kind == "record" else MessageType(shape.id)
    return e.Construct(shape.id, arguments(call, shape, env), kind, call.span)


def arguments(call: ast.Call, shape: Shape, env: Env) -> tuple[tuple[str, e.Expr | None], ...]:
    """Every field of `shape` in declared order, with the value that the call gives it."""
    return _checked(pair(call.args, shape, call.name.span, env.report), shape, env)


def _checked(
    given: Mapping[str, ast.Expr], shape: Shape, env: Env
) -> tuple[tuple[str, e.Expr | None], ...]:
    def one(slot: Slot) -> e.Expr | None:
        if slot.name not in given:
            return None
        place = partial(argument_place, slot, shape, given.values())
        return check(given[slot.name], env, slot.type, place)

    return tuple((name, one(slot)) for name, slot in shape.slots.items())


def element_of(source: e.Expr, env: Env) -> Type:
    """The type of a loop's variable."""
    if _is_nothing(source):
        env.report.append(hs201.nothing_in(source.span))
        return UNKNOWN
    match source.type:
        case ListOf(element=inside) | SetOf(element=inside) | DictOf(key=inside):
            return inside
        case Unknown():
            return UNKNOWN
        case Optional(of=ListOf() | SetOf() | DictOf() as inside):
            fit(source, inside, env.report)
            return UNKNOWN
    env.report.append(hs201.not_a_list(str(source.type), source.span))
    return UNKNOWN


def _is_nothing(value: e.Expr) -> bool:
    """Whether it is `[]` where nothing says of what."""
    return isinstance(value, e.ListExpr) and value.type == ListOf(UNKNOWN) and not value.items


# --- names -------------------------------------------------------------------------------------


def _var(node: ast.Var, env: Env) -> e.Expr:
    name, span = node.name, node.span
    if env.bare:
        env.report.append(hs102.no_names(name, env.bare, span, _literal(name)))
        return e.Bad(UNKNOWN, span)
    if name in env.variables:
        variable = env.variables[name]
        return e.Local(name, variable.param, variable.type, span)
    if name in env.hidden:
        env.report.append(hs204.no_instance(name, span, _no_instance(name, env)))
        return e.Bad(UNKNOWN, span)
    if name in env.data:
        return e.DataField(name, name == env.key, env.data[name], span)
    match name:
        case "event" if env.event is not None:
            return e.EventValue(env.event, span)
        case "event":
            env.report.append(hs102.no_event(env.no_event, span, env.advice))
            return e.Bad(UNKNOWN, span)
        case "failure" if env.failure is not None:
            return e.FailureValue(env.failure, span)
        case "state" if env.no_state:
            env.report.append(hs102.no_names(name, env.no_state, span, env.advice))
            return e.Bad(STR, span)
        case "state":
            return e.StateValue(STR, span)
        case "now":
            return e.Now(DATETIME, span)
    return _unknown(name, span, env)


def _no_instance(name: str, env: Env) -> tuple[Label, ...]:
    """Why a data field can't be read: its declaration, and the block in which there is no instance."""
    places = (
        (env.places.get(name), "declared for the instances"),
        (env.missing, "here is what happens to messages that find no instance"),
    )
    return tuple(Label(place, text) for place, text in places if place is not None)


def _literal(name: str) -> str:
    """What to write for a name where only literals can stand."""
    near = value_here(name)
    return f"did you mean `{near}`?" if near else "write a literal"


def _unknown(name: str, span: Span, env: Env) -> e.Expr:
    """A name that nothing here has; often a field of the event, written without `event.`."""
    fields = _common(env.event, env)
    if name in fields:
        env.report.append(hs102.in_event(name, span))
    elif name in env.gone:
        env.report.append(hs102.after_loop(name, span))
    elif not env.open:
        names = (*env.variables, *env.data, "event", "state", "now")
        near = value_here(name) or nearest(name, names)
        env.report.append(hs102.unknown(name, ("name",), span, near, env.advice))
    return e.Bad(UNKNOWN, span)


def _common(event: Type | None, env: Env) -> frozenset[str]:
    """The fields of the event; where it may be one of several, those that all have."""
    match event:
        case MessageType(id=id):
            return frozenset(env.world.shapes[id].slots)
        case OneOf(ids=ids):
            return frozenset.intersection(*(frozenset(env.world.shapes[id].slots) for id in ids))
    return frozenset()


def _attribute(node: ast.Attribute, env: Env) -> e.Expr:
    enum = _enum_of(node.value, env)
    if enum is not None:
        return _member(node, enum, env)
    value, name = _owner(node, env), node.name
    match value.type:
        case Unknown():
            return e.Bad(UNKNOWN, node.span)
        case Optional():
            label, path = declared(value, env), path_of(node.value) or "this"
            labels = (label,) if label is not None else ()
            env.report.append(hs203.field(path, name.text, value.span, labels))
            return e.Bad(UNKNOWN, node.span)
        case RecordType(id=owner) | MessageType(id=owner):
            shape = env.world.shapes[owner]
            slot = _slot(name, shape, env)
            if slot is not None:
                return e.FieldOf(value, name.text, slot.type, node.span)
        case OneOf(ids=ids):
            kind = _of_each(name, tuple(env.world.shapes[id] for id in ids), env)
            return e.FieldOf(value, name.text, kind, node.span)
        case kind:
            env.report.append(hs102.no_field(name.text, "type", str(kind), name.span, ""))
    return e.Bad(UNKNOWN, node.span)


def _owner(node: ast.Attribute, env: Env) -> e.Expr:
    """What an attribute is of; `self`, `this` or `data` is the instance, which needs no name."""
    match node.value:
        case ast.Var(name="self" | "this" | "data" | "saga" as owner) if node.name.text in env.data:
            if owner not in env.variables and owner not in env.data:
                env.report.append(hs102.with_self(owner, node.name.text, node.span))
                return e.Bad(UNKNOWN, node.span)
    return infer(node.value, env)


def _slot(name: ast.Name, shape: Shape, env: Env) -> Slot | None:
    slot = shape.slots.get(name.text)
    if slot is None and not shape.open:
        near, has = nearest_field(name.text, shape.slots), shape.slots.keys()
        env.report.append(hs102.no_field(name.text, shape.kind, shape.name, name.span, near, has))
    return slot


def _of_each(name: ast.Name, shapes: tuple[Shape, ...], env: Env) -> Type:
    """The type of a field that each of these messages must have, and all alike."""
    found = [(shape, _slot(name, shape, env)) for shape in shapes]
    if any(slot is None for _, slot in found):
        return UNKNOWN
    (first, known), *others = [(shape, slot) for shape, slot in found if slot is not None]
    for shape, slot in others:
        if not same(known.type, slot.type):
            sides = (first.name, str(known.type)), (shape.name, str(slot.type))
            env.report.append(hs201.unlike_fields(name.text, *sides, name.span))
            return UNKNOWN
    return known.type


def _enum_of(node: ast.Expr, env: Env) -> str | None:
    """The id of the enum that `Color` or `p.Color` names, unless a variable or field has that name."""
    path = path_of(node)
    root = path.partition(".")[0]
    if not path or root in env.variables or root in env.data:
        return None
    match env.scope.get(path):
        case Decl(kind="enum", id=id):
            return id
        case Decl(kind="type", id=id):
            meant = env.scope.aliases.get(id)
            return meant.id if isinstance(meant, EnumType) else None
    return None


def _member(node: ast.Attribute, enum: str, env: Env) -> e.Expr:
    name, members, kind = node.name, env.world.enums[enum], EnumType(enum)
    if name.text in members:
        return e.EnumConst(enum, name.text, kind, node.span)
    near = nearest(name.text, members)
    env.report.append(hs102.no_field(name.text, "enum", str(kind), name.span, near, members))
    return e.Bad(kind, node.span)


def _narrowed(node: ast.Expr, value: e.Expr, env: Env) -> e.Expr:
    if isinstance(value.type, Optional) and path_of(node) in env.facts:
        return e.Narrowed(value, value.type.of, node.span)
    return value


# --- calls -------------------------------------------------------------------------------------


def _call(node: ast.Call, env: Env, expected: Type | None) -> e.Expr:
    name = node.name.text
    if name in functions.FUNCTIONS:
        return _function(node, env, expected)
    match _called(node.name, env):
        case Decl(kind="record", id=id):
            return construct(node, env.world.shapes[id], env)
        case Decl(kind="function", id=id) if env.bare:
            env.report.append(hs102.no_names(name, env.bare, node.name.span))
        case Decl(kind="function", id=id):
            return _extern(node, env.world.shapes[id], env)
        case Decl(kind="type", id=id):
            return _alias_called(node, env.scope.aliases.get(id, UNKNOWN), env)
    return e.Bad(UNKNOWN, node.span)


def _called(name: ast.Name, env: Env) -> Decl | None:
    """The declaration that a call names: a record or an extern function, by itself or through a `type`."""
    scope, decl = env.scope, env.scope.get(name.text)
    owner, _, method = name.text.rpartition(".")
    if owner and (owner in env.variables or owner in env.data or owner in ("event", "now")):
        env.report.append(hs102.no_method(method, name.span))
        return None
    if decl is not None and decl.kind in ("function", "type"):
        return decl
    built_in = name.text.lower() in functions.FUNCTIONS
    if scope.names.get(name.text) or "." in name.text or not (name.text[:1].islower() or built_in):
        return find(scope, name, ("record",), env.report)
    if name.text in scope.lost or scope.incomplete:
        return None
    other = scope.elsewhere.get(name.text)
    if other is not None and other.kind == "function":
        return find(scope, name, ("function",), env.report)
    own = [each for each, found in scope.names.items() if any(d.kind == "function" for d in found)]
    near = nearest(name.text, (*functions.FUNCTIONS, *own))
    known = (*functions.FUNCTIONS, *own)
    env.report.append(hs102.no_function(name.text, name.span, near, known))
    return None


def _alias_called(node: ast.Call, meant: Type, env: Env) -> e.Expr:
    """`Alias(…)`: a value, where the alias stands for a record."""
    match meant:
        case RecordType(id=id):
            return construct(node, env.world.shapes[id], env)
        case Unknown():
            return e.Bad(UNKNOWN, node.span)
    env.report.append(hs103.not_a_record(node.name.text, str(meant), node.name.span))
    return e.Bad(UNKNOWN, node.span)


def _extern(node: ast.Call, shape: Shape, env: Env) -> e.Expr:
    """A call of a function that the user supplies: arguments by place, then by name, as in Python."""
    given = by_place(node.args, shape, node.name.span, env.report)
    args = _checked(given, shape, env)
    return e.ExternCall(shape.id, args, env.world.results[shape.id], node.span)


_OF_ELEMENTS = frozenset(("min", "max", "sum", "any", "all"))


def _function(node: ast.Call, env: Env, expected: Type | None) -> e.Expr:
    name = node.name.text
    match node.args:
        case (ast.Arg(name=None, value=ast.Generator() as generator),):
            return _fold(node, generator, env, expected)
    for arg in node.args:
        if arg.name is not None:
            env.report.append(hs202.named(arg.name.text, name, arg.span))
            return e.Bad(UNKNOWN, node.span)
    args = tuple(infer(arg.value, env) for arg in node.args)
    for each in args if name in _OF_ELEMENTS else ():
        if _is_nothing(each):
            env.report.append(hs201.nothing_in(each.span))
    if name in ("min", "max") and len(args) > 1:
        args = (_joined(args, node.span, env, None),)
    return functions.call(name, args, node.span, env.report)


def _fold(node: ast.Call, part: ast.Generator, env: Env, expected: Type | None) -> e.Expr:
    source = infer(part.source, env)
    inner = env.binding(part.var.text, Variable(element_of(source, env)))
    test = condition(part.condition, inner, "filter") if part.condition else None
    element = infer(part.element, inner.knowing(shown(part.condition, True)), expected)
    open_fold = e.Fold(node.name.text, element, part.var.text, source, test, UNKNOWN, node.span)
    return functions.fold(node.name.text, open_fold, env.report)


# --- the rest ----------------------------------------------------------------------------------


def _list(node: ast.ListLiteral, env: Env, expected: Type | None) -> e.Expr:
    match bare(expected) if expected is not None else None:
        case ListOf(element=inside) | SetOf(element=inside) as kind:
            items = tuple(check(item, env, inside) for item in node.items)
            return e.ListExpr(items, kind, node.span)
    return _joined(tuple(infer(item, env) for item in node.items), node.span, env, expected)


def _joined(items: tuple[e.Expr, ...], span: Span, env: Env, expected: Type | None) -> e.ListExpr:
    """A list of values whose one type is found from them."""
    element: Type = UNKNOWN
    for item in items:
        both = join(element, item.type)
        if both is None:
            env.report.append(
                hs201.unlike("list", hs201.Side(str(element)), about(item), item.span)
            )
            return e.ListExpr((), ListOf(UNKNOWN), span)
        element = item.type if isinstance(element, Unknown) else both
    return e.ListExpr(
        tuple(fit(item, element, env.report) for item in items), ListOf(element), span
    )


def _index(node: ast.Index, env: Env) -> e.Expr:
    value = infer(node.value, env)
    match value.type:
        case ListOf(element=inside):
            return e.Item(value, check(node.index, env, INT), inside, node.span)
        case DictOf(key=key, value=inside):
            return e.Item(value, check(node.index, env, key), inside, node.span)
        case Unknown():
            infer(node.index, env)
        case Optional(of=ListOf() | DictOf()):
            fit(value, bare(value.type), env.report)
        case kind:
            env.report.append(hs201.operand("[ ]", str(kind), "a list or dict", value.span))
    return e.Bad(UNKNOWN, node.span)


def _unary(node: ast.Unary, env: Env, expected: Type | None) -> e.Expr:
    if node.op == "not":
        return e.Not(check(node.operand, env, BOOL), BOOL, node.span)
    value = infer(node.operand, env, expected)
    return negative(value, node.span) or operators.negate(value, node.span, env.report)


def _binary(node: ast.Binary, env: Env, expected: Type | None) -> e.Expr:
    if node.op in ("==", "!="):
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, ast.Var) and _is_null(side.name, env):
                better = hs201.tested(node.op, written(infer(other, env)))
                env.report.append(hs102.compared_with_null(side.name, side.span, better))
                return e.Bad(BOOL, node.span)
    left_hint = right_hint = expected
    right_env = env
    if node.op in ("and", "or"):
        right_env = env.knowing(shown(node.left, node.op == "and"))
    if node.op in ("==", "!=", "<", "<=", ">", ">=", "in", "not in"):
        left_hint = right_hint = None
    if _is_literal(node.left) and not _is_literal(node.right):
        right = infer(node.right, right_env, right_hint)
        left = infer(node.left, env, _hint_left(node.op, right.type, left_hint))
    else:
        left = infer(node.left, env, left_hint)
        right = infer(node.right, right_env, _hint_right(node.op, left.type, right_hint))
    return operators.binary(node.op, left, right, node.span, env)


def _is_null(name: str, env: Env) -> bool:
    """Whether a name means what is called `none` here."""
    known = env.bare or name in env.variables or name in env.data
    return value_here(name) == "none" and not known


def _hint_left(op: str, right: Type, expected: Type | None) -> Type | None:
    """How a literal on the left is to be read, from what stands on the right."""
    if op not in ("in", "not in"):
        return _hint(op, right, expected)
    match right:
        case ListOf(element=inside) | SetOf(element=inside) | DictOf(key=inside):
            return inside
    return None


def _hint_right(op: str, left: Type, expected: Type | None) -> Type | None:
    if op in ("in", "not in"):
        return ListOf(bare(left)) if left != STR else None
    return _hint(op, left, expected)


def _hint(op: str, other: Type, expected: Type | None) -> Type | None:
    """A literal is read like the other operand; beside an int, like what the whole has to be."""
    if op in ("and", "or"):
        return BOOL
    plain = bare(other)
    if op == "+" and isinstance(plain, ListOf):
        return plain
    if op in ("==", "!=", "<", "<=", ">", ">=") or plain in (FLOAT, DECIMAL):
        return plain
    return expected if plain == INT else None


def _is_literal(node: ast.Expr) -> bool:
    match node:
        case ast.Literal() | ast.ListLiteral():
            return True
        case ast.Unary(op="-", operand=operand):
            return _is_literal(operand)
    return False


def _is_none(node: ast.IsNone, env: Env) -> e.Expr:
    value = infer(node.operand, env)
    if isinstance(value, e.Narrowed):
        value = value.value
    return e.IsNone(value, node.negated, BOOL, node.span)


def _conditional(node: ast.Conditional, env: Env, expected: Type | None) -> e.Expr:
    test = condition(node.condition, env, "condition")
    then = infer(node.then, env.knowing(shown(node.condition, True)), expected)
    other = infer(node.other, env.knowing(shown(node.condition, False)), expected)
    both = join(then.type, other.type)
    if both is None:
        env.report.append(
            hs201.unlike("if", about(then), about(other), node.then.span.to(other.span))
        )
        return e.Bad(UNKNOWN, node.span)
    sides = fit(then, both, env.report), fit(other, both, env.report)
    return e.Conditional(test, *sides, both, node.span)
