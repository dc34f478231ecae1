"""Programs with hardly anything in their pictures: no edge, no weight, a single number, one unit."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.canvas.screen import shown
from tests.ui.neuron.sessions import paint_on, painted, patched, view_of
from visualizer.session.appearance import Appearance
from visualizer.session.document import Document, parse
from visualizer.session.session import Session
from visualizer.ui.export import export_session
from visualizer.ui.neuron.picture import NeuronPicture
from visualizer.ui.theme import DARK, LIGHT, load_fonts

X, VECTOR = "[parameters]\nx = 3.0", "[parameters]\nx = [1.0, -2.0, 0.5]"
PROGRAMS = {
    "a square": ("y = x * x", X),
    "a square of an input": ("y = x * x", "[inputs]\nx = 3.0"),
    "a sign": ("y = -x", X),
    "a power": ("y = x ** 2", X),
    "zero": ("y = x * 0", X),
    "a constant": ("y = x + 2", X),
    "a sum": ("y = sum(x)", VECTOR),
    "one in a vector": ("y = sum(x)", "[parameters]\nx = [2.0]"),
    "a product": ("y = x * w", "[inputs]\nx = 3.0\n[parameters]\nw = 2.0"),
    "squares": ("y = sum(x * x)", VECTOR),
    "no number": ("y = log(x)", "[parameters]\nx = -1.0"),
}
every_program = pytest.mark.parametrize("name", PROGRAMS)


@pytest.fixture(scope="module", autouse=True)
def fonts(qapp: QApplication) -> None:
    """The fonts of the texts."""
    load_fonts()


def document(name: str) -> Document:
    """One of the tiny programs."""
    program, leaves = PROGRAMS[name]
    return parse(f'format = 1\ntitle = "Tiny"\nprogram = "{program}"\n{leaves}\n')


@every_program
@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("shows", ["message", "gradient", "weight", "update"])
def test_every_part_is_painted_and_pointed_at(name: str, direction: str, shows: str) -> None:
    session = Session(document(name))
    session.set_level("neuron")
    session.set_appearance(Appearance(shows=shows, direction=direction))  # type: ignore[arg-type]
    picture = NeuronPicture(session.neuron, DARK)
    before, image = picture.moment(session), painted(picture, picture.moment(session))
    view, _ = view_of(picture, 1.0)
    while True:
        moment, light = picture.moment(session), picture.light(session)
        image = patched(image, picture, before, moment, 1.0)
        paint_on(image, view, lambda painter, light=light: picture.paint_light(painter, light, 1.0))
        paint_on(image, view, lambda painter, moment=moment: picture.sketch(painter, moment, 0.2))
        assert all(rect.isValid() for rect in picture.light_bounds(light))
        assert not any(rect.isNull() for rect in picture.surroundings(session))
        assert picture.legend(session)
        picture.ways(light)
        for x, y in zip(session.neuron.x.tolist(), session.neuron.y.tolist(), strict=True):
            hit = picture.at(x, y, 1.0)
            assert hit is not None
            assert picture.words(session, hit)
        if session.at_end:
            break
        before = moment
        session.step_forward()
    while not session.at_start:
        session.step_back()
        assert picture.changes(moment, picture.moment(session)) is not None
        moment = picture.moment(session)


@every_program
def test_the_canvas_walks_them_to_the_end_and_back_at_every_level(name: str, qtbot: QtBot) -> None:
    session = Session(document(name))
    canvas = shown(qtbot, session)
    for level in ("neuron", "scalar", "layer"):
        session.set_level(level)  # type: ignore[arg-type]
        while not session.at_end:
            session.step_forward()
            canvas.grab()
        while not session.at_start:
            session.step_back()
            canvas.grab()
        assert session.level == level


@every_program
def test_they_can_be_exported(name: str, tmp_path: Path) -> None:
    session = Session(document(name))
    session.set_level("neuron")
    session.last()
    for format in ("png", "svg"):
        out = tmp_path / f"tiny.{format}"
        export_session(session, format, out, (640, 480), 1.0, "light")
        assert out.stat().st_size > 1000


def test_the_picture_of_a_square_has_no_edge() -> None:
    session = Session(document("a square of an input"))
    session.set_level("neuron")
    assert NeuronPicture(session.neuron, LIGHT).painter.edges.count == 0
