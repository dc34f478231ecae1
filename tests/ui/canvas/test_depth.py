"""Semantic zoom: near enough, a box opens to its neurons and a neuron to its sum; far enough, they close again."""

import pytest
from PySide6.QtCore import QPoint, QPointF
from pytestqt.qtbot import QtBot

from engine.expression import Reference
from tests.ui.canvas.screen import NETWORK, shown, wheel
from visualizer.session.document import parse
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.canvas.depth import levels_of


@pytest.fixture
def network(qtbot: QtBot) -> Canvas:
    canvas = shown(qtbot, Session(parse(NETWORK)))
    canvas.level_wanted.connect(canvas.session.set_level)
    return canvas


def node(canvas: Canvas, name: str) -> int:
    return canvas.session.document.graph.ids[name]


def middle(canvas: Canvas, reference: Reference) -> QPoint:
    rect = canvas.picture.bounds(reference)
    assert rect is not None
    return canvas.transform.map(rect.center()).toPoint()


def wheel_until(canvas: Canvas, point: QPoint, notches: float, level: str) -> int:
    """Turn the wheel notch by notch; how many it took."""
    for count in range(1, 40):
        wheel(canvas, point, notches)
        if canvas.session.level == level:
            return count
    raise AssertionError(f"{level} was not reached at a scale of {canvas.view.scale}")


def enter(canvas: Canvas, level: str) -> Reference:
    """Go to a level by key; the neuron in the middle of the network."""
    canvas.session.set_level(level)  # type: ignore[arg-type]
    return Reference(node(canvas, "a1"), "value", (1, 0))


def test_zooming_into_a_box_opens_its_neurons_there(network: Canvas) -> None:
    asked: list[tuple[str, Reference | None]] = []
    network.level_wanted.connect(lambda level, reference: asked.append((level, reference)))
    a1 = Reference(node(network, "a1"), "value", None)
    point = middle(network, a1)
    wheel_until(network, point, 1, "neuron")
    assert len(asked) == 1
    level, reference = asked[0]
    assert (level, reference.node) == ("neuron", a1.node)
    opened = network.picture.bounds(reference)
    assert (network.transform.map(opened.center()) - QPointF(point)).manhattanLength() < 60
    assert network.view.scale >= network.view.fit_scale


def test_zooming_into_a_neuron_opens_its_sum(network: Canvas) -> None:
    reference = enter(network, "neuron")
    network.fit()
    point = middle(network, reference)
    wheel_until(network, point, 1, "scalar")
    opened = network.picture.bounds(reference)
    assert network.rect().contains(network.transform.map(opened.center()).toPoint())


@pytest.mark.parametrize(("level", "coarser"), [("scalar", "neuron"), ("neuron", "layer")])
def test_zooming_out_closes_a_little_after_the_whole_fits(level: str, coarser: str, network: Canvas) -> None:
    enter(network, level)
    network.fit()
    wheel(network, QPoint(450, 300), -1)
    assert network.session.level == level
    assert wheel_until(network, QPoint(450, 300), -1, coarser) <= 3


@pytest.mark.parametrize("name", ["z1", "a1", "W1", "x"])
def test_a_notch_back_and_forth_does_not_change_the_level_twice(name: str, network: Canvas) -> None:
    point = middle(network, Reference(node(network, name), "value", None))
    wheel_until(network, point, 1, "neuron")
    for notches in (-1, 1, -1, 1, -1):
        wheel(network, point, notches)
        assert network.session.level == "neuron"
    wheel_until(network, point, -1, "layer")
    for notches in (1, -1, 1, -1, 1):
        wheel(network, point, notches)
        assert network.session.level == "layer"


def test_the_keys_of_zooming_go_through_the_levels_too(network: Canvas) -> None:
    network.pan(*(QPointF(network.rect().center()) - QPointF(middle(network, Reference(node(network, "a1"), "value")))
                  ).toTuple())  # fmt: skip
    for _ in range(20):
        network.zoom(1.25)
    assert network.session.level != "layer"
    for _ in range(40):
        network.zoom(0.8)
    assert network.session.level == "layer"


def test_over_the_ground_nothing_opens(network: Canvas) -> None:
    assert network.hit(QPointF(3, 3)) is None
    for _ in range(12):
        wheel(network, QPoint(3, 3), 1)
    assert network.session.level == "layer"


def test_it_only_asks_and_asks_once(network: Canvas) -> None:
    """Another picture may take a worker's time: until it is there the view goes on as it is."""
    network.level_wanted.disconnect(network.session.set_level)
    asked: list[str] = []
    network.level_wanted.connect(lambda level, _: asked.append(level))
    point = middle(network, Reference(node(network, "a1"), "value", None))
    for _ in range(20):
        wheel(network, point, 1)
    assert asked == ["neuron"]
    assert network.session.level == "layer"
    for _ in range(20):
        wheel(network, point, -1)
    for _ in range(20):
        wheel(network, point, 1)
    assert asked == ["neuron", "neuron"]


def test_a_level_that_would_show_the_same_is_left_out(qtbot: QtBot) -> None:
    scalars = load_lesson("neuron-by-hand").graph
    assert levels_of(scalars) == ("layer", "neuron")
    plain = parse("format = 1\ntitle = 't'\nprogram = 'y = exp(w) / v'\n[parameters]\nw = 2.0\nv = 1.0\n")
    canvas = shown(qtbot, Session(plain))
    asked: list[str] = []
    canvas.level_wanted.connect(lambda level, _: asked.append(level))
    for _ in range(20):
        wheel(canvas, middle(canvas, Reference(node(canvas, "y"), "value")), 1)
    assert "scalar" not in asked
    assert levels_of(parse(NETWORK).graph) == ("layer", "neuron", "scalar")


def test_the_selection_and_the_place_in_time_carry_over(network: Canvas) -> None:
    session = network.session
    session.go_to(4)
    reference = Reference(node(network, "a1"), "value", (1, 0))
    session.select(reference.node)
    session.pick(reference)
    wheel_until(network, middle(network, reference), 1, "neuron")
    assert (session.selected, session.picked, session.position.step) == (reference.node, reference, 4)


@pytest.mark.parametrize("level", ["neuron", "scalar"])
def test_a_level_that_was_chosen_by_key_is_shown_whole_or_followed(level: str, network: Canvas) -> None:
    network.zoom(1.2)
    enter(network, level)
    assert network.view.keep == "frame"
    assert network.view.shows_all or network.view.following
