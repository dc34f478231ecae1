"""Words that give way: they never widen what they stand in, and the tooltip says all of them."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.session.document import parse
from visualizer.session.session import Session
from visualizer.ui.elided import ElidedButton, ElidedLabel
from visualizer.ui.outline import LARGEST_SIZE, WIDTH, Outline, code_lines
from visualizer.ui.style import style_sheet
from visualizer.ui.theme import CODE, LIGHT, load_fonts, text_width

LONG = "Weights stored with inputs first, and a rather long explanation of it"
VARIANTS = f"""format = 1
title = "Sizes and variants"
program = "f = linear(w, x, b)"
backward = {{output = "f", incoming = "df"}}
sizes = {{n = {LARGEST_SIZE}, m = 2}}
[inputs]
x = {{shape = ["n"], fill = [0.5]}}
df = {{shape = ["m"], fill = [3]}}
[parameters]
w = {{shape = ["m", "n"], fill = [1]}}
b = {{shape = ["m"], fill = [7]}}
[variants.first]
title = "{LONG}"
program = "f = linear(w, x, b, inputs_first=1)"
transpose = ["w"]
"""


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    load_fonts()


@pytest.mark.parametrize("kind", [ElidedLabel, lambda text: ElidedButton(text, 12, 9)], ids=["label", "button"])
def test_words_are_elided_only_where_there_is_no_room(kind, qtbot: QtBot) -> None:
    widget = kind(LONG)
    qtbot.addWidget(widget)
    for width, whole in ((120, False), (900, True)):
        widget.resize(QSize(width, 30))
        widget.grab()
        assert (widget.shown() == LONG) == whole
        assert widget.shown().endswith("…") != whole
    widget.resize(QSize(120, 30))
    widget.grab()
    assert widget.toolTip() == LONG


def test_a_long_title_does_not_widen_the_panel(qtbot: QtBot) -> None:
    outline = Outline(Session(parse(VARIANTS)), LIGHT, print)
    outline.setStyleSheet(style_sheet(LIGHT))
    qtbot.addWidget(outline)
    outline.resize(WIDTH, 600)
    outline.show()
    assert outline.minimumSizeHint().width() <= WIDTH
    button = next(button for button in outline.findChildren(ElidedButton) if button.text() == LONG)
    assert button.width() < WIDTH
    assert button.toolTip() == LONG


def test_a_size_at_its_end_says_why(qtbot: QtBot) -> None:
    outline = Outline(Session(parse(VARIANTS)), LIGHT, print)
    qtbot.addWidget(outline)
    tips = {button.accessibleName(): button.toolTip() for button in outline._buttons()}
    assert "stops at 12" in tips["Increase n"]
    assert tips["Increase m"] == "Increase m and run again"
    assert tips["Decrease n"] == "Decrease n and run again"


def test_no_argument_of_a_program_is_out_of_sight() -> None:
    text = "preactivation_of_hidden = linear(weights_of_hidden_layer, measurement_of_sensor, bias)"
    lines = code_lines(text, 190.0)
    assert "".join(line.strip() for line in lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line.rstrip(), 12.0, family=CODE) <= 190 for line in lines)
