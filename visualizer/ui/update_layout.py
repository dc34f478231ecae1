"""Sets an optimiser's update: its lines with names, the same lines with numbers, and what the letters stand for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.expression import Call, Expression, Number
from visualizer.session.card import Card
from visualizer.session.formatting import element_name, number_text
from visualizer.session.update_card import Given, UpdateCard, UpdateRow
from visualizer.ui.card_column import CAPTION, ELEMENT, RESULT, SMALLEST, Column, typesetter
from visualizer.ui.ink import Ink, Leaf
from visualizer.ui.pen import Pen, elided
from visualizer.ui.theme import color, text_width
from visualizer.ui.typeset import Equation

# The sizes of the lines; one that is too long is set smaller before it is broken, a schedule most of all.
RULES, NUMBERS, SMALLEST_RATE = ELEMENT, 14.5, 11.5
BETWEEN, BETWEEN_PARTS = 10.0, 8.0  # pixels below a line, and more below the last line of a part
MOST_LEAD = 0.25  # of the width: targets that are wider stand further out
LETTER_ROW = 19.5


def set_update(column: Column, card: Card, update: UpdateCard) -> None:
    """The whole explanation below a card's title."""
    muted = color(column.theme.muted)
    column.heading("Rule", update.optimizer)
    _set_rules(column, update.rows)
    column.heading("With these numbers", _marked(column, card))
    if column.flow(card.flow, card.excerpt):
        column.y += 10
    _set_calculations(column, update.rows)
    for remark in update.remarks:
        column.lines(remark, CAPTION, "regular", muted, 18)
        column.y += 12
    column.prose("Why", card.why)
    column.y -= 7
    column.lines(update.source, CAPTION, "regular", muted, 17)
    column.y += 12
    if update.given:
        _set_letters(column, update.given)


def _marked(column: Column, card: Card) -> str:
    """The name of the element that the numbers belong to; "" where there is just one."""
    assert card.target is not None
    node = column.document.graph.nodes[card.target.node]
    return element_name(node.name, card.chosen, node.shape) if node.shape else ""


# Lines --------------------------------------------------------------------------------------------------------------


def _set_rules(column: Column, rows: Sequence[UpdateRow]) -> None:
    """The lines with names; what a line is for stands at its end, where there is room."""
    limits = _limits(column, rows, RULES)
    for row, gap in _spaced(rows):
        lead, smallest = limits[row.part == "rate"]
        equation = column.fitted(row.rule, column.name_ink, row.target, row.relation, RULES, smallest, lead=lead)
        middle = column.y + equation.height / 2
        if equation.width + 12 + text_width(row.caption, CAPTION) <= column.width:
            column.out.draws.append(_caption(column, row.caption, middle))
        column.put(equation)
        column.y += gap


def _set_calculations(column: Column, rows: Sequence[UpdateRow]) -> None:
    """The lines with numbers, and what each comes to: beside it where there is room, else below."""
    limits = _limits(column, rows, NUMBERS)
    for row, gap in _spaced(rows):
        lead, smallest = limits[row.part == "rate"]

        def write(leaf: Leaf, target: Expression = row.target) -> Ink:
            return column.name_ink(leaf) if leaf is target else column.number_ink(leaf)

        result = Number(row.result, RESULT)
        single = not isinstance(row.expression, Call)
        line = result if single else Call("equal", (row.expression, result))
        equation = typesetter(NUMBERS, column.theme).equation(line, write, row.target, "=", times="×", lead=lead)
        if equation.width <= column.width:
            column.put(equation)
        else:
            column.put(column.fitted(row.expression, write, row.target, "=", NUMBERS, smallest, "×", lead))
            column.y += 4
            lead = max(lead, typesetter(NUMBERS, column.theme).equation(row.target, column.name_ink).width)
            column.equation(result, write, None, NUMBERS, "=", lead=lead)
        column.y += gap


def _spaced(rows: Sequence[UpdateRow]) -> Iterator[tuple[UpdateRow, float]]:
    """Every row with the space below it."""
    for row, following in zip(rows, (*rows[1:], None), strict=True):
        ends = following is None or (row.part in ("rate", "optimizer")) != (following.part in ("rate", "optimizer"))
        yield row, BETWEEN + (BETWEEN_PARTS if ends else 0.0)


def _limits(column: Column, rows: Sequence[UpdateRow], size: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The room of the targets, whose relations stand below one another, and the smallest size.

    First those of all lines but the schedule's, then those of the schedule, which is long and begins further out.
    """
    setter, limit = typesetter(size, column.theme), MOST_LEAD * column.width
    widths = [setter.equation(row.target, column.name_ink).width for row in rows if row.part != "rate"]
    lead = max((width for width in widths if width <= limit), default=0.0)
    return (lead, SMALLEST), (0.0, SMALLEST_RATE)


def _caption(column: Column, text: str, middle: float):
    tone = color(column.theme.muted)
    return lambda pen: pen.right(column.width, middle + 4.5, text, tone, CAPTION)


# Letters ------------------------------------------------------------------------------------------------------------


def _set_letters(column: Column, given: Sequence[Given]) -> None:
    """What the letters stand for, a line each: the numbers are aligned at their points."""
    column.heading("Letters")
    theme = column.theme
    setter = typesetter(NUMBERS, theme)
    letters = [setter.equation(Number(entry.value, entry.letter), column.name_ink) for entry in given]
    texts = [number_text(entry.value) for entry in given]
    before = [text_width(text.partition(".")[0].partition("e")[0], 13) for text in texts]
    start = max(letter.width for letter in letters) + 12
    points = start + max(before)
    behind = max(points - own + text_width(text, 13) for text, own in zip(texts, before, strict=True)) + 14
    for entry, letter, text, own in zip(given, letters, texts, before, strict=True):
        meaning = elided(entry.meaning, column.width - behind, CAPTION)

        def draw(
            pen: Pen, meaning: str = meaning, letter: Equation = letter, text: str = text, own: float = own,
            baseline: float = column.y + 14,
        ) -> None:  # fmt: skip
            letter.paint(pen.painter, 0, baseline - letter.ascent, pen.outlines)
            pen.text(points - own, baseline, text, color(theme.text), 13)
            pen.text(behind, baseline, meaning, color(theme.muted), CAPTION)

        column.out.draws.append(draw)
        column.y += LETTER_ROW
    column.y += 12
