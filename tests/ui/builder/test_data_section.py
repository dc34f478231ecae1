"""Data by hand: inputs made of two features, and the steps that are done to the samples."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest

from engine.features import FEATURES
from engine.network import parse_network
from tests.ui.builder.hands import Builder
from visualizer.session.training.recipe import DataChoice, Recipe
from visualizer.ui.builder.data_section import broken

pytestmark = pytest.mark.slow

Build = Callable[..., Builder]
IRIS = Recipe(parse_network("4-8-3 tanh, loss cross_entropy"), DataChoice(set="iris", standardise=True))


def test_every_input_is_turned_on_and_off(build: Build) -> None:
    builder = build()
    buttons = builder.panel.data.inputs.buttons
    assert [name for name, button in buttons.items() if button.isChecked()] == ["x1", "x2"]
    for name in list(FEATURES)[2:]:
        builder.click(buttons[name])
    assert builder.recipe.data.inputs == tuple(FEATURES)
    assert builder.recipe.network is not None
    assert builder.recipe.network.inputs == 7
    builder.press(buttons["x1"], Qt.Key.Key_Space)
    assert builder.recipe.data.inputs == tuple(FEATURES)[1:]
    assert "W1, x" in builder.panel.text.program.toPlainText()
    assert builder.panel.text.line.toPlainText().startswith("6-4-2-1")


def test_the_last_input_stays(build: Build) -> None:
    builder = build()
    inputs = builder.panel.data.inputs
    builder.click(inputs.buttons["x1"])
    builder.click(inputs.buttons["x2"])
    assert len(builder.told) == 1
    assert inputs.refusal.text() == "A network needs one input at least"
    assert inputs.buttons["x2"].isChecked()
    builder.click(inputs.buttons["x1"])
    assert not inputs.refusal.isVisible()


def test_inputs_are_not_offered_where_there_are_not_two_features(build: Build) -> None:
    builder = build(IRIS)
    assert not builder.panel.data.inputs.isVisible()


def test_the_steps_are_numbered_and_shown(build: Build) -> None:
    builder = build(IRIS)
    steps = builder.panel.data.steps
    said = [label.accessibleName() for label in steps.labels]
    assert said[0].startswith("Step 1: Load, 150 samples")
    assert said[1] == "Step 2: Split, 75 to train, 75 to test"
    assert said[2].startswith("Step 3: Standardise, (sepal length (cm) − ")
    assert all(label.isVisible() for label in steps.labels)
    builder.click(builder.row("standardise").box)
    assert len(builder.panel.data.steps.labels) == 2


def test_what_a_step_says_is_no_markup(build: Build) -> None:
    builder = build()
    builder.panel.data.steps.show_steps([("<b>Load</b>", "a <img src='x'> & 3 samples")])
    (label,) = builder.panel.data.steps.labels
    assert "<img" not in label.text()
    assert "&lt;img" in label.text()


@pytest.mark.parametrize(
    ("detail", "lines"),
    [
        ("500 samples, noise 0 %", "500 samples, noise~0~%"),
        ("(r1c2 − 0.2661) / 0.7991, (x1 + 5.11) / 4.706", "(r1c2~−~0.2661)~/~0.7991, (x1~+~5.11)~/~4.706"),
        ("(sepal length (cm) − 5.856) / 0.887", "(sepal length (cm) −~5.856)~/~0.887"),
        ("(sin(x1) − 0.1) / 0.7", "(sin(x1)~−~0.1)~/~0.7"),
        ("(OD280_OD315_of_diluted_wines − 2) / 3", "(OD280_|OD315_|of_|diluted_|wines −~2)~/~3"),
        ("NameWithoutAnythingToBreakAt.csv", "NameWithoutA|nythingToBre|akAt.|csv"),
    ],
)
def test_lines_of_the_steps_are_broken_where_they_are_best(detail: str, lines: str) -> None:
    assert broken(detail) == lines.replace("~", "\u00a0").replace("|", "\u200b")


def test_no_step_is_wider_than_the_panel(build: Build) -> None:
    builder = build()
    name = "ColumnOfAnExtremelyLongNameThatHasNoBreak"
    builder.panel.data.steps.show_steps([("Standardise", f"({name} − 12345.6) / 2.366, ({name} + 0.2395) / 2.257")])
    (label,) = builder.panel.data.steps.labels
    text = QTextDocument()
    text.setDefaultFont(label.font())
    text.setDocumentMargin(0)
    text.setHtml(label.text())
    text.setTextWidth(label.width())
    assert text.idealWidth() <= label.width()
    assert text.size().width() <= label.width()


def test_inputs_fill_their_lines(build: Build) -> None:
    for width in (200, 230, 260):
        builder = build(width=width)
        QTest.qWait(20)
        buttons = list(builder.panel.data.inputs.buttons.values())
        lines = {button.y() for button in buttons}
        for y in lines:
            last = max((button for button in buttons if button.y() == y), key=lambda button: button.x())
            assert last.geometry().right() + 1 == last.parentWidget().width()
        assert max(button.geometry().bottom() for button in buttons) < buttons[0].parentWidget().height()
