"""Builds the boxes of an equation: lines and where they break, brackets, fractions, scripts, leaves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtGui import QColor

from engine.expression import ATOM, PRECEDENCE, Call, Expression, Number
from visualizer.ui import boxes
from visualizer.ui.boxes import Box, row
from visualizer.ui.ink import MOST_IN_NAME, MOST_TERMS, Ink, Most, Write, name_write
from visualizer.ui.items import (
    BASE,
    FRACTION,
    PRODUCT,
    SIGNED,
    Item,
    leads,
    list_items,
    product_items,
    sign_in_front,
    sum_items,
)
from visualizer.ui.lettering import Lettering
from visualizer.ui.names import expression_of, symbols_of

_WORDS = {
    "sigmoid": "σ", "Phi": "Φ", "phi": "φ", "maximum": "max", "log_softmax": "log softmax",
    "leaky_relu": "leaky relu", "cross_entropy": "cross entropy", "binary_cross_entropy": "binary cross entropy",
}  # fmt: skip
_RELATIONS = {
    "less": "<", "greater": ">", "less_equal": "≤", "greater_equal": "≥", "equal": "=", "not_equal": "≠",
    "and": "and", "or": "or",
}  # fmt: skip
_TRANSPOSED = "\N{MATHEMATICAL SANS-SERIF CAPITAL T}"

# Spaces in ems.
_AROUND_PLUS, _AROUND_TIMES, _AROUND_RELATION, _AFTER_COMMA, _THIN = 0.22, 0.19, 0.28, 0.25, 0.15
_INDENT = 0.7  # of continuation lines, for every bracket or term that is open


@dataclass(frozen=True, slots=True)
class _Style:
    """``size`` of an em in pixels; ``depth`` counts the fractions around; in scripts fractions have a slash."""

    size: float
    depth: int = 0
    script: bool = False

    def in_fraction(self) -> _Style:
        """The style above and below a fraction bar."""
        return _Style(self.size * (0.85 if self.depth else 1.0), self.depth + 1, self.script)

    def in_script(self) -> _Style:
        """The style of exponents."""
        return _Style(self.size * (0.85 if self.script else boxes.SCRIPT), self.depth, True)


@dataclass(frozen=True, slots=True)
class _Part:
    """A laid-out item: its sign, its box and the space around the sign; ``depth`` is how often it is indented."""

    sign: Box | None
    box: Box
    space: float
    depth: int = 0

    @property
    def lead(self) -> float:
        """The width of the sign with the space behind it."""
        return self.sign.width + self.space if self.sign else 0.0

    @property
    def width(self) -> float:
        """The width at the start of a line."""
        return self.lead + self.box.width


@dataclass(slots=True)
class Layout:
    """One equation under construction.

    ``fading`` is true while terms out of focus are laid out; ``ink`` is the colour of signs, where they have their own.
    """

    setter: Lettering
    write: Write
    times: str
    focus: int | None = None
    fading: bool = False
    ink: QColor | None = None
    most: Most = MOST_TERMS

    # Lines ------------------------------------------------------------------------------------

    def lines(self, target: Expression | None, relation: str, expression: Expression, width: float) -> Box:
        """The whole equation, broken to ``width`` as far as it can be."""
        style = _Style(self.setter.size)
        if target is None:
            return self.fit(expression, style, width, outermost=True)
        space = _AROUND_RELATION * style.size
        left, sign = self.build(target, style), self.upright(relation, style)
        start = left.width + sign.width + 2 * space
        right = self.build(expression, style, outermost=True)
        if start + right.width > width and start <= 0.4 * width:
            right = self.fit(expression, style, width - start, outermost=True)
        elif start + right.width > width:
            return self.below(left, sign, expression, width)
        return row(left, space, sign, space, right)

    def below(self, left: Box, sign: Box, expression: Expression, width: float) -> Box:
        """A target too long to have much room beside it, and under it the rest."""
        style = _Style(self.setter.size)
        space = _AROUND_RELATION * style.size
        indent = 1.2 * style.size
        rest = self.fit(expression, style, width - indent - sign.width - space, outermost=True)
        return boxes.column([left, row(sign, space, rest)], boxes.LINE_GAP * style.size, indent=indent)

    def fit(self, node: Expression, style: _Style, limit: float, outermost: bool = False) -> Box:
        """An expression in one line, or broken before its signs where that is wider than ``limit``."""
        whole = self.build(node, style, outermost=outermost)
        if whole.width <= limit:
            return whole
        lines: list[list[_Part]] = [[]]
        used = 0.0
        for part in self.parts(Item("", node, 0), 0.0, style, limit, True, outermost):
            if lines[-1] and used + part.space + part.width > limit:
                lines.append([])
                used = part.depth * _INDENT * style.size
            used += part.width + (part.space if lines[-1] else 0.0)
            lines[-1].append(part)
        rows = [_joined(lines[0], opening=True)]
        rows += [row(line[0].depth * _INDENT * style.size, _joined(line, opening=False)) for line in lines[1:]]
        return boxes.column(rows, boxes.LINE_GAP * style.size, None if outermost else boxes.AXIS * style.size)

    def parts(
        self, item: Item, space: float, style: _Style, limit: float, first: bool, outermost: bool, depth: int = 0
    ) -> list[_Part]:
        """An item whole, or where it is wider than ``limit`` what it is made of, opened brackets included."""
        room = limit - depth * _INDENT * style.size
        whole = self.part(item, space, style, first, outermost, depth=depth)
        opened = None if whole.width <= room or item.skipped else self.sequence(item.node, style)
        if opened is None:
            return [whole] if whole.width <= room else [
                self.part(item, space, style, first, outermost, room - whole.lead, depth)
            ]  # fmt: skip
        head, items, inner_space = opened
        brackets = head is not None or self.needs_brackets(item.node, item.at_least, style, first)
        nested = brackets or space > 0.0
        before, self.fading = self.fading, self.is_faded(item, outermost)
        found: list[_Part] = []
        for number, inner in enumerate(self.shown(items, outermost and not brackets)):
            leading = leads(inner, number, first or brackets)
            narrower = limit - (0.8 * style.size if brackets else 0.0) - (head.width if head and not number else 0.0)
            found += self.parts(
                inner, inner_space, style, narrower, leading, outermost and not brackets, depth + nested
            )
        self.fading = before
        opening: list[Box | float] = [head] if head else []
        if brackets:
            inside = row(*(part.box for part in found))
            left, right = boxes.brackets(inside, self.setter.face, style.size, self.color(inside.ghost))
            opening.append(left)
            found[-1] = replace(found[-1], box=row(found[-1].box, right))
        if found[0].sign is not None:
            opening += [found[0].sign, 0.2 * inner_space]
        found[0] = _Part(whole.sign, row(*opening, found[0].box), space, depth)
        if item.sign == ",":
            found[-1] = replace(found[-1], box=row(found[-1].box, self.upright(",", style)))
        return found

    def part(
        self,
        item: Item,
        space: float,
        style: _Style,
        first: bool,
        outermost: bool,
        limit: float = math.inf,
        depth: int = 0,
    ) -> _Part:
        """An item's sign and box; a comma stands behind."""
        before, self.fading = self.fading, self.is_faded(item, outermost)
        if item.skipped:
            box = self.upright(self.most.said(item.skipped), style, color=self.setter.muted)
        else:
            box = self.operand(item.node, item.at_least, style, first, limit)
        sign = self.upright(item.sign, style, box.ghost) if item.sign else None
        self.fading = before
        if item.sign == "," and sign is not None:
            return _Part(None, row(box, sign), space, depth)
        return _Part(sign, box, space, depth)

    def is_faded(self, item: Item, outermost: bool) -> bool:
        """Whether an item is out of focus."""
        return self.fading or (outermost and self.focus is not None and item.place not in (None, self.focus))

    def sequence(self, node: Expression, style: _Style) -> tuple[Box | None, list[Item], float] | None:
        """What an expression can be broken into, None for what cannot be: a call's name, items, the signs' space."""
        if not isinstance(node, Call) or style.script:
            return None
        node = sign_in_front(node)
        if node.operation in ("add", "subtract", "negate"):
            return None, list(sum_items(node)), self.space(_AROUND_PLUS, style)
        if node.operation == "multiply":
            return None, list(product_items(node, self.times)), self.space(_AROUND_TIMES, style)
        if self.is_function(node) and node.arguments:
            return self.head(node, style), list_items(node), self.space(_AFTER_COMMA, style)
        return None

    def shown(self, items: list[Item], outermost: bool = False) -> list[Item]:
        """The items without the middle of a very long list; what is left out is counted."""
        if len(items) <= self.most.items:
            return items
        last = len(items) - self.most.last
        found: list[Item] = []
        for number, item in enumerate(items):
            focused = outermost and self.focus is not None and item.place == self.focus
            if number < self.most.first or number >= last or focused:
                found.append(item)
            elif found[-1].skipped:
                found[-1] = replace(found[-1], skipped=found[-1].skipped + 1)
            else:
                found.append(Item("+" if item.sign == "−" else item.sign, item.node, 0, -1, 1))
        return found

    # Expressions ------------------------------------------------------------------------------

    def build(
        self, node: Expression, style: _Style, limit: float = math.inf, first: bool = True, outermost: bool = False
    ) -> Box:
        """The box of an expression in one line; only fractions and the like break inside, to ``limit``.

        ``first`` where nothing stands before it, so that a minus sign may.
        """
        if not isinstance(node, Call):
            return self.leaf(self.write(node), style)
        node = sign_in_front(node)
        operation = node.operation
        if operation in ("add", "subtract", "negate"):
            return self.flow(list(sum_items(node)), style, _AROUND_PLUS, first, outermost)
        if operation == "multiply":
            return self.flow(list(product_items(node, self.times)), style, _AROUND_TIMES, first)
        if operation in _RELATIONS or operation == "matmul":
            return self.between(node, style, first)
        if self.is_function(node):
            inside = self.flow(list_items(node), style, _AFTER_COMMA, True)
            return row(self.head(node, style, inside.ghost), self.bracketed(inside, style))
        return _BUILDERS[operation](self, node, style, limit)

    def flow(self, items: list[Item], style: _Style, ems: float, first: bool, outermost: bool = False) -> Box:
        """Items with their signs in one line."""
        space = self.space(ems, style)
        parts = [
            self.part(item, space, style, leads(item, number, first), outermost)
            for number, item in enumerate(self.shown(items, outermost))
        ]
        return _joined(parts, opening=True)

    def operand(
        self, node: Expression, at_least: int, style: _Style, first: bool = True, limit: float = math.inf
    ) -> Box:
        """A part of something that binds ``at_least`` so tightly, in brackets where it binds less."""
        if not self.needs_brackets(node, at_least, style, first):
            return self.build(node, style, limit, first)
        return self.bracketed(self.fit(node, style, limit - style.size), style)

    def needs_brackets(self, node: Expression, at_least: int, style: _Style, first: bool) -> bool:
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
        if node.operation == "divide" and not style.script and not _is_deep(style):
            return at_least > FRACTION
        if node.operation == "exp" or (node.operation == "sum" and self.is_bare(node)):
            return at_least > (FRACTION if node.operation == "exp" else SIGNED)
        return PRECEDENCE.get(node.operation, ATOM) < at_least

    def between(self, node: Call, style: _Style, first: bool) -> Box:
        """Two sides with a sign between them: comparisons, and the space of a matrix product."""
        mine = PRECEDENCE[node.operation]
        parts: list[Box | float] = []
        for number, argument in enumerate(node.arguments):
            if number and node.operation == "matmul":
                parts.append(_THIN * style.size)
            elif number:
                space = _AROUND_RELATION * style.size
                parts += [space, self.upright(_RELATIONS[node.operation], style), space]
            # An elementwise product inside a matrix product is not to be read as a longer matrix product.
            tighter = bool(number) or (isinstance(argument, Call) and argument.operation == "multiply")
            leading = node.operation != "matmul" or (first and not number)
            parts.append(self.operand(argument, mine + tighter, style, leading))
        return row(*parts)

    def negation(self, node: Call, style: _Style, limit: float) -> Box:
        """not x"""
        inside = self.operand(node.arguments[0], PRECEDENCE["not"] + 1, style, limit=limit)
        return row(self.upright("not", style, inside.ghost), _AROUND_RELATION * style.size, inside)

    def division(self, node: Call, style: _Style, limit: float) -> Box:
        """A fraction; with a slash in scripts."""
        over, under = node.arguments
        if style.script or _is_deep(style):
            left = self.operand(over, PRODUCT, style)
            right = self.operand(under, PRODUCT + 1, style, first=False)
            return row(left, self.upright("/", style, left.ghost and right.ghost), right)
        inner = style.in_fraction()
        above, below = (self.fit(part, inner, limit - 0.2 * style.size) for part in (over, under))
        color = self.color(above.ghost and below.ghost)
        return boxes.fraction(above, below, style.size, color, nested=style.depth > 0)

    def power(self, node: Call, style: _Style, limit: float) -> Box:
        """A base with its exponent; above the subscript of a base that has one."""
        base = self.operand(node.arguments[0], BASE, style, limit=limit)
        exponent = self.build(node.arguments[1], style.in_script())
        literal = isinstance(node.arguments[1], Number) and self.write(node.arguments[1]).key is None
        return boxes.superscripted(base, exponent, style.size, base.corner if literal else None)

    def transposition(self, node: Call, style: _Style, limit: float) -> Box:
        """An upright T at the upper right."""
        base = self.operand(node.arguments[0], BASE, style, limit=limit)
        mark = self.upright(_TRANSPOSED, style.in_script(), base.ghost)
        return boxes.superscripted(base, mark, style.size, base.corner)

    def exponential(self, node: Call, style: _Style, limit: float) -> Box:
        """e with an exponent."""
        exponent = self.build(node.arguments[0], style.in_script())
        result = boxes.superscripted(self.upright("e", style, exponent.ghost), exponent, style.size)
        result.ghost = exponent.ghost
        return result

    def root(self, node: Call, style: _Style, limit: float) -> Box:
        """A radical."""
        inside = self.fit(node.arguments[0], style, limit - style.size)
        return boxes.radical(inside, style.size, self.color(inside.ghost))

    def summation(self, node: Call, style: _Style, limit: float) -> Box:
        """Σ of an array, without brackets."""
        inside = self.build(node.arguments[0], style, limit)
        return row(self.upright("Σ", style, inside.ghost), _THIN * style.size, inside)

    def cases(self, node: Call, style: _Style, limit: float) -> Box:
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

    def head(self, node: Call, style: _Style, ghost: bool = False) -> Box:
        """The upright name before a call's brackets; keywords are its subscript."""
        word = "Σ" if node.operation == "sum" else _WORDS.get(node.operation, node.operation.replace("_", " "))
        name = self.upright(word, style, ghost)
        if node.keywords:
            said = ", ".join(f"{key} {value:g}" for key, value in node.keywords)
            name = boxes.subscripted(name, self.upright(said, style.in_script(), ghost), style.size)
        return row(name, 0.04 * style.size)

    # Leaves -----------------------------------------------------------------------------------

    def leaf(self, ink: Ink, style: _Style) -> Box:
        """A leaf as its ink says, with its region."""
        ghost = ink.ghost or self.fading
        color = self.setter.ghost if ghost else ink.color or self.setter.color
        size = style.size
        if ink.kind == "number":
            box = self.setter.number(ink.text, size, color, ghost)
        elif ink.kind == "name":
            box = self.name(ink, style, color, ghost)
        else:
            box = self.gradient(ink, style, color, ghost)
        if ink.underline is not None:
            box = boxes.underlined(box, size, self.setter.ghost if ghost else ink.underline)
        return boxes.region(box, ink.key, size)

    def gradient(self, ink: Ink, style: _Style, color: QColor, ghost: bool) -> Box:
        """∂L over ∂name."""
        slashed = style.script or _is_deep(style)
        inner = style if slashed else style.in_fraction()
        partial = self.setter.upright("𝜕", inner.size, color, ghost)
        over, under = (
            row(
                partial,
                0.0 if expression_of(below.text) is None else 0.08 * inner.size,
                self.name(below, inner, color, ghost, FRACTION),
            )
            for below in (Ink(ink.of), ink)
        )
        if slashed:
            return row(over, self.setter.upright("/", inner.size, color, ghost), under)
        return boxes.fraction(over, under, style.size, color, nested=style.depth > 0)

    def name(self, ink: Ink, style: _Style, color: QColor, ghost: bool, at_least: int = 0) -> Box:
        """A name, or the expression that a value without a name is called by, with its subscript or element."""
        named = expression_of(ink.text)
        if named is not None:
            inner = Layout(self.setter, name_write(color, ghost), "·", fading=ghost, ink=color, most=MOST_IN_NAME)
            at_least = BASE if ink.subscript or ink.element else at_least
            box = inner.operand(named, at_least, style)
            subscript = ink.subscript
        else:
            *before, (letter, own) = symbols_of(ink.text)
            found: list[Box | float] = []
            for symbol, digits in before:
                found += [self.symbol(symbol, digits, style, color, ghost), 0.04 * style.size]
            subscript = ",".join(part for part in (own, ink.subscript) if part)
            found.append(self.symbol(letter, subscript, style, color, ghost))
            box, subscript = (row(*found) if before else found[0]), ""
        if subscript:
            box = boxes.subscripted(box, self.subscript(subscript, style, color, ghost), style.size)
        if ink.element:
            index = self.setter.upright(f"[{ink.element}]", 0.82 * style.size, color, ghost)
            box = row(box, box.overhang + 0.03 * style.size, index)
        return box

    def symbol(self, letter: str, subscript: str, style: _Style, color: QColor, ghost: bool) -> Box:
        """One letter or word with its subscript; "hat" is set above."""
        nucleus = self.setter.upright(letter, style.size, color, ghost)
        digits, _, hat = subscript.rpartition("hat")
        if hat == "" and subscript.endswith("hat"):
            nucleus = boxes.accented(nucleus, self.setter.upright("ˆ", style.size, color, ghost), style.size)
            subscript = digits.rstrip(",")
        if not subscript:
            return nucleus
        return boxes.subscripted(nucleus, self.subscript(subscript, style, color, ghost), style.size)

    def subscript(self, text: str, style: _Style, color: QColor, ghost: bool) -> Box:
        """The box of a subscript."""
        return self.setter.upright(text, style.in_script().size, color, ghost)

    # Small things -----------------------------------------------------------------------------

    def upright(self, text: str, style: _Style, ghost: bool = False, color: QColor | None = None) -> Box:
        """Signs and words."""
        return self.setter.upright(text, style.size, self.color(ghost, color), ghost)

    def color(self, ghost: bool = False, color: QColor | None = None) -> QColor:
        """The colour of signs between and around boxes."""
        return self.setter.ghost if ghost or self.fading else color or self.ink or self.setter.color

    def bracketed(self, box: Box, style: _Style) -> Box:
        """A box in round brackets."""
        return boxes.bracketed(box, self.setter.face, style.size, self.color(box.ghost))

    def space(self, ems: float, style: _Style) -> float:
        """The space around a sign; there is little in scripts."""
        return ems * style.size * (0.4 if style.script else 1.0)

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
        return node.operation not in PRECEDENCE and node.operation not in _BUILDERS

    def is_bare(self, node: Call) -> bool:
        """Whether the argument of Σ needs no brackets."""
        argument = node.arguments[0]
        if len(node.arguments) != 1 or node.keywords:
            return False
        if isinstance(argument, Call):
            return argument.operation == "exp" and self.is_script(argument.arguments[0])
        ink = self.write(argument)
        return ink.kind == "number" or (ink.kind == "name" and expression_of(ink.text) is None)


_BUILDERS: dict[str, Callable[[Layout, Call, _Style, float], Box]] = {
    "not": Layout.negation,
    "divide": Layout.division,
    "power": Layout.power,
    "transpose": Layout.transposition,
    "exp": Layout.exponential,
    "sqrt": Layout.root,
    "sum": Layout.summation,
    "where": Layout.cases,
}


def _joined(parts: Sequence[_Part], opening: bool) -> Box:
    """A line of signs and boxes; the sign that opens an expression is a sign of its term and stands close to it."""
    found: list[Box | float] = []
    for number, part in enumerate(parts):
        if number:
            found.append(part.space)
        if part.sign is not None:
            found += [part.sign, 0.2 * part.space if opening and not number else part.space]
        found.append(part.box)
    return row(*found)


def _is_deep(style: _Style) -> bool:
    return style.depth >= 3
