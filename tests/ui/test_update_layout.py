"""The card of an update: every line in its place, nothing beyond the edge, and every number to be read in full."""

import itertools

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.optimizers import OPTIMIZERS
from tests.iterations import ALL_AT_ONCE, at_update, inside
from visualizer.session.session import Session
from visualizer.ui.card_column import RESULT
from visualizer.ui.card_layout import lay_out_card
from visualizer.ui.card_picture import CardLayout
from visualizer.ui.pen import Pen
from visualizer.ui.theme import DARK, LIGHT, load_fonts, text_width
from visualizer.ui.typeset import Equation

WIDTH = 312.0
Written = list[tuple[str, float]]


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    """The fonts of the card."""
    load_fonts()


def laid_out(session: Session, width: float = WIDTH) -> CardLayout:
    return lay_out_card(session.card, LIGHT, width)


def painted(layout: CardLayout, monkeypatch: pytest.MonkeyPatch) -> tuple[Written, list[tuple[Equation, float, float]]]:
    """The texts of a card with their right ends, and the equations with their places."""
    texts: Written = []
    equations: list[tuple[Equation, float, float]] = []
    keep = Pen.text_in, Equation.paint

    def text_in(pen, face, x, baseline, text, color):
        scale = pen.painter.worldTransform()
        size, weight = face.pixelSize(), "semibold" if face.weight() > 500 else "regular"
        texts.append((text, scale.map(x + text_width(text, size, weight), baseline)[0]))
        keep[0](pen, face, x, baseline, text, color)

    def paint(equation, painter, x=0.0, y=0.0, as_paths=False):
        equations.append((equation, x, y))
        keep[1](equation, painter, x, y, as_paths)

    monkeypatch.setattr(Pen, "text_in", text_in)
    monkeypatch.setattr(Equation, "paint", paint)
    image = QImage(600, 3000, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    layout.paint(painter)
    painter.end()
    monkeypatch.undo()
    return texts, equations


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    ("schedule", "penalty", "clip"), [("cosine", "l2", "norm"), ("step", "l1", "value"), ("constant", "l1", "norm")]
)
@pytest.mark.parametrize("network", ["2-4-2-1 tanh", "2-64-64-1 tanh"])
def test_nothing_leaves_the_card_and_nothing_overlaps(
    optimizer: str, schedule: str, penalty: str, clip: str, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = f'optimizer = "{optimizer}"\nschedule = "{schedule}"\nregularisation = "{penalty}"\n'
    training += f'regularisation_rate = 0.0123\nclipping = "{clip}"\nclipping_limit = 0.0345'
    session = inside(training, network)
    for name in ("W2", "b1"):
        layout = laid_out(at_update(session, name))
        assert all(rect.left() >= -1 and rect.right() <= WIDTH + 1 for rect, _ in layout.regions)
        assert all(rect.left() >= -1 and rect.right() <= WIDTH + 1 for rect, _ in layout.numbers)
        texts, equations = painted(layout, monkeypatch)
        assert all(end <= WIDTH + 1 for _, end in texts)
        assert all(x + equation.width <= WIDTH + 1 for equation, x, _ in equations)
        assert layout.height < 1750
        lines = sorted((y, y + equation.height) for equation, x, y in equations if x == 0.0)
        assert all(bottom <= top + 0.01 for (_, bottom), (top, _) in itertools.pairwise(lines))


def test_the_card_has_rule_numbers_why_source_and_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    session = at_update(inside(ALL_AT_ONCE), "W2")
    texts = [text for text, _ in painted(laid_out(session), monkeypatch)[0]]
    for said in (
        "RULE Adam", "WITH THESE NUMBERS W2[11]", "WHY", "Kingma & Ba 2015, algorithm 1", "LETTERS",
        "L2 penalty", "clipped by norm", "number of this update", "norm of all gradients together",
    ):  # fmt: skip
        assert said in texts, said


def test_the_relations_stand_below_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    session = at_update(inside('optimizer = "adam"'), "W2")
    _, equations = painted(laid_out(session), monkeypatch)
    places = set()
    for equation, _, _ in equations:
        for place, (glyphs, _, _) in equation._texts:
            if glyphs.text == "←":
                places.add(round(place.x(), 3))
    assert len(places) == 1


def test_every_number_can_be_read_in_full() -> None:
    session = at_update(inside(ALL_AT_ONCE), "W2")
    layout, update = laid_out(session), session.card.update
    assert update is not None
    results = [number.value for _, number in layout.numbers if number.name == RESULT]
    assert results == [row.result for row in update.rows]
    after = session.trace.updates[session.trace.graph.ids["W2"]].after
    named = [number for _, number in layout.numbers if number.name == "W2[23]"]
    assert [number.value for number in named] == [after[1, 2], session.trace.value("W2")[1, 2]]
    rect, number = next((rect, number) for rect, number in layout.numbers if number.name == "m_hat")
    assert layout.number_at(rect.center().x(), rect.center().y()) == number
    assert layout.number_at(-5.0, -5.0) is None


def test_a_remark_stands_on_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    session = at_update(inside('optimizer = "adam"\nregularisation = "l1"\nregularisation_rate = 0.1'), "b1")
    texts = [text for text, _ in painted(laid_out(session), monkeypatch)[0]]
    assert "Biases are left out of the penalty." in texts


def test_a_narrow_card_breaks_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    session = at_update(inside(ALL_AT_ONCE), "W2")
    for width in (180.0, 240.0, 420.0):
        layout = laid_out(session, width)
        assert all(x + equation.width <= width + 1 for equation, x, _ in painted(layout, monkeypatch)[1])


def test_both_themes_have_the_same_layout() -> None:
    session = at_update(inside(ALL_AT_ONCE), "W2")
    light, dark = (lay_out_card(session.card, theme, WIDTH) for theme in (LIGHT, DARK))
    assert (light.height, light.regions, light.numbers) == (dark.height, dark.regions, dark.numbers)
