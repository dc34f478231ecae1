"""The set card: nothing leaves it to the right, and arrays that cannot fit are named by their shapes."""

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from visualizer.session.card import Card
from visualizer.session.document import parse
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.session import Session
from visualizer.ui.card_column import wrapped
from visualizer.ui.card_layout import lay_out_card
from visualizer.ui.card_picture import CardLayout
from visualizer.ui.pen import Pen
from visualizer.ui.theme import INTERFACE, LIGHT, load_fonts, text_width
from visualizer.ui.tiles import chunks_of

WIDTH = 312.0

DEEP = """format = 1
title = "Matrices side by side"
program = '''
z = linear(W, x, b)
h = tanh(z)
loss = mse(h, t)
'''
[inputs]
x = [1.0, -0.51, 0.251, 2.01]
t = [1.0, 0.0, -1.0, 0.5]
[parameters]
W = {shape = [4, 4], fill = [0.1044, -0.2725, 0.3033, -0.5382]}
b = [0.1, -0.1, 0.0, 0.2]
"""

WIDE = """format = 1
title = "Ten columns"
program = '''
C = A * B
loss = sum(C)
'''
inputs = {A = {shape = [3, 10], fill = [0.12345, -1234.5, 1.5e-9]}}
parameters = {B = {shape = [3, 10], fill = [-0.12345, 4321.5]}}
"""

LARGE = """format = 1
title = "Larger than any card"
program = '''
C = A * B
loss = sum(C)
'''
inputs = {A = {shape = [30, 40], fill = [0.5]}}
parameters = {B = {shape = [30, 40], fill = [0.25]}}
"""

LONG = """format = 1
title = "Long names"
program = '''
activation_of_the_first_hidden_layer = tanh(preactivation_of_the_first_hidden_layer)
loss_of_the_whole_thing_together = mean((activation_of_the_first_hidden_layer - target_that_we_want_to_reach) ** 2)
'''
inputs = {target_that_we_want_to_reach = [0.5, 0.25]}
parameters = {preactivation_of_the_first_hidden_layer = [0.5, -1.5]}
"""


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    """The fonts of the card."""
    load_fonts()


class Written(list[tuple[str, float]]):
    """The texts of a card with their right ends, as a picture of it has them."""


def written(layout: CardLayout, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Paint a layout and note what is written where."""
    found = Written()
    keep = Pen.text

    def text(pen, x, baseline, text, color, size=13, weight="regular", family=INTERFACE):
        end = pen.painter.worldTransform().map(x + text_width(text, size, weight, family), baseline)[0]
        found.append((text, end))
        keep(pen, x, baseline, text, color, size, weight, family)

    monkeypatch.setattr(Pen, "text", text)
    image = QImage(800, 2000, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    layout.paint(painter)
    painter.end()
    monkeypatch.undo()
    return found


def laid_out(session: Session) -> CardLayout:
    return lay_out_card(session.card, LIGHT, WIDTH)


def cards(text: str) -> list[Session]:
    """The session at every step."""
    session = Session(parse(text))
    return [session.glimpse(type(session.position)(0, step)) for step in range(len(session.trace.steps) + 1)]


@pytest.mark.parametrize("text", [DEEP, WIDE, LARGE, LONG], ids=["deep", "wide", "large", "long"])
def test_nothing_leaves_the_card(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for session in cards(text):
        layout = laid_out(session)
        assert all(rect.right() <= WIDTH + 1 for rect, _ in layout.regions), session.card.title
        assert all(end <= WIDTH + 1 for _, end in written(layout, monkeypatch)), session.card.title


@pytest.mark.parametrize("name", lesson_names(trains=False))
def test_no_flow_of_a_lesson_leaves_the_card(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(load_lesson(name))
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        session.reveal()
        layout = laid_out(session)
        assert all(rect.right() <= WIDTH + 1 for rect, _ in layout.regions)
        assert all(end <= WIDTH + 1 for _, end in written(layout, monkeypatch))


def test_a_sign_goes_to_the_next_line_with_what_follows() -> None:
    session = next(session for session in cards(DEEP) if session.card.title.endswith("gradient to W"))
    chunks = chunks_of(session.card.flow)
    assert [chunk[0] for chunk in chunks if isinstance(chunk[0], str)] == ["="]
    assert all(not isinstance(chunk[-1], str) for chunk in chunks)
    closed = chunks_of(("a", "=", "tanh", "(", "b", "+", "c", ")", "^", "2", "/", "n"))
    assert closed == [["a"], ["=", "tanh", "(", "b"], ["+", "c", ")", "^", "2"], ["/", "n"]]


def card_at(text: str, title: str) -> tuple[Session, Card]:
    session = next(session for session in cards(text) if session.card.title == title)
    return session, session.card


def test_of_arrays_too_wide_a_part_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    session, card = card_at(WIDE, "Times computes C")
    assert card.flow
    assert_cut_down(written(laid_out(session), monkeypatch), "3×10", "⋯")


def test_of_large_arrays_a_part_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    session, card = card_at(LARGE, "Times computes C")
    assert not card.flow
    assert_cut_down(written(laid_out(session), monkeypatch), "30×40", "⋱")


def assert_cut_down(texts: Written, shape: str, sign: str) -> None:
    said = [text for text, _ in texts]
    assert [text for text in said if shape in text] == [f"{name}  {shape}" for name in "CAB"]
    assert said.count(sign) >= 3
    assert "The marked element:" in said


def test_arrays_too_wide_even_in_part_are_named_by_their_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = card_at(WIDE, "Times computes C")
    layout = lay_out_card(session.card, LIGHT, 100.0)
    texts = " ".join(text for text, _ in written(layout, monkeypatch))
    assert "Arrays of shapes 3×10, 3×10 and 3×10, too wide for this card. The marked element:" in texts


def test_one_message_needs_no_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = 'format = 1\ntitle = "Twice"\nprogram = "y = a * a"\nparameters = {a = 1.5}\n'
    sessions = [session for session in cards(twice) if session.card.title.endswith("gradient to a")]
    said = [[text for text, _ in written(laid_out(s), monkeypatch) if text.startswith("so far")] for s in sessions]
    assert said == [["so far 1.5"], ["so far 1.5 + 1.5 = 3"]]


def test_a_word_wider_than_the_card_loses_its_end() -> None:
    (line,) = wrapped("a" * 80, WIDTH, 17.5, "bold")
    assert line.endswith("…")
    assert text_width(line, 17.5, "bold") <= WIDTH


def test_the_start_names_what_is_not_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    unused = 'format = 1\ntitle = "Unused"\nprogram = "y = w * x"\n'
    unused += "inputs = {x = 2.0, spare = [1.0, 2.0]}\nparameters = {w = 0.5, never = 3.0}\n"
    texts = [text for text, _ in written(laid_out(Session(parse(unused))), monkeypatch)]
    assert "Not connected to y: spare, never" in texts
    for name in lesson_names(trains=False):
        texts = [text for text, _ in written(laid_out(Session(load_lesson(name))), monkeypatch)]
        assert not any(text.startswith("Not connected") for text in texts)
