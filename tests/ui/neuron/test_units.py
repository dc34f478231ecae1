"""Units: colours of values, rings of gradients, shapes of what has no size."""

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from tests.ui.neuron.sessions import colour_at, painted, session_of, view_of
from visualizer.session.neuron.scene import CIRCLE, DIAMOND, SQUARE
from visualizer.ui.heat import sign_color
from visualizer.ui.neuron import units
from visualizer.ui.neuron.picture import NeuronPicture
from visualizer.ui.neuron.rings import outline, ring_pens, ring_width
from visualizer.ui.neuron.showing import Moment
from visualizer.ui.neuron.strokes import BINS, NOT_FINITE, NOT_YET, SILENT, ZERO
from visualizer.ui.neuron.tones import faded, ring_colors, value_colors
from visualizer.ui.theme import DARK, LIGHT, Theme, color


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_of_values_are_those_of_signs(theme: Theme) -> None:
    values, limits = np.array([0.5, -2.0, 9.0, math.nan, -math.inf, 0.3]), np.full(6, 2.0)
    tones = value_colors(theme, values, np.array([True] * 5 + [False]), limits)
    wanted = [sign_color(theme, 0.25), sign_color(theme, -1.0), sign_color(theme, 1.0)]
    wanted += [color(theme.danger)] * 2 + [color(theme.ground)]
    assert [QColor.fromRgb(int(tone)).name() for tone in tones] == [tone.name() for tone in wanted]


def test_faded_colours_keep_their_places() -> None:
    tones = np.array([color(LIGHT.danger).rgb(), color(LIGHT.ground).rgb()] * 2, dtype=np.uint32)
    found = faded(LIGHT, tones)
    assert found[0] == found[2] != tones[0]
    assert found[1] == found[3] == tones[1]


def test_every_state_of_a_ring_has_a_stroke_of_its_own() -> None:
    def strokes(kind: int, share: float = 1.0) -> list[tuple[object, ...]]:
        pens = ring_pens(LIGHT, kind, share, 100.0, 20, 1.0, 1.0)
        return [(pen.style(), round(pen.widthF(), 2), tuple(pen.dashPattern()), pen.capStyle()) for pen in pens]

    states = [strokes(kind) for kind in (SILENT, NOT_YET, ZERO, NOT_FINITE, 0, BINS - 1)] + [strokes(5, 0.5)]
    assert len({str(state) for state in states}) == len(states)
    assert strokes(0)[0][1] < strokes(BINS - 1)[0][1]
    assert strokes(NOT_YET)[0][0] == Qt.PenStyle.CustomDashLine


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_a_partial_ring_goes_as_far_as_messages_have_come(share: float) -> None:
    length = outline(CIRCLE, 20.0).length()
    pen = ring_pens(LIGHT, 9, share, length, 20, 1.0, 1.0)[1]
    assert pen.dashPattern()[0] * pen.widthF() == pytest.approx(share * length, rel=1e-6)
    assert pen.dashPattern()[1] * pen.widthF() >= (1 - share) * length


@pytest.mark.parametrize("shape", [CIRCLE, SQUARE, DIAMOND])
def test_outlines_are_as_wide_as_the_unit(shape: int) -> None:
    assert outline(shape, 7.0).boundingRect().getRect() == pytest.approx((-7, -7, 14, 14), abs=0.01)


def test_rings_grow_with_the_gradient_but_not_into_the_text() -> None:
    widths = [ring_width(kind, 30) for kind in range(BINS)]
    assert widths == sorted(widths)
    assert widths[-1] < 30 / 3


def test_colours_of_outlines_follow_the_kinds(qapp: QApplication) -> None:
    kinds = np.array([SILENT, NOT_YET, ZERO, 0, BINS - 1, 2 * BINS - 1, NOT_FINITE], dtype=np.int16)
    tones = ring_colors(LIGHT, kinds)
    assert tones[0] == tones[1] != tones[2]
    assert tones[4] == tones[5] != tones[3]
    assert QColor.fromRgb(int(tones[6])).name() == color(LIGHT.danger).name()


@pytest.mark.parametrize("single", [1500, 0], ids=["one by one", "by colour"])
def test_a_unit_has_the_colour_of_its_value(qapp: QApplication, monkeypatch: pytest.MonkeyPatch, single: int) -> None:
    monkeypatch.setattr(units, "MOST_SINGLE", single)
    scene = session_of("2-16-16-1").neuron
    picture, scale = NeuronPicture(scene, LIGHT), 0.9
    moment = Moment(len(scene.trace.steps))
    image, (view, _) = painted(picture, moment, scale), view_of(picture, scale)
    numbers, showing = picture.painter.showing(moment).state.units, picture.painter.showing(moment)
    for unit in range(len(scene.x)):
        if scene.radius[unit] * scale >= units.TOLD:
            continue
        tone = colour_at(image, view, scene.x[unit], scene.y[unit] - 0.45 * scene.radius[unit])
        limit = picture.painter.scales.values[
            scene.units.groups[scene.group[unit]].stages[showing.state.value_stage[unit]]
        ]
        wanted = sign_color(LIGHT, float(numbers.value[unit]) / limit)
        assert np.abs(np.array(tone.getRgb()) - np.array(wanted.getRgb())).max() <= 14, unit


def test_a_value_that_is_not_finite_is_hatched_red(qapp: QApplication) -> None:
    from engine.network import graph_of, parameters_of, parse_network
    from visualizer.session.document import document_from_graph
    from visualizer.session.session import Session

    network = parse_network("2-2-1 relu")
    parameters = parameters_of(network)
    parameters["W1"][:] = [[1e300, 1e300], [1.0, 1.0]]
    document = document_from_graph(graph_of(network, [1e9, 1e9], [0.0], parameters), "too large")
    scene = Session(document).neuron
    picture = NeuronPicture(scene, LIGHT)
    image, (view, _) = painted(picture, Moment(2), 3.0), view_of(picture, 3.0)
    first = int(scene.first[scene.units.group_of[scene.trace.graph.node("z1").id]])

    def reds(unit: int) -> int:
        radius = float(scene.radius[unit])
        x = np.linspace(-0.5, 0.5, 60) * radius
        tones = [colour_at(image, view, scene.x[unit] + dx, scene.y[unit] - 0.55 * radius) for dx in x]
        return sum(tone.red() > 180 and tone.green() < 120 for tone in tones)

    assert 3 < reds(first) < 50
    assert reds(first + 1) == 0
