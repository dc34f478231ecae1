"""What is written: recorded numbers, inside their units, in nobody's way."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication

from tests.ui.neuron.sessions import EVERY, blank, paint_on, session_of, view_of
from visualizer.session.appearance import Appearance, Direction, Shows
from visualizer.session.neuron.scene import CIRCLE, DIAMOND
from visualizer.ui.canvas.view import LARGEST_FIT
from visualizer.ui.neuron.labels import short_text
from visualizer.ui.neuron.picture import NeuronPicture
from visualizer.ui.neuron.showing import Moment
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


def write(name: str, scale: float, moment: Moment | None = None, appearance: Appearance | None = None) -> NeuronPicture:
    session = session_of(name, appearance)
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


@pytest.mark.parametrize("scale", [1.3, 2.0, 3.5])
def test_the_units_of_a_layer_are_written_alike_at_all_times(scale: float, written: list[Written]) -> None:
    steps = len(session_of("2-3-1").trace.steps)
    rows = set()
    for step in range(steps + 1):
        written.clear()
        write("2-3-1", scale, Moment(step))
        hidden = sum(one.text.startswith(("z1[", "a1[")) for one in written)
        rows.add(hidden)
    assert rows in ({3}, {6})


def test_before_the_first_step_only_leaves_have_numbers(written: list[Written]) -> None:
    write("2-3-1", 1.6, Moment(0))
    numbers = [one.text for one in written if one.text.lstrip("−").replace(".", "").isdigit()]
    weights = 6 + 3 + 4  # with the biases
    assert 3 <= len(numbers) <= 3 + weights  # two inputs and the target
    assert sum(one.text == "·" for one in written) >= 5


def test_what_is_asked_for_is_a_question_mark(written: list[Written]) -> None:
    from engine.expression import Reference

    session = session_of("2-3-1")
    node = session.trace.graph.node("a1").id
    write("2-3-1", 1.6, Moment(len(session.trace.steps), asked=Reference(node, "value", None)))
    assert sum(one.text == "?" for one in written) == 3


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("name", ["2-3-1", "neuron-by-hand", "fully-connected-layer", "linear-under-the-hood", "dead"])
def test_edges_of_small_pictures_say_their_weights_in_nobodys_way(
    qapp: QApplication, name: str, direction: Direction
) -> None:
    picture = NeuronPicture(session_of(name, Appearance(direction=direction)).neuron, LIGHT)
    scene = picture.scene
    for scale in (0.85, 1.0, 1.5, 3.0):
        tags = picture.painter.tags.places(scale)
        assert len(tags.edges) >= 0.7 * len(scene.edge_sources)
        for number, rect in enumerate(tags.rects):
            assert not any(rect.intersects(other) for other in tags.rects[:number])
            nearest = np.hypot(
                np.maximum(np.abs(scene.x - rect.center().x()) - rect.width() / 2, 0),
                np.maximum(np.abs(scene.y - rect.center().y()) - rect.height() / 2, 0),
            )
            assert (nearest >= scene.radius).all()
        texts, _ = picture.painter.tags.texts(picture.painter.showing(Moment(0)), scale)
        for edge, (weight, number) in texts.items():
            assert not number
            assert weight or scene.strand_of(edge).bundle.weight is None


def test_every_edge_of_one_neuron_has_the_name_and_the_number_of_its_weight(qapp: QApplication) -> None:
    picture = NeuronPicture(session_of("neuron-by-hand").neuron, LIGHT)
    last = len(picture.scene.trace.steps)
    told, biases = (picture.painter.tags.texts(picture.painter.showing(Moment(step)), 1.3) for step in (0, last))
    assert sorted(told[0].values()) == [("w1 −3", ""), ("w2 1", "")]
    assert sorted(biases[0].values()) == [("w1 −3.1", "−1.5"), ("w2 1", "0.5")]  # updated by now
    assert [*told[1].values(), *biases[1].values()] == [("b 6.88", ""), ("b 6.83", "0.5")]


@pytest.mark.parametrize("shows", ["message", "gradient", "weight", "update"])
def test_tags_say_what_is_recorded(qapp: QApplication, shows: Shows) -> None:
    picture = NeuronPicture(session_of("fully-connected-layer", Appearance(shows=shows)).neuron, LIGHT)
    scene = picture.scene
    trace, last = scene.trace, Moment(len(scene.trace.steps))
    w = trace.graph.node("w").id
    texts, _ = picture.painter.tags.texts(picture.painter.showing(last), 3.0)
    after = trace.updates[w].after if w in trace.updates else trace.values[w]
    assert len(texts) == 6
    for edge, (weight, number) in texts.items():
        index = scene.reference(scene.edge_mark(edge)).index
        assert weight.split(" ")[-1] == short_text(float(after[index]), 3)
        if shows == "gradient":
            assert number == short_text(float(trace.gradients[w][index]), 3)
        assert bool(number) == (shows in ("message", "gradient") or (shows == "update" and w in trace.updates))


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("name", EVERY)
def test_no_text_overlaps_another_in_windows_small_and_large(
    name: str, direction: Direction, written: list[Written]
) -> None:
    width, height = session_of(name, Appearance(direction=direction)).neuron.size
    for room in ((662, 490), (1300, 770)):
        scale = min(room[0] / width, room[1] / height, LARGEST_FIT)
        for moment in (Moment(0), None):
            written.clear()
            write(name, scale, moment, Appearance(direction=direction))
            for place, one in enumerate(written):
                for other in written[:place]:
                    assert not one.rect.adjusted(1, 1, -1, -1).intersects(other.rect.adjusted(1, 1, -1, -1))


def test_short_texts() -> None:
    numbers = (0.04213, -3.0, 0.5, 1234.4, -0.0, 123456.0, 1e-9, math.inf, math.nan)
    assert [short_text(number, 2) for number in numbers] == [
        "0.042", "−3", "0.5", "1234", "0", "1.2e5", "1e−9", "∞", "NaN",
    ]  # fmt: skip
