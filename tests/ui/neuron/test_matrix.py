"""Heat maps of all weights: each entry has the colour of its number where it is known."""

import math

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from tests.ui.neuron.sessions import colour_at, painted, session_of, view_of
from visualizer.session.appearance import Appearance
from visualizer.ui.heat import sign_color
from visualizer.ui.neuron import matrix
from visualizer.ui.neuron.matrix import _coarse, entry_rect
from visualizer.ui.neuron.picture import NeuronPicture
from visualizer.ui.neuron.showing import Moment
from visualizer.ui.theme import LIGHT, magnitude_colors


def near(one: QColor, other: QColor) -> bool:
    return all(abs(a - b) <= 6 for a, b in zip(one.getRgb(), other.getRgb(), strict=True))


def entry_colours(image: QImage, picture: NeuronPicture, number: int, scale: float) -> list[list[QColor]]:
    view, strand = view_of(picture, scale)[0], picture.scene.strands[number]
    targets, sources = strand.bundle.shape
    rects = [[entry_rect(strand, i, j) for j in range(sources)] for i in range(targets)]
    # a little off the middle, where a zero has its dot
    return [[colour_at(image, view, rect.center().x() + rect.width() / 4, rect.center().y()) for rect in row]  # type: ignore[union-attr]
            for row in rects]  # fmt: skip


@pytest.mark.parametrize("shows", ["weight", "gradient"])
def test_an_entry_has_the_colour_of_its_number(qapp: QApplication, shows: str) -> None:
    session = session_of("30-20-3", Appearance(shows=shows, strongest=20))  # type: ignore[arg-type]
    picture = NeuronPicture(session.neuron, LIGHT)
    node = session.trace.graph.node("W2").id
    number = session.units.bundle_of[node]
    before_updates = session.trace.update_at[node] - 1
    image = painted(picture, Moment(before_updates), 2.0)
    numbers = session.trace.values[node] if shows == "weight" else session.trace.gradients[node]
    assert numbers is not None
    scale, tones = picture.painter.scales.edges, magnitude_colors("light")
    for row, values in zip(entry_colours(image, picture, number, 2.0), numbers.tolist(), strict=True):
        for tone, value in zip(row, values, strict=True):
            place = scale.position(value)
            wanted = sign_color(LIGHT, place) if shows == "weight" else tones[round(place * 255)]
            assert near(tone, QColor(LIGHT.ground) if value == 0 else wanted), value


def test_rows_that_have_not_come_are_hatched(qapp: QApplication) -> None:
    session = session_of("30-20-3", Appearance(shows="gradient", strongest=20))
    picture, node = NeuronPicture(session.neuron, LIGHT), session.trace.graph.node("W2").id
    step = session.trace.arrivals[node][-1]
    number = session.units.bundle_of[node]
    unfinished, done = (
        entry_colours(painted(picture, Moment(step, unit), 2.0), picture, number, 2.0) for unit in (0, -1)
    )
    assert all(near(one, other) for one, other in zip(unfinished[0], done[0], strict=True))
    saturations = [tone.hsvSaturation() for row in unfinished[1:] for tone in row]
    assert max(saturations) < 40
    assert np.mean([tone.hsvSaturation() for row in done[1:] for tone in row]) > 60


def test_a_small_map_has_its_colours_once_all_of_it_is_known(qapp: QApplication) -> None:
    session = session_of("30-20-3", Appearance(shows="gradient", strongest=20))
    picture, node = NeuronPicture(session.neuron, LIGHT), session.trace.graph.node("W1").id
    step, strand = session.trace.arrivals[node][-1], picture.scene.strands[session.units.bundle_of[node]]
    scale = 0.9 * matrix.SMALL / max(strand.matrix[2:])  # type: ignore[index]
    rect = view_of(picture, scale)[0].mapRect(entry_rect(strand, None, None)).toRect().adjusted(2, 2, -2, -2)
    before, after = (
        {
            image.pixelColor(x, y).name()
            for x in range(rect.left(), rect.right())
            for y in range(rect.top(), rect.bottom())
        }
        for image in (painted(picture, Moment(step - 1), scale), painted(picture, Moment(step), scale))
    )
    assert before == {QColor(LIGHT.panel).name()}
    assert len(after) > 5


def test_of_many_entries_a_pixel_shows_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "FINEST", 4)
    numbers = np.random.default_rng(0).standard_normal((10, 7))
    coarse = _coarse(numbers)
    assert coarse.shape == (4, 4)
    for i in range(4):
        for j in range(4):
            block = numbers[3 * i : 3 * i + 3, 2 * j : 2 * j + 2]
            assert coarse[i, j] == block.flat[np.abs(block).argmax()]


def test_a_number_that_is_not_finite_is_not_lost_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "FINEST", 2)
    numbers = np.zeros((4, 4))
    numbers[3, 0], numbers[0, 3] = math.nan, -math.inf
    coarse = _coarse(numbers)
    assert math.isnan(coarse[1, 0])
    assert coarse[0, 1] == -math.inf


def test_rows_and_columns_have_rectangles_and_what_has_no_map_none(qapp: QApplication) -> None:
    scene = session_of("30-20-3", Appearance(strongest=20)).neuron
    strand = next(strand for strand in scene.strands if strand.matrix is not None)
    x, y, width, height = strand.matrix  # type: ignore[misc]
    targets, sources = strand.bundle.shape
    row, column = entry_rect(strand, 1, None), entry_rect(strand, None, 2)
    assert row is not None
    assert column is not None
    assert row.getRect() == pytest.approx((x, y + height / targets, width, height / targets))
    assert column.getRect() == pytest.approx((x + 2 * width / sources, y, width / sources, height))
    bare = next(strand for strand in scene.strands if strand.matrix is None)
    assert entry_rect(bare, 0, 0) is None
