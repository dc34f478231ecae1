"""Lays out the lines of an equation: its items in a row, and where the row breaks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.expression import Call, Expression
from visualizer.ui import boxes
from visualizer.ui.boxes import Box, row
from visualizer.ui.ink import MOST_ITEMS, MOST_NESTED, MOST_TERMS, Most
from visualizer.ui.items import Item, leads, list_items, product_items, sign_in_front, sum_items
from visualizer.ui.leaves import Style
from visualizer.ui.notation import (
    AFTER_COMMA,
    AROUND_PLUS,
    AROUND_RELATION,
    AROUND_TIMES,
    BUILDERS,
    RELATIONS,
    Notation,
)

_INDENT = 0.7  # of continuation lines, for every bracket or term that is open


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
class Layout(Notation):
    """One equation under construction. ``nested`` counts the sums around."""

    nested: int = 0

    # Lines ------------------------------------------------------------------------------------

    def lines(
        self, target: Expression | None, relation: str, expression: Expression, width: float, lead: float | None = None
    ) -> Box:
        """The whole equation, broken to ``width`` as far as it can be."""
        style = Style(self.setter.size)
        if target is None and lead is None:
            return self.fit(expression, style, width, outermost=True)
        space = AROUND_RELATION * style.size
        left, sign = self.build(target, style) if target else row(), self.upright(relation, style)
        if lead is not None and left.width < lead:
            left = row(lead - left.width, left)
        start = left.width + sign.width + 2 * space
        right = self.build(expression, style, outermost=True)
        if start + right.width > width and start <= 0.4 * width:
            right = self.fit(expression, style, width - start, outermost=True)
        elif start + right.width > width:
            return self.below(left, sign, expression, width)
        return row(left, space, sign, space, right)

    def below(self, left: Box, sign: Box, expression: Expression, width: float) -> Box:
        """A target too long to have much room beside it, and under it the rest."""
        style = Style(self.setter.size)
        space = AROUND_RELATION * style.size
        indent = 1.2 * style.size
        rest = self.fit(expression, style, width - indent - sign.width - space, outermost=True)
        return boxes.column([left, row(sign, space, rest)], boxes.LINE_GAP * style.size, indent=indent)

    def fit(self, node: Expression, style: Style, limit: float, outermost: bool = False) -> Box:
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
        self, item: Item, space: float, style: Style, limit: float, first: bool, outermost: bool, depth: int = 0
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
        shown = self.shown(items, outermost and not brackets)
        self.nested += _is_sum(items)
        for number, inner in enumerate(shown):
            leading = leads(inner, number, first or brackets)
            narrower = limit - (0.8 * style.size if brackets else 0.0) - (head.width if head and not number else 0.0)
            found += self.parts(
                inner, inner_space, style, narrower, leading, outermost and not brackets, depth + nested
            )
        self.nested -= _is_sum(items)
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
        style: Style,
        first: bool,
        outermost: bool,
        limit: float = math.inf,
        depth: int = 0,
    ) -> _Part:
        """An item's sign and box; a comma stands behind."""
        before, self.fading = self.fading, self.is_faded(item, outermost)
        if item.skipped:
            most = self.most_of(self.nested - 1) if item.sign == "+" else self.most
            box = self.upright(most.said(item.skipped), style, color=self.setter.muted)
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

    def sequence(self, node: Expression, style: Style) -> tuple[Box | None, list[Item], float] | None:
        """What an expression can be broken into, None for what cannot be: a call's name, items, the signs' space."""
        if not isinstance(node, Call) or style.script:
            return None
        node = sign_in_front(node)
        if node.operation in ("add", "subtract", "negate"):
            return None, list(sum_items(node)), self.space(AROUND_PLUS, style)
        if node.operation == "multiply":
            return None, list(product_items(node, self.times)), self.space(AROUND_TIMES, style)
        if self.is_function(node) and node.arguments:
            return self.head(node, style), list_items(node), self.space(AFTER_COMMA, style)
        return None

    def shown(self, items: list[Item], outermost: bool = False) -> list[Item]:
        """The items without the middle of a very long list; what is left out is counted."""
        most = self.most_of(self.nested) if _is_sum(items) else self.most
        if len(items) <= most.items:
            return items
        last = len(items) - most.last
        found: list[Item] = []
        for number, item in enumerate(items):
            focused = outermost and self.focus is not None and item.place == self.focus
            if number < most.first or number >= last or focused:
                found.append(item)
            elif found[-1].skipped:
                found[-1] = replace(found[-1], skipped=found[-1].skipped + 1)
            else:
                found.append(Item("+" if item.sign == "−" else item.sign, item.node, 0, -1, 1))
        return found

    def most_of(self, nested: int) -> Most:
        """How much of a sum is shown that has ``nested`` others around it."""
        if self.most is not MOST_ITEMS:
            return self.most
        return MOST_NESTED if nested else MOST_TERMS

    # Expressions ------------------------------------------------------------------------------

    def build(
        self, node: Expression, style: Style, limit: float = math.inf, first: bool = True, outermost: bool = False
    ) -> Box:
        """The box of an expression in one line; only fractions and the like break inside, to ``limit``.

        ``first`` where nothing stands before it, so that a minus sign may.
        """
        if not isinstance(node, Call):
            return self.leaf(self.write(node), style)
        node = sign_in_front(node)
        operation = node.operation
        if operation in ("add", "subtract", "negate"):
            return self.flow(list(sum_items(node)), style, AROUND_PLUS, first, outermost)
        if operation == "multiply":
            return self.flow(list(product_items(node, self.times)), style, AROUND_TIMES, first)
        if operation in RELATIONS or operation == "matmul":
            return self.between(node, style, first)
        if self.is_function(node):
            inside = self.flow(list_items(node), style, AFTER_COMMA, True)
            return row(self.head(node, style, inside.ghost), self.bracketed(inside, style))
        return BUILDERS[operation](self, node, style, limit)

    def flow(self, items: list[Item], style: Style, ems: float, first: bool, outermost: bool = False) -> Box:
        """Items with their signs in one line."""
        space = self.space(ems, style)
        shown = self.shown(items, outermost)
        self.nested += _is_sum(items)
        parts = [
            self.part(item, space, style, leads(item, number, first), outermost) for number, item in enumerate(shown)
        ]
        self.nested -= _is_sum(items)
        return _joined(parts, opening=True)


def _is_sum(items: Sequence[Item]) -> bool:
    return len(items) > 1 and items[1].sign in ("+", "−")


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
