"""Colour blindness: what must be told apart is, for red-, green- and blue-blind eyes, by colour or by a second sign.

What such eyes see is simulated after Machado, Oliveira & Fernandes 2009, "A Physiologically-based Model for Simulation
of Color Vision Deficiency" (IEEE TVCG 15:6), at full severity. Distances are CIE76 in CIELAB.
"""

import math
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF
from PySide6.QtWidgets import QApplication

from tests.session.finding.places import batch_of_two
from tests.ui.test_theme import SEEN_WITHOUT, lab
from visualizer.session.crumbs import crumbs
from visualizer.session.lighting import Lighting, lighting
from visualizer.session.neuron.scene import CIRCLE, DIAMOND, SQUARE
from visualizer.ui.heat import CLASSES, sign_color
from visualizer.ui.output.markers import SHAPES
from visualizer.ui.pen import Pen
from visualizer.ui.scene.edges import EdgePainter
from visualizer.ui.scene.painter import ScenePainter
from visualizer.ui.theme import THEMES, Theme, color, load_fonts, magnitude_colors

APART = 20.0  # told apart at a glance
BESIDE = 15.0  # told apart where they are side by side, as on a scale
every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
every_eye = pytest.mark.parametrize("without", SEEN_WITHOUT)


class Pair(NamedTuple):
    """Two colours of the palette. Where they may look alike, ``sign`` is what tells them apart all the same."""

    one: str
    other: str
    sign: str = ""


WORD = "the phase is written, and an arrow shows which way numbers travel"
NAME = "each value has its name beside its colour"
SHAPE = "their units have different shapes"
MARK = "a tick or a cross, and a word"
PAIRS = (
    Pair("forward", "backward", WORD),
    Pair("forward", "update"),
    Pair("backward", "update"),
    Pair("weight", "bias"),
    Pair("weight", "activation", NAME),
    Pair("weight", "pre_activation"),
    Pair("weight", "input"),
    Pair("weight", "loss", NAME),
    Pair("bias", "activation"),
    Pair("bias", "pre_activation"),
    Pair("bias", "input", NAME),
    Pair("bias", "loss"),
    Pair("activation", "pre_activation", NAME),
    Pair("activation", "input"),
    Pair("activation", "loss", SHAPE),
    Pair("pre_activation", "input", SHAPE),
    Pair("pre_activation", "loss"),
    Pair("input", "loss"),
    Pair("good", "danger", MARK),
)


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    load_fonts()


def distance(one: QColor, other: QColor, without: str) -> float:
    return float(np.linalg.norm(lab(one, without) - lab(other, without)))


def closest(pair: Pair, theme: Theme) -> float:
    """The distance of a pair for the eyes that tell it apart worst."""
    one, other = color(getattr(theme, pair.one)), color(getattr(theme, pair.other))
    return min(distance(one, other, without) for without in SEEN_WITHOUT)


def test_the_simulation_is_that_of_the_paper() -> None:
    """Grey stays grey, and what the paper's own figures show: red and green fall together without red or green."""
    for without in SEEN_WITHOUT:
        grey = lab(QColor(120, 120, 120), without)
        assert abs(grey[1]) < 1.5
        assert abs(grey[2]) < 1.5
    red, green = QColor("#B22D2D"), QColor("#4F5B17")
    assert distance(red, green, "nothing") > 60
    assert distance(red, green, "green") < distance(red, green, "nothing") / 3
    blue, teal = QColor("#1D6FBF"), QColor("#00776C")
    assert distance(blue, teal, "blue") < distance(blue, teal, "nothing") / 2


@every_theme
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.one}-{pair.other}")
def test_pairs_are_told_apart_by_colour_or_have_a_second_sign(pair: Pair, theme: Theme) -> None:
    one, other = color(getattr(theme, pair.one)), color(getattr(theme, pair.other))
    assert distance(one, other, "nothing") > APART
    assert pair.sign or closest(pair, theme) > APART


def test_no_pair_claims_a_sign_that_it_does_not_need() -> None:
    for pair in PAIRS:
        if pair.sign:
            assert min(closest(pair, theme) for theme in THEMES.values()) <= APART, pair


def test_all_pairs_of_phases_and_roles_are_in_the_table() -> None:
    listed = {frozenset(pair[:2]) for pair in PAIRS}
    roles = ("weight", "bias", "activation", "pre_activation", "input", "loss")
    wanted = [*combinations(("forward", "backward", "update"), 2), *combinations(roles, 2)]
    assert {frozenset(pair) for pair in wanted} <= listed


# The second signs -----------------------------------------------------------------------------------------------------


