"""What is written: recorded numbers, inside their units, in nobody's way."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication

from tests.ui.neuron.sessions import EVERY, blank, paint_on, session_of, view_of
from visualizer.session.neuron.scene import CIRCLE, DIAMOND
from visualizer.ui.neuron.labels import short_text
from visualizer.ui.neuron.picture import NeuronPicture
from visualizer.ui.neuron.showing import Moment
from visualizer.ui.neuron.tags import tag_rect
from visualizer.ui.pen import Pen
from visualizer.ui.theme import LIGHT, load_fonts, text_width


@dataclass(frozen=True)
class Written:
    """A text and the room that it takes, in scene units."""

    text: str
    rect: QRectF


@pytest.fixture
def written(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> list[Written]:
    """All that is written, with where it stands in the image."""
    load_fonts()
    found: list[Written] = []
    before = Pen.text

    def text(self: Pen, x: float, baseline: float, text: str, color, size=13, weight="regular", family="Inter") -> None:
        room = QRectF(x, baseline - 0.74 * size, text_width(text, size, weight), 0.74 * size)
        found.append(Written(text, self.painter.worldTransform().mapRect(room)))
        before(self, x, baseline, text, color, size, weight, family)

    monkeypatch.setattr(Pen, "text", text)
    return found


def write(name: str, scale: float, moment: Moment | None = None) -> NeuronPicture:
    session = session_of(name)
    picture = NeuronPicture(session.neuron, LIGHT)
    view, rect = view_of(picture, scale)
    moment = moment or Moment(len(session.trace.steps))
    paint_on(blank(rect), view, lambda painter: picture.paint(painter, moment, scale))
    return picture


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.6, 2.5, 4.0])
@pytest.mark.parametrize("name", EVERY)
def test_texts_stay_within_their_units_and_off_each_other(name: str, scale: float, written: list[Written]) -> None:
    picture = write(name, scale)
    scene, (view, _) = picture.scene, view_of(picture, scale)
    units = [
        (view.map(QPointF(x, y)), radius * scale, shape)
        for x, y, radius, shape in zip(scene.x, scene.y, scene.radius, scene.shape, strict=True)
    ]
    for one in written:
        middle = one.rect.center()
        for centre, radius, shape in units:
            if math.hypot(middle.x() - centre.x(), middle.y() - centre.y()) >= 0.75 * radius:
                continue
            for x in (one.rect.left(), one.rect.right()):
                for y in (one.rect.top() + 1, one.rect.bottom() - 1):
                    dx, dy = abs(x - centre.x()), abs(y - centre.y())
                    away = math.hypot(dx, dy) if shape == CIRCLE else dx + dy if shape == DIAMOND else max(dx, dy)
                    assert away <= radius + 1, one
    for place, one in enumerate(written):
        for other in written[:place]:
            assert not one.rect.adjusted(1, 1, -1, -1).intersects(other.rect.adjusted(1, 1, -1, -1)), (one, other)


def test_more_is_told_the_nearer_one_comes(written: list[Written]) -> None:
    counts = []
    for scale in (0.3, 0.8, 1.6, 4.0):
        written.clear()
        write("2-3-1", scale)
        counts.append(len(written))
    assert counts == sorted(counts)
    assert len({*counts}) == 4


def test_the_numbers_are_the_recorded_ones(written: list[Written]) -> None:
    picture = write("2-3-1", 4.0)
    trace = picture.scene.trace
    texts = [one.text for one in written]
    for name in ("x", "z1", "a1", "z2", "loss"):
        node = trace.graph.node(name).id
        for array in (trace.values[node], trace.gradients[node]):
            assert array is not None
            for value in array.flat:
                told = {short_text(float(value), digits) for digits in (1, 2, 4)}
                assert told & {*texts}, (name, value)


def test_before_the_first_step_only_leaves_have_numbers(written: list[Written]) -> None:
    write("2-3-1", 1.6, Moment(0))
    numbers = [one.text for one in written if one.text.lstrip("−").replace(".", "").isdigit()]
    assert len(numbers) == 3  # two inputs and the target
    assert sum(one.text == "·" for one in written) >= 5


def test_what_is_asked_for_is_a_question_mark(written: list[Written]) -> None:
    from engine.expression import Reference

    session = session_of("2-3-1")
    node = session.trace.graph.node("a1").id
    write("2-3-1", 1.6, Moment(len(session.trace.steps), asked=Reference(node, "value", None)))
    assert sum(one.text == "?" for one in written) == 3


@pytest.mark.parametrize("name", ["2-3-1", "neuron-by-hand", "fully-connected-layer", "dead"])
def test_numbers_on_edges_are_in_nobodys_way(qapp: QApplication, name: str) -> None:
    picture = NeuronPicture(session_of(name).neuron, LIGHT)
    scene = picture.scene
    for scale in (1.0, 1.5, 3.0):
        places = picture.painter.tags.places(scale)
        rects = [tag_rect(place, scale) for place in places.values()]
        assert len(rects) >= 0.6 * len(scene.edge_sources)
        for number, rect in enumerate(rects):
            assert not any(rect.intersects(other) for other in rects[:number])
            nearest = np.hypot(
                np.maximum(np.abs(scene.x - rect.center().x()) - rect.width() / 2, 0),
                np.maximum(np.abs(scene.y - rect.center().y()) - rect.height() / 2, 0),
            )
            assert (nearest >= scene.radius).all()
    assert not picture.painter.tags.places(0.5)


def test_short_texts() -> None:
    numbers = (0.04213, -3.0, 0.5, 1234.4, -0.0, 123456.0, 1e-9, math.inf, math.nan)
    assert [short_text(number, 2) for number in numbers] == [
        "0.042", "−3", "0.5", "1234", "0", "1.2e5", "1e−9", "∞", "NaN",
    ]  # fmt: skip
