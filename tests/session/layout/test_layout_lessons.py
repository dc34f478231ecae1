"""What the layout makes of the lessons and of the networks that everyone draws, as data of their scenes."""

from functools import cache
from itertools import combinations

import pytest

from tests.session.layout.layouts import turned_over
from visualizer.session.document import parse
from visualizer.session.layout import Layout, Link, Route, Unit, arrange, crossings, through_units
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.scene import Rect, Scene, building
from visualizer.session.session import prepare

DATA = '[data]\nset = "circle"\n[training]\nbatch_size = 1\n'
NETWORKS = {
    "2-3-1": "2-3-1 tanh, output tanh, loss half_squared, seed 1",
    "2-16-16-1": "2-16-16-1 tanh, output tanh, loss half_squared, init xavier, seed 1",
    "8 layers with skips": "2-6x7-1 tanh, loss half_squared, init xavier, skip 2, seed 1",
}
# Crossings that a picture has; a change of the layout may lower them.
CROSSINGS = {"8 layers with skips": 3}
NAMES = [*lesson_names(), *NETWORKS]

every_scene = pytest.mark.parametrize("name", NAMES)


@cache
def scene_of(name: str) -> Scene:
    if name in NETWORKS:
        return prepare(parse(f'format = 1\ntitle = "{name}"\nnetwork = "{NETWORKS[name]}"\n{DATA}')).scene
    return prepare(load_lesson(name)).scene


def labels(scene: Scene) -> list[Rect]:
    """All rectangles in which something is written: boxes with their names, signs of operations, names of layers."""
    signs = [box.operation_rect for box in scene.boxes if box.operation_rect is not None]
    return [*(box.rect for box in scene.boxes), *signs, *(ribbon.rect for ribbon in scene.ribbons)]


def as_layout(scene: Scene) -> tuple[Layout, list[Unit]]:
    """A scene's edges and rectangles as a layout; the sign of an operation belongs to its box."""
    units = [Unit(box.node, box.covered[2], box.covered[3], (), 0.0) for box in scene.boxes]
    routes = tuple(Route(Link(edge.source, edge.consumer, edge.slot), edge.points) for edge in scene.edges)
    return Layout({box.node: box.covered[:2] for box in scene.boxes}, routes, scene.size), units


@every_scene
def test_no_edge_passes_through_a_box(name: str) -> None:
    assert through_units(*as_layout(scene_of(name))) == 0


@every_scene
def test_no_labels_overlap(name: str) -> None:
    for (x, y, width, height), (u, v, across, down) in combinations(labels(scene_of(name)), 2):
        beside = x + width <= u + 1e-6 or u + across <= x + 1e-6
        assert beside or y + height <= v + 1e-6 or v + down <= y + 1e-6


@every_scene
def test_edges_cross_no_more_than_they_did(name: str) -> None:
    assert crossings(as_layout(scene_of(name))[0]) <= CROSSINGS.get(name, 0)


@pytest.mark.parametrize("name", ["neuron-by-hand", "backpropagation-by-hand", "8 layers with skips"])
def test_an_edit_of_a_lesson_turns_few_boxes_over(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[list[Unit], list[Link]]] = []

    def keeping(units: list[Unit], links: list[Link], **options: float) -> Layout:
        drawn.append((units, links))
        return arrange(units, links, **options)

    monkeypatch.setattr(building, "arrange", keeping)
    scene_of.__wrapped__(name)
    units, links = drawn[-1]
    before = arrange(units, links)
    for index, link in enumerate(links):
        # One more line in the program: what this link brought is used by a node of its own. Later nodes move up.
        key = {unit.key: unit.key + (unit.key >= link.target) for unit in units}
        longer = [Link(key[old.source], key[old.target], old.slot) for old in links]
        longer[index] = Link(link.target, key[link.target], link.slot)
        more = [Unit(key[unit.key], unit.width, unit.height, unit.ports, unit.exit) for unit in units]
        known = before.renamed(key)
        after = arrange(
            [*more, Unit(link.target, 90, 60, (30.0,), 30.0)],
            [*longer, Link(key[link.source], link.target, 0)],
            like=known,
        )
        assert turned_over(known, after) == 0, link
