"""The picture of neurons as the canvas uses it: what is patched is what would be painted anew."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QImage, QPainter, QTransform
from PySide6.QtWidgets import QApplication

from engine.expression import Reference
from engine.parts import part_count
from tests.ui.neuron.sessions import (
    EVERY,
    blank,
    colour_at,
    paint_on,
    painted,
    patched,
    pixels,
    session_of,
    stand,
    view_of,
)
from visualizer.session.appearance import Appearance
from visualizer.session.session import Session
from visualizer.ui.neuron import edges
from visualizer.ui.neuron.picture import NeuronPicture
from visualizer.ui.neuron.showing import Moment
from visualizer.ui.neuron.strokes import runs_of
from visualizer.ui.neuron.tags import MOST_EDGES
from visualizer.ui.theme import DARK, LIGHT, color, load_fonts

MOST_MOMENTS = 12
every_scene = pytest.mark.parametrize("name", EVERY)


@pytest.fixture(scope="module", autouse=True)
def fonts(qapp: QApplication) -> None:
    """The fonts of the texts."""
    load_fonts()


def places(session: Session) -> list[tuple[int, int]]:
    """Places all along a pass: of every step its first, a middle and its last part, and all of it."""
    found = [(0, -1)]
    for number, step in enumerate(session.trace.steps, start=1):
        count = part_count(session.units, session.trace, step)
        found += [(number, unit) for unit in sorted({0, count // 2, count - 1})]
        found.append((number, -1))
    return found


def difference(one: QImage, other: QImage) -> float:
    """The share of pixels that differ by more than rounding at the edge of a clip."""
    return float((np.abs(pixels(one) - pixels(other)).max(axis=2) > 24).mean())


@pytest.mark.parametrize(
    ("name", "shows"),
    [
        *((name, "message") for name in EVERY),
        *((name, shows) for name in ("2-3-1", "30-20-3") for shows in ("gradient", "weight", "update")),
    ],
)
def test_a_patched_picture_is_the_one_painted_anew(name: str, shows: str) -> None:
    session = session_of(name, Appearance(shows=shows, strongest=40))  # type: ignore[arg-type]
    picture = NeuronPicture(session.neuron, LIGHT)
    scale = 1.5 if picture.painter.edges.count <= MOST_EDGES else 0.8  # near enough for numbers on edges
    moments = [Moment(*place) for place in places(session)]
    moments = moments[:: max(len(moments) // MOST_MOMENTS, 1)]
    image = painted(picture, moments[0], scale)
    for before, after in pairwise(moments):
        image = patched(image, picture, before, after, scale)
        assert difference(image, painted(picture, after, scale)) < 2e-4, after


def test_bulk_lines_are_patched_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "MOST_CURVES", 10)
    session = session_of("30-20-3", Appearance(strongest=300))
    picture, scale = NeuronPicture(session.neuron, LIGHT), 0.5
    assert picture.painter.edges.bulk
    moments = [Moment(*place) for place in places(session)]
    moments = moments[:: len(moments) // MOST_MOMENTS]
    image = painted(picture, moments[0], scale)
    for before, after in pairwise(moments):
        image = patched(image, picture, before, after, scale)
        assert difference(image, painted(picture, after, scale)) < 2e-4, after


def test_hairlines_hidden_under_stronger_ones_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "MOST_CURVES", 10)
    session = session_of("30-20-3", Appearance(strongest=600))
    session.go_to(len(session.trace.steps))
    moment, small, large = Moment(session.position.step), 0.12, 2.0

    def painting_of(scale: float) -> tuple[QImage, int]:
        drawn = []
        monkeypatch.setattr(edges, "runs_of", lambda kinds: drawn.append(len(kinds)) or runs_of(kinds))
        return painted(NeuronPicture(session.neuron, LIGHT), moment, scale), drawn[0]

    (some, few), (_, every) = painting_of(small), painting_of(large)
    assert every == len(session.neuron.edge_sources) > 1.5 * few
    monkeypatch.setattr(edges, "COVERING", 1e9)
    whole, _ = painting_of(small)
    inked = np.abs(pixels(whole) - pixels(whole)[0, 0]).max(axis=2) > 24
    assert difference(some, whole) < 0.1 * inked.mean()


def test_numbers_beside_steep_edges_are_patched_as_well() -> None:
    session = session_of("2-3-1", Appearance(direction="down"))
    picture, scale = NeuronPicture(session.neuron, LIGHT), 1.7
    assert picture.painter.tags.places(scale)
    image = painted(picture, Moment(0), scale)
    for before, after in pairwise([Moment(*place) for place in places(session)]):
        image = patched(image, picture, before, after, scale)
        assert difference(image, painted(picture, after, scale)) < 2e-5, after


def test_what_is_asked_for_is_patched_too() -> None:
    session = session_of("2-3-1")
    picture, node = NeuronPicture(session.neuron, LIGHT), session.trace.graph.node("a1").id
    last = len(session.trace.steps)
    plain = Moment(last)
    for kind in ("value", "gradient"):
        asked = Moment(last, asked=Reference(node, kind, None))  # type: ignore[arg-type]
        image = patched(painted(picture, plain), picture, plain, asked, 1.0)
        assert difference(image, painted(picture, asked)) < 2e-4
        assert image != painted(picture, plain)


def test_another_focus_is_another_picture() -> None:
    picture = NeuronPicture(session_of("2-3-1").neuron, LIGHT)
    assert picture.changes(Moment(0), Moment(0, focus=Reference(0, "value", None))) is None


@every_scene
def test_the_light_stays_within_the_bounds_it_names(name: str) -> None:
    """What is outside them is not painted anew when the light moves on."""
    session = session_of(name)
    picture, scale = NeuronPicture(session.neuron, LIGHT), 0.9
    view, rect = view_of(picture, scale)
    session.select(0)
    session.hover(Reference(0, "value", (0,) * len(session.trace.graph.nodes[0].shape)))
    for place in places(session)[:: max(len(session.trace.steps) // 6, 1)]:
        stand(session, *place)
        session.revealed.add(place[0])
        light = picture.light(session)
        image = QImage(rect.size(), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)

        def draw(painter: QPainter, light: object = light) -> None:
            picture.paint_light(painter, light, scale)  # type: ignore[arg-type]
            painter.resetTransform()
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            for bounds in picture.light_bounds(light):  # type: ignore[arg-type]
                painter.fillRect(view.mapRect(bounds).toAlignedRect().adjusted(-2, -2, 2, 2), QColor(0, 0, 0, 0))

        paint_on(image, view, draw)
        assert not np.frombuffer(image.constBits(), dtype=np.uint32).any(), place


@every_scene
def test_everything_lit_is_seen(name: str) -> None:
    session = session_of(name)
    picture = NeuronPicture(session.neuron, LIGHT)
    view, rect = view_of(picture, 1.0)
    for step in range(1, len(session.trace.steps) + 1, 3):
        stand(session, step, 0)
        image = blank(rect)
        light = picture.light(session)
        paint_on(image, view, lambda painter, light=light: picture.paint_light(painter, light, 1.0))
        lit = light.light
        assert len(lit.receivers) or len(lit.biases) or lit.receiving_edges
        if len(lit.receivers):
            unit = int(lit.receivers[0])
            at = session.neuron.x[unit] + session.neuron.radius[unit] + 2.2, session.neuron.y[unit]
            assert colour_at(image, view, *at) != color(LIGHT.ground)


@every_scene
def test_the_surroundings_hold_the_receiver_and_lie_in_the_picture(name: str) -> None:
    session = session_of(name)
    picture = NeuronPicture(session.neuron, LIGHT)
    width, height = picture.size
    for place in places(session):
        stand(session, *place)
        receiver, around = picture.surroundings(session)
        assert around.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(receiver)
        assert around.left() >= -1
        assert around.top() >= -1
        assert around.right() <= width + 1
        assert around.bottom() <= height + 1


def test_messages_travel_from_the_loss_and_numbers_to_it() -> None:
    session = session_of("2-3-1")
    picture, graph = NeuronPicture(session.neuron, LIGHT), session.trace.graph
    for phase, name, rightwards in (("forward", "z1", True), ("backward", "a1", False)):
        step = next(
            place
            for place, step in enumerate(session.trace.steps, start=1)
            if step.phase == phase and session.trace.receiver(step) == graph.node(name).id
        )
        stand(session, step, 0)
        ways = picture.ways(picture.light(session))
        assert ways
        assert all((way.last().x() > way.first().x()) == rightwards for way in ways)


def test_what_is_found_at_the_middle_of_a_unit_is_that_unit() -> None:
    session = session_of("2-16-16-1")
    picture, scene = NeuronPicture(session.neuron, LIGHT), session.neuron
    for unit in range(len(scene.x)):
        hit = picture.at(float(scene.x[unit]), float(scene.y[unit]), 1.0)
        assert hit is not None
        assert hit[1] is not None
        assert picture.bounds(hit[1]).contains(QPointF(scene.x[unit], scene.y[unit]))  # type: ignore[union-attr]
        assert picture.words(session, hit)
    assert picture.at(-50.0, -50.0, 1.0) is None


def test_the_legend_says_what_is_shown_of_which_sample() -> None:
    session = session_of("2-16-16-1", Appearance(shows="weight", strongest=20))
    said = NeuronPicture(session.neuron, LIGHT).legend(session)
    assert (said.shows, said.scale.signed, said.sample) == ("weight", True, "sample 1 of 5")
    assert said.omission == f"strongest {said.drawn:,} of {said.total:,} edges"
    session.set_sample(None)
    session.set_appearance(replace(session.appearance, shows="message", strongest=1000))
    said = NeuronPicture(session.neuron, LIGHT).legend(session)
    assert (said.sign, said.scale.signed, said.sample) == ("|message|", False, "mean over 5 samples")
    assert said.omission == ""
    assert NeuronPicture(session_of("2-3-1").neuron, LIGHT).legend(session).sample == ""


def test_what_is_out_of_focus_is_faint() -> None:
    session = session_of("2-16-16-1")
    picture, scene = NeuronPicture(session.neuron, LIGHT), session.neuron
    last, node = len(session.trace.steps), session.trace.graph.node("a1").id
    view, _ = view_of(picture, 1.0)
    plain = painted(picture, Moment(last))
    faded = painted(picture, Moment(last, focus=Reference(node, "value", (3, 0))))
    first = int(scene.first[scene.units.group_of[node]])
    ground = np.array(color(LIGHT.ground).getRgb()[:3])

    def contrast(image: QImage, unit: int) -> int:
        at = scene.x[unit], scene.y[unit] - scene.radius[unit]
        return int(np.abs(np.array(colour_at(image, view, *at).getRgb()[:3]) - ground).sum())

    assert contrast(faded, first + 3) == contrast(plain, first + 3) > 60
    assert contrast(faded, first + 8) < 0.4 * contrast(plain, first + 8)


def test_themes_and_moments_look_different_and_the_same_moment_the_same() -> None:
    scene = session_of("2-3-1").neuron
    light, dark = NeuronPicture(scene, LIGHT), NeuronPicture(scene, DARK)
    assert painted(light, Moment(3)) == painted(light, Moment(3))
    assert painted(light, Moment(3)) != painted(light, Moment(4))
    assert painted(light, Moment(3)) != painted(dark, Moment(3), theme=DARK)


def test_a_picture_can_be_painted_at_every_zoom() -> None:
    """From a dot to a wall."""
    scene = session_of("30-20-3").neuron
    picture = NeuronPicture(scene, LIGHT)
    image = blank(QRect(0, 0, 200, 150))
    for scale in (0.02, 0.1, 0.3, 1.0, 3.0, 40.0):
        view = QTransform().translate(100, 75).scale(scale, scale).translate(-scene.x[40], -scene.y[40])
        paint_on(image, view, lambda painter, scale=scale: picture.paint(painter, Moment(5), scale))
        assert (pixels(image) != pixels(blank(QRect(0, 0, 200, 150)))).any(), scale
        image.fill(color(LIGHT.ground))
