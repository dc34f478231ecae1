"""Program text to a graph: assignments over named values, in the order in which they are read."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import ProgramError
from engine.expression import Call, Expression, Number, Symbol, program_text, walk
from engine.graph import Graph, GraphBuilder
from engine.language import Assignment, parse_assignments, parse_expression
from engine.ops import OPS
from engine.shapes import MAX_ELEMENTS


def parse_program(
    program: str,
    inputs: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    output: str | None = None,
    incoming: str | None = None,
    limit: int = MAX_ELEMENTS,
) -> Graph:
    """The graph of ``program``.

    ``inputs`` and ``parameters`` map names to numbers or nested lists of numbers; parameters are what training changes.
    ``output`` is the name to differentiate (the last one assigned where None); it is a scalar, or ``incoming`` is an
    expression for the gradient that arrives at it from outside, of the output's shape. No value may have more than
    ``limit`` elements.

    Raises ProgramError (one sentence, with the line) for an unknown name, shapes that do not fit, a cycle, a number
    that is not finite, or an output that is neither a scalar nor given an incoming gradient.
    """
    builder = GraphBuilder(limit)
    for op, leaves in (("input", inputs or {}), ("parameter", parameters or {})):
        for name, value in leaves.items():
            check_name(name)
            builder.leaf(op, name, value)
    assignments = parse_assignments(program)
    if not assignments and output is None:
        raise ProgramError("the program is empty: write at least one line name = expression")
    reader = _Reader(builder, assignments)
    for assignment in assignments:
        check_name(assignment.name, assignment.line)
        reader.assign(assignment)
    output = output or assignments[-1].name
    if output not in builder.ids:
        raise ProgramError(f"the output “{output}” is not a value of the program")
    seed = None
    if incoming is not None:
        reader.scope = "incoming"
        seed = reader.build(parse_expression(incoming), None)
    return builder.finish(builder.ids[output], seed)


def check_name(name: str, line: int | None = None) -> None:
    """Raises ProgramError where ``name`` cannot name a value."""
    if not isinstance(name, str):
        raise ProgramError(f"{name!r:.60} cannot be a name: names are text", line)
    if len(name) > 60:
        raise ProgramError(f"“{name[:57]}…” cannot be a name: it has more than 60 characters", line)
    # The parser reads compatibility characters, such as a bold x, as their plain form.
    plain = name.isascii() or unicodedata.normalize("NFKC", name) == name
    if not plain or not name.isidentifier():
        raise ProgramError(f"“{name}” cannot be a name: use letters, digits and _, not a digit first", line)
    if keyword.iskeyword(name):
        raise ProgramError(f"“{name}” cannot be a name: it is a reserved word of Python", line)
    if name.startswith("__"):
        raise ProgramError(f"“{name}” cannot be a name: names may not begin with two underscores", line)
    if name in OPS:
        raise ProgramError(f"“{name}” is an operation, so it cannot name a value", line)


@dataclass
class _Reader:
    """Turns expressions into nodes; values that the program does not name are named by their own text."""

    builder: GraphBuilder
    assignments: tuple[Assignment, ...]
    scope: str = ""
    copies: dict[str, int] = field(default_factory=dict)

    def assign(self, assignment: Assignment) -> None:
        expression, name, line = assignment.expression, assignment.name, assignment.line
        if isinstance(expression, Number):
            self.builder.leaf("constant", name, expression.value, line)
        elif isinstance(expression, Symbol):
            raise ProgramError(
                f"“{assignment.text}” only renames {expression.name}: use {expression.name} itself", line
            )
        elif isinstance(expression, Call):
            self._apply(expression, name, line)

    def build(self, expression: Expression, line: int | None) -> int:
        """The id of the node for ``expression``, made where it does not exist."""
        if isinstance(expression, Number):
            name = program_text(expression)
            known = self.builder.ids.get(name)
            return self.builder.leaf("constant", name, expression.value, line) if known is None else known
        if isinstance(expression, Symbol):
            if expression.name not in self.builder.ids:
                raise self._unknown(expression.name, line)
            return self.builder.ids[expression.name]
        assert isinstance(expression, Call)
        return self._apply(expression, self._free_name(program_text(expression)), line)

    def _apply(self, call: Call, name: str, line: int | None) -> int:
        arguments, attributes = list(call.arguments), dict(call.keywords)
        if call.operation == "reshape":  # the sizes of reshape(x, 2, 3) stand where others have inputs
            sizes = arguments[1:]
            if not all(isinstance(size, Number) for size in sizes) or len(sizes) > 4:
                raise ProgramError("reshape takes up to four whole numbers, such as reshape(x, 2, 3)", line)
            attributes |= {f"size{i}": size.value for i, size in enumerate(sizes) if isinstance(size, Number)}
            arguments = arguments[:1]
        inputs = [self.build(argument, line) for argument in arguments]
        return self.builder.apply(call.operation, inputs, name, attributes, line, self.scope)

    def _free_name(self, text: str) -> str:
        count = self.copies[text] = self.copies.get(text, 0) + 1
        return text if count == 1 else f"{text} ({count})"

    def _unknown(self, name: str, line: int | None) -> ProgramError:
        later = {assignment.name: assignment for assignment in self.assignments}
        if line is not None and name in later and later[name].line >= line:
            cycle = _cycle_through(name, later)
            if cycle:
                return ProgramError(f"a value cannot depend on itself: {' ← '.join(cycle)}", line)
            return ProgramError(f"“{name}” is used before line {later[name].line}, which gives it a value", line)
        if name in OPS:
            return ProgramError(f"“{name}” is an operation: write {name}(…)", line)
        return ProgramError(f"“{name}” has no value: it is neither an input, a parameter nor an earlier line", line)


def _cycle_through(name: str, assignments: Mapping[str, Assignment]) -> list[str] | None:
    """The names of a circle of assignments that leads from ``name`` back to it, or None."""
    paths = [[name]]
    seen = set()
    while paths:
        path = paths.pop()
        for part in walk(assignments[path[-1]].expression):
            if not isinstance(part, Symbol) or part.name not in assignments:
                continue
            if part.name == name:
                return [*path, name]
            if part.name not in seen:
                seen.add(part.name)
                paths.append([*path, part.name])
    return None
