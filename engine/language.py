"""The small language: text to expressions, through Python's ``ast`` and a whitelist. Nothing is ever evaluated here.

Programs, the incoming gradient of a document, conditions and the formulas of the operation table are all written in
it: names, numbers, ``+ - * / ** @``, unary minus and calls of operations with numbers as keywords; in conditions also
comparisons and ``and``, ``or``, ``not``. No attribute, no subscript, no other name.
"""

from __future__ import annotations

import ast
import keyword
import math
import operator
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.errors import ProgramError
from engine.expression import Call, Expression, Number, Symbol

MAX_LINE_LENGTH = 500
MAX_LINE_NODES = 200
MAX_DEPTH = 30
MAX_LINES = 2000

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.MatMult: "matmul",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "less",
    ast.Gt: "greater",
    ast.LtE: "less_equal",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
_ARITHMETIC: dict[str, Callable[[float, float], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
}
_ALLOWED = "only names, numbers, + - * / ** @, unary minus and calls of operations may be written"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of a program: ``name = expression``; ``line`` counts from 1, ``text`` is the line as written."""

    name: str
    expression: Expression
    line: int
    text: str


def parse_assignments(program: str) -> tuple[Assignment, ...]:
    """The assignments of a program, in order; blank lines and ``#`` comments are passed over.

    Raises ProgramError with the line at fault.
    """
    if not isinstance(program, str):
        raise ProgramError(f"a program is text, not {_kind(program)}")
    lines = program.splitlines()
    if len(lines) > MAX_LINES:
        raise ProgramError(f"a program has at most {MAX_LINES:,} lines, and this one has {len(lines):,}")
    found: list[Assignment] = []
    for line, text in enumerate(map(str.strip, lines), start=1):
        if text and not text.startswith("#"):
            with _at(line):
                found.append(Assignment(*_parse_assignment(text), line, text))
    return tuple(found)


def parse_expression(text: str, line: int | None = None, conditions: bool = False) -> Expression:
    """``text`` as one expression; ``conditions`` also lets comparisons and and, or, not through.

    Raises ProgramError, with ``line`` where given.
    """
    with _at(line):
        if not isinstance(text, str):
            raise ProgramError(f"an expression is text, not {_kind(text)}")
        tree = _parse(text, "eval")
        assert isinstance(tree, ast.Expression)
        return _convert(tree.body, conditions)


@contextmanager
def _at(line: int | None) -> Iterator[None]:
    """Errors that are raised here name the line."""
    try:
        yield
    except ProgramError as error:
        raise ProgramError(error.sentence, line) from None


@lru_cache(maxsize=4 * MAX_LINES)
def _parse_assignment(text: str) -> tuple[str, Expression]:
    """The name and the expression of a line. An edited program is parsed over and over, and most lines stay."""
    tree = _parse(text, "exec")
    assert isinstance(tree, ast.Module)
    statement = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        raise ProgramError(f"{_quote(text)} is not an assignment: each line is written name = expression")
    target = statement.targets[0]
    if not isinstance(target, ast.Name):
        raise ProgramError(f"{_quote(text)} assigns to something that is not a name")
    return target.id, _convert(statement.value, False)


def _parse(text: str, mode: str) -> ast.AST:
    if len(text) > MAX_LINE_LENGTH:
        raise ProgramError(f"a line has at most {MAX_LINE_LENGTH} characters, and this one has {len(text):,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the parser's opinions on strings and the like, which we refuse anyway
            tree = ast.parse(text.strip(), mode=mode)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ProgramError(f"{_quote(text)} is not valid: {_reason(error, text)}") from None
    if len(text) <= MAX_DEPTH:
        return tree  # every character makes one level at most, and two parts
    nodes = 0
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH + 3):  # the module, the statement and the context markers are not the user's depth
        nodes += len(level)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            break
    if level:
        raise ProgramError(f"an expression may be nested {MAX_DEPTH} deep, and this one is deeper")
    if nodes > MAX_LINE_NODES:
        raise ProgramError(f"a line has at most {MAX_LINE_NODES} parts, and this one has {nodes}: split it")
    return tree


def _reason(error: Exception, text: str) -> str:
    """Why the parser refused a line, without its guesses at what else of Python was meant."""
    words = re.findall(r"\w+", text.partition("#")[0])
    reserved = [word for word in words if keyword.iskeyword(word) and word not in ("and", "or", "not")]
    if reserved:
        return f"“{reserved[0]}” is a reserved word of Python"
    if isinstance(error, SyntaxError) and error.msg:
        return re.sub(r"\. .*| \(detected at .*", "", error.msg)
    return "it cannot be read"


def _kind(value: object) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"


def _convert(node: ast.expr, conditions: bool) -> Expression:
    if isinstance(node, ast.Constant):
        return _number(node)
    if isinstance(node, ast.Name):
        return Symbol(node.id)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        arguments = (_convert(node.left, conditions), _convert(node.right, conditions))
        return _fold(Call(_OPERATORS[type(node.op)], arguments), node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _fold(Call("negate", (_convert(node.operand, conditions),)), node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
        return _convert(node.operand, conditions)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _call(node, node.func.id, conditions)
    if conditions and isinstance(node, ast.Compare):
        return _compare(node)
    if conditions and isinstance(node, ast.BoolOp):
        name = "and" if isinstance(node.op, ast.And) else "or"
        return Call(name, tuple(_convert(value, conditions) for value in node.values))
    if conditions and isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Call("not", (_convert(node.operand, conditions),))
    raise ProgramError(f"{_quote(ast.unparse(node))} is not part of the language: {_ALLOWED}")


def _call(node: ast.Call, name: str, conditions: bool) -> Call:
    keywords: list[tuple[str, float]] = []
    for given in node.keywords:
        value = _convert(given.value, conditions)
        if given.arg is None or not isinstance(value, Number):
            raise ProgramError(f"{_quote(ast.unparse(node))}: a keyword takes a number, such as axis=0")
        if given.arg in dict(keywords):
            raise ProgramError(f"{_quote(ast.unparse(node))}: {given.arg} is given twice")
        keywords.append((given.arg, value.value))
    return Call(name, tuple(_convert(argument, conditions) for argument in node.args), tuple(keywords))


def _compare(node: ast.Compare) -> Expression:
    if len(node.ops) != 1 or type(node.ops[0]) not in _COMPARISONS:
        raise ProgramError(f"{_quote(ast.unparse(node))}: write one comparison at a time, joined by and")
    sides = (_convert(node.left, True), _convert(node.comparators[0], True))
    return Call(_COMPARISONS[type(node.ops[0])], sides)


def _number(node: ast.Constant) -> Number:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        written = ast.unparse(node)
        raise ProgramError(f"{_quote(written)} is not a number: only numbers and names may be written here")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ProgramError("a number here is too large: the largest is about 1.8e308")
    return Number(number)


def _fold(call: Call, node: ast.expr) -> Expression:
    """Arithmetic between constants becomes one constant, so that ``9**9**9`` is refused instead of computed."""
    numbers = [argument.value for argument in call.arguments if isinstance(argument, Number)]
    if len(numbers) != len(call.arguments) or call.operation == "matmul":
        return call
    if call.operation == "negate":
        return Number(-numbers[0])
    try:
        result = _ARITHMETIC[call.operation](*numbers)
    except (OverflowError, ZeroDivisionError):
        result = math.nan
    if isinstance(result, complex) or not math.isfinite(result):
        raise ProgramError(f"{_quote(ast.unparse(node))} is not a finite number")
    return Number(float(result))


def _quote(text: str) -> str:
    text = " ".join(text.split())
    text = "".join(character if character.isprintable() else "�" for character in text)
    return f"“{text[:57]}…”" if len(text) > 60 else f"“{text}”"
