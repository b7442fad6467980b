"""Small mistakes that somebody could make in a module: every one of them, each at its place."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Div: ast.Mult,
}  # fmt: skip
_Change = tuple[str, Callable[[], None]]  # what it says, and how the tree is changed


Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake in one function: `code` is what the function does with it."""

    function: str  # its qualified name
    line: int
    says: str
    code: CodeType


def mistakes(source: str) -> list[tuple[Path, int]]:
    """All mistakes in the functions of a module. What is computed when the module is imported has none."""
    return [
        (path, number)
        for path, function in _functions(ast.parse(source).body, ())
        for number in range(len(list(_found(function))))
    ]


def mutant(source: str, filename: str, mistake: tuple[Path, int]) -> Mutant:
    """The function with this mistake."""
    path, number = mistake
    tree = ast.parse(source)
    place, (says, change) = list(_found(dict(_functions(tree.body, ()))[path]))[number]
    line = _line(place)
    change()
    module = compile(ast.fix_missing_locations(tree), filename, "exec")
    return Mutant(function=".".join(path), line=line, says=says, code=_code_of(module, path))


def _functions(body: list[ast.stmt], above: Path) -> Iterator[tuple[Path, ast.FunctionDef]]:
    for one in body:
        if isinstance(one, ast.ClassDef):
            yield from _functions(one.body, (*above, one.name))
        elif isinstance(one, ast.FunctionDef):
            yield (*above, one.name), one


def _code_of(module: CodeType, path: Path) -> CodeType:
    code = module
    for name in path:
        code = next(one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name)
    return code


def _line(place: ast.AST) -> int:
    return int(getattr(place, "lineno", 0) or getattr(getattr(place, "pattern", None), "lineno", 0))


def _found(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, _Change]]:
    """In the body only: not in the defaults of parameters, and not in messages for people."""
    silent = {id(inner) for one in ast.walk(function) if isinstance(one, ast.JoinedStr) for inner in ast.walk(one)}
    for statement in function.body:
        for node in ast.walk(statement):
            if id(node) not in silent:
                yield from ((node, change) for change in _of_node(node))
                yield from _of_body(node)
    yield from _of_body(function)


def _of_node(node: ast.AST) -> Iterator[_Change]:  # noqa: C901 - one case for each kind of mistake
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            other = _COMPARISONS[type(op)]
            yield f"{type(op).__name__} → {other.__name__}", lambda: setattr(node, "ops", [other()])
        case ast.BoolOp(op=ast.And()):
            yield "and → or", lambda: setattr(node, "op", ast.Or())
        case ast.BoolOp(op=ast.Or()):
            yield "or → and", lambda: setattr(node, "op", ast.And())
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in _OPERATORS:
            swapped = _OPERATORS[type(op)]
            yield f"{type(op).__name__} → {swapped.__name__}", lambda: setattr(node, "op", swapped())
        case ast.UnaryOp(op=ast.Not()):
            yield "not x → x", lambda: _become(node, node.operand)
        case ast.Constant(value=bool(value)):
            yield f"{value} → {not value}", lambda: setattr(node, "value", not value)
        case ast.Constant(value=int(value)):
            yield f"{value} → {value + 1}", lambda: setattr(node, "value", value + 1)
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if not isinstance(test, ast.Compare):
            yield "if → if not", lambda: setattr(node, "test", ast.UnaryOp(op=ast.Not(), operand=test))
        case ast.Return(value=ast.expr()):
            yield "return → return None", lambda: setattr(node, "value", ast.Constant(value=None))
        case ast.match_case(guard=ast.expr()):
            yield "guard → none", lambda: setattr(node, "guard", None)
        case ast.comprehension(ifs=[*_, _]):
            yield "filter → none", lambda: setattr(node, "ifs", [])


def _of_body(node: ast.AST) -> Iterator[tuple[ast.AST, _Change]]:
    """One statement is left out. Without an assignment there would be no name, which no test could miss."""
    for block in ("body", "orelse"):
        statements = getattr(node, block, None)
        if not isinstance(statements, list):
            continue
        for place, one in enumerate(statements):
            is_call = isinstance(one, ast.Expr) and not isinstance(one.value, ast.Constant)
            if is_call or isinstance(one, ast.AugAssign | ast.Continue | ast.Break | ast.Raise) or _sets_a_part(one):
                yield one, (f"without `{ast.unparse(one)[:60]}`", _replacing(statements, place))


def _sets_a_part(one: ast.stmt) -> bool:
    return isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Attribute | ast.Subscript)


def _replacing(statements: list[ast.stmt], place: int) -> Callable[[], None]:
    return lambda: statements.__setitem__(place, ast.copy_location(ast.Pass(), statements[place]))


def _become(node: ast.UnaryOp, operand: ast.expr) -> None:
    """`not x` is `x`: said so that it stays one node."""
    node.op, node.operand = ast.Not(), ast.UnaryOp(op=ast.Not(), operand=operand)