def test_names_are_written_beside_the_colours_of_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(Pen, "text_in", lambda pen, face, x, baseline, text, tone: written.append(text))
    session = batch_of_two()
    width, height = map(round, session.scene.size)
    painter = QPainter(image := QImage(width, height, QImage.Format.Format_RGB32))
    ScenePainter(session.scene, THEMES["light"]).paint(painter, 0)
    painter.end()
    assert not image.isNull()
    names = [box.name for box in session.scene.boxes]
    assert len(set(names)) == len(names)
    assert set(names) <= set(written)


def test_units_of_different_roles_have_different_shapes() -> None:
    scene = batch_of_two().neuron
    graph = scene.units.graph

    def shapes(name: str) -> set[int]:
        group = scene.units.group_of[graph.ids[name]]
        return set(scene.shape[scene.group == group].tolist())

    assert shapes("x") == shapes("t") == {SQUARE}
    assert shapes("z1") == shapes("a1") == shapes("y") == {CIRCLE}
    assert shapes("loss") == {DIAMOND}


@every_theme
def test_phases_are_written_and_arrows_turn_round(theme: Theme) -> None:
    session = batch_of_two()
    tips: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for at, step in enumerate(session.trace.steps, start=1):
        session.go_to(at)
        assert crumbs(session).frames[0].text == step.phase
        light = lighting(session)
        for edge, tip in zip(light.edges, tips_of_arrows(ScenePainter(session.scene, theme), light), strict=True):
            if step.phase == "backward":
                assert (-tip[0], -tip[1]) in tips[edge]  # as it pointed in the forward pass, turned round
            tips.setdefault(edge, set()).add(tip)
    assert any(len(both) == 2 for both in tips.values())


def tips_of_arrows(scene_painter: ScenePainter, light: Lighting) -> list[tuple[int, int]]:
    """Where the tip of each arrow on an edge lies from its middle, in tenths of its length."""
    found: list[tuple[int, int]] = []

    class Spy(QPainter):
        def drawPolygon(self, polygon: QPolygonF) -> None:
            tip, one, _, other = (polygon.at(place) for place in range(4))
            base = (one + other) / 2
            length = math.hypot(tip.x() - base.x(), tip.y() - base.y())
            found.append((round(10 * (tip.x() - base.x()) / length), round(10 * (tip.y() - base.y()) / length)))

    painter = Spy(image := QImage(10, 10, QImage.Format.Format_RGB32))
    scene_painter.paint_lighting(painter, light)
    painter.end()
    assert not image.isNull()
    return found


@every_theme
def test_what_has_no_size_has_a_stroke_of_its_own(theme: Theme) -> None:
    """Not yet, exactly zero, not finite and a number differ in dashes, so that their colours need not be told apart."""
    painter = EdgePainter(batch_of_two().scene, theme)
    strokes = {
        "zero": painter.strokes(0.0),
        "not finite": painter.strokes(float("nan")),
        "infinite": painter.strokes(float("inf")),
        "number": painter.strokes(0.5),
    }
    patterns = {name: tuple(tuple(pen.dashPattern()) for pen in pens) for name, pens in strokes.items()}
    assert patterns["not finite"] == patterns["infinite"]
    assert len({patterns["zero"], patterns["not finite"], patterns["number"]}) == 3


# Scales ---------------------------------------------------------------------------------------------------------------


@every_theme
@every_eye
def test_larger_magnitudes_are_further_from_the_ground(theme: Theme, without: str) -> None:
    """Lightness falls on the light ground and rises on the dark one, step by step, and all of it is seen."""
    tones = magnitude_colors(theme.name)
    lightness = [lab(tones[place], without)[0] for place in range(0, 256, 15)]
    assert lightness == sorted(lightness, reverse=theme.name == "light")
    for one, other in pairwise(range(0, 256, 51)):
        assert distance(tones[one], tones[other], without) > 0.75 * BESIDE
    assert distance(tones[0], color(theme.ground), without) > APART


@every_theme
@every_eye
def test_signs_are_told_apart_down_to_a_tenth_of_the_scale(theme: Theme, without: str) -> None:
    for share, bound in ((0.1, BESIDE), (0.25, 1.5 * APART), (0.5, 2.5 * APART), (1.0, 4 * APART)):
        assert distance(sign_color(theme, -share), sign_color(theme, share), without) > bound
    for share in (-1.0, -0.5, -0.25, 0.25, 0.5, 1.0):
        assert distance(sign_color(theme, share), color(theme.ground), without) > 0.95 * APART


@every_theme
@every_eye
def test_classes_differ_in_colour_or_in_shape(theme: Theme, without: str) -> None:
    tones = [color(tone) for tone in CLASSES[theme.name]]
    assert distance(tones[0], tones[1], without) > 4 * APART  # two classes have one shape
    for one, other in combinations(range(len(tones)), 2):
        same_shape = one % len(SHAPES) == other % len(SHAPES)
        assert not same_shape or distance(tones[one], tones[other], without) > APART
