"""How each operation is written: fractions, exponents, radicals, cases; and where brackets are needed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.expression import ATOM, PRECEDENCE, Call, Expression, Number
from visualizer.ui import boxes
from visualizer.ui.boxes import Box, row
from visualizer.ui.items import BASE, FRACTION, PRODUCT, SIGNED, sign_in_front
from visualizer.ui.leaves import Leaves, Style, is_deep
from visualizer.ui.names import expression_of

_WORDS = {
    "sigmoid": "σ", "Phi": "Φ", "phi": "φ", "maximum": "max", "minimum": "min", "sign": "sgn",
    "log_softmax": "log softmax",
    "leaky_relu": "leaky relu", "cross_entropy": "cross entropy", "binary_cross_entropy": "binary cross entropy",
}  # fmt: skip
RELATIONS = {
    "less": "<", "greater": ">", "less_equal": "≤", "greater_equal": "≥", "equal": "=", "not_equal": "≠",
    "and": "and", "or": "or",
}  # fmt: skip
_TRANSPOSED = "\N{MATHEMATICAL SANS-SERIF CAPITAL T}"

# Spaces in ems.
AROUND_PLUS, AROUND_TIMES, AROUND_RELATION, AFTER_COMMA, THIN = 0.22, 0.19, 0.28, 0.25, 0.15


@dataclass(slots=True)
class Notation(Leaves):
    """The part of a layout that writes one operation around the boxes of its arguments."""

    def build(
        self, node: Expression, style: Style, limit: float = math.inf, first: bool = True, outermost: bool = False
    ) -> Box:
        """An expression in one line; a ``Layout`` knows how."""
        raise NotImplementedError

    def fit(self, node: Expression, style: Style, limit: float, outermost: bool = False) -> Box:
        """An expression in lines no wider than ``limit``; a ``Layout`` knows how."""
        raise NotImplementedError

    def operand(
        self, node: Expression, at_least: int, style: Style, first: bool = True, limit: float = math.inf
    ) -> Box:
        """A part of something that binds ``at_least`` so tightly, in brackets where it binds less."""
        if not self.needs_brackets(node, at_least, style, first):
            return self.build(node, style, limit, first)
        return self.bracketed(self.fit(node, style, limit - style.size), style)

    def needs_brackets(self, node: Expression, at_least: int, style: Style, first: bool) -> bool:
        """Whether brackets go around ``node``; ``first`` where nothing stands before it, so that a sign may lead."""
        if not isinstance(node, Call):
            ink = self.write(node)
            if ink.kind == "gradient":
                return at_least > (PRODUCT if style.script else FRACTION)
            named = expression_of(ink.text) if ink.kind == "name" else None
            if named is not None:
                return self.needs_brackets(named, at_least, style, first)
            return ink.text.startswith(("−", "-")) and (not first or at_least > PRODUCT)
        node = sign_in_front(node)
        if node.operation == "negate":
            return not first or at_least > SIGNED
        if node.operation == "divide" and not style.script and not is_deep(style):
            return at_least > FRACTION
        if node.operation == "square":
            return at_least > PRECEDENCE["power"]
        if node.operation == "exp" or (node.operation == "sum" and self.is_bare(node)):
            return at_least > (FRACTION if node.operation == "exp" else SIGNED)
        return PRECEDENCE.get(node.operation, ATOM) < at_least

    def between(self, node: Call, style: Style, first: bool) -> Box:
        """Two sides with a sign between them: comparisons, and the space of a matrix product."""
        mine = PRECEDENCE[node.operation]
        parts: list[Box | float] = []
        for number, argument in enumerate(node.arguments):
            if number and node.operation == "matmul":
                parts.append(THIN * style.size)
            elif number:
                space = AROUND_RELATION * style.size
                parts += [space, self.upright(RELATIONS[node.operation], style), space]
            # An elementwise product inside a matrix product is not to be read as a longer matrix product.
            tighter = bool(number) or (isinstance(argument, Call) and argument.operation == "multiply")
            leading = node.operation != "matmul" or (first and not number)
            parts.append(self.operand(argument, mine + tighter, style, leading))
        return row(*parts)

    def negation(self, node: Call, style: Style, limit: float) -> Box:
        """not x"""
        inside = self.operand(node.arguments[0], PRECEDENCE["not"] + 1, style, limit=limit)
        return row(self.upright("not", style, inside.ghost), AROUND_RELATION * style.size, inside)

    def division(self, node: Call, style: Style, limit: float) -> Box:
        """A fraction; with a slash in scripts."""
        over, under = node.arguments
        if style.script or is_deep(style):
            left = self.operand(over, PRODUCT, style)
            right = self.operand(under, PRODUCT + 1, style, first=False)
            return row(left, self.upright("/", style, left.ghost and right.ghost), right)
        inner = style.in_fraction()
        above, below = (self.fit(part, inner, limit - 0.2 * style.size) for part in (over, under))
        color = self.color(above.ghost and below.ghost)
        return boxes.fraction(above, below, style.size, color, nested=style.depth > 0)

    def power(self, node: Call, style: Style, limit: float) -> Box:
        """A base with its exponent; above the subscript of a base that has one."""
        base = self.operand(node.arguments[0], BASE, style, limit=limit)
        exponent = self.build(node.arguments[1], style.in_script())
        literal = isinstance(node.arguments[1], Number) and self.write(node.arguments[1]).key is None
        return boxes.superscripted(base, exponent, style.size, base.corner if literal else None)

    def square(self, node: Call, style: Style, limit: float) -> Box:
        """x²"""
        base = self.operand(node.arguments[0], BASE, style, limit=limit)
        return boxes.superscripted(base, self.upright("2", style.in_script(), base.ghost), style.size, base.corner)

    def magnitude(self, node: Call, style: Style, limit: float) -> Box:
        """|x|"""
        return self.fenced(node, style, limit, "|", "|")

    def floor(self, node: Call, style: Style, limit: float) -> Box:
        """⌊x⌋"""
        return self.fenced(node, style, limit, "⌊", "⌋")

    def fenced(self, node: Call, style: Style, limit: float, left: str, right: str) -> Box:
        """An argument between two upright strokes."""
        inside = self.fit(node.arguments[0], style, limit - style.size)
        return boxes.fenced(inside, self.setter.face, style.size, self.color(inside.ghost), left, right)

    def transposition(self, node: Call, style: Style, limit: float) -> Box:
        """An upright T at the upper right."""
        base = self.operand(node.arguments[0], BASE, style, limit=limit)
        mark = self.upright(_TRANSPOSED, style.in_script(), base.ghost)
        return boxes.superscripted(base, mark, style.size, base.corner)

    def exponential(self, node: Call, style: Style, limit: float) -> Box:
        """e with an exponent."""
        exponent = self.build(node.arguments[0], style.in_script())
        result = boxes.superscripted(self.upright("e", style, exponent.ghost), exponent, style.size)
        result.ghost = exponent.ghost
        return result

    def root(self, node: Call, style: Style, limit: float) -> Box:
        """A radical."""
        inside = self.fit(node.arguments[0], style, limit - style.size)
        return boxes.radical(inside, style.size, self.color(inside.ghost))

    def summation(self, node: Call, style: Style, limit: float) -> Box:
        """Σ of an array, without brackets."""
        inside = self.build(node.arguments[0], style, limit)
        return row(self.upright("Σ", style, inside.ghost), THIN * style.size, inside)

    def cases(self, node: Call, style: Style, limit: float) -> Box:
        """where(condition, yes, no) as two lines behind a brace."""
        condition, *values = node.arguments
        yes, no = (self.fit(value, style, 0.6 * limit) for value in values)
        test = self.build(condition, style)
        column = max(yes.width, no.width) + 0.8 * style.size
        muted = self.setter.muted
        lines = [
            row(yes, column - yes.width, self.upright("if", style, test.ghost, muted), 0.3 * style.size, test),
            row(no, column - no.width, self.upright("otherwise", style, test.ghost, muted)),
        ]
        stacked = boxes.column(lines, boxes.CASE_GAP * style.size, boxes.AXIS * style.size)
        return boxes.braced(stacked, style.size, self.color(stacked.ghost))

    def head(self, node: Call, style: Style, ghost: bool = False) -> Box:
        """The upright name before a call's brackets; keywords are its subscript."""
        word = "Σ" if node.operation == "sum" else _WORDS.get(node.operation, node.operation.replace("_", " "))
        name = self.upright(word, style, ghost)
        if node.keywords:
            said = ", ".join(
                f"{value:g} {key}" if key == "samples" else f"{key} {value:g}" for key, value in node.keywords
            )
            name = boxes.subscripted(name, self.upright(said, style.in_script(), ghost), style.size)
        return row(name, 0.04 * style.size)

    def is_script(self, node: Expression, leaves: int = 3) -> bool:
        """Whether ``node`` can be read as an exponent."""
        if not isinstance(node, Call):
            ink = self.write(node)
            return ink.kind != "gradient" and (ink.kind == "number" or expression_of(ink.text) is None)
        simple = node.operation in ("negate", "add", "subtract", "multiply") and len(node.arguments) <= leaves
        return simple and all(self.is_script(argument, leaves - 1) for argument in node.arguments)

    def is_function(self, node: Call) -> bool:
        """Whether ``node`` is written as a name with its arguments in brackets."""
        if node.operation == "exp":
            return not self.is_script(node.arguments[0])
        if node.operation == "sum":
            return not self.is_bare(node)
        return node.operation not in PRECEDENCE and node.operation not in BUILDERS

    def is_bare(self, node: Call) -> bool:
        """Whether the argument of Σ needs no brackets."""
        argument = node.arguments[0]
        if len(node.arguments) != 1 or node.keywords:
            return False
        if isinstance(argument, Call):
            return argument.operation == "exp" and self.is_script(argument.arguments[0])
        ink = self.write(argument)
        return ink.kind == "number" or (ink.kind == "name" and expression_of(ink.text) is None)


BUILDERS: dict[str, Callable[[Notation, Call, Style, float], Box]] = {
    "not": Notation.negation,
    "divide": Notation.division,
    "power": Notation.power,
    "transpose": Notation.transposition,
    "exp": Notation.exponential,
    "sqrt": Notation.root,
    "square": Notation.square,
    "abs": Notation.magnitude,
    "floor": Notation.floor,
    "sum": Notation.summation,
    "where": Notation.cases,
}
