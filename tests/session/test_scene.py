"""Scenes compared as data: boxes keep apart, edges pass beside them, and stepping changes nothing but numbers."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest

from engine.expression import Reference
from visualizer.session.document import Document, parse
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.scene import SEED, Rect, Scene, magnitude
from visualizer.session.session import prepare
from visualizer.session.views import layer_scene

SCALARS = """format = 1
title = "Scalars used again and again"
program = '''
p = a * a + a * b
q = tanh(p) * a - b / p
r = q * p + a * q + b * b
'''
inputs = {a = 1.25}
parameters = {b = -0.75}
"""

SKIPS = """format = 1
title = "A chain with skips"
program = '''
h1 = tanh(linear(W1, x, b1))
h2 = h1 + tanh(linear(W2, h1, b2))
h3 = h2 + relu(linear(W3, h2, b3)) + x
loss = mean(h3 * h3)
'''
inputs = {x = [0.5, -0.25, 2.0]}
[parameters]
W1 = [[0.5, -0.2, 0.1], [1.5, 0.3, -0.4], [0.7, 0.6, -0.9]]
b1 = [0.1, 0.2, 0.3]
W2 = [[0.5, -0.2, 0.1], [1.5, 0.3, -0.4], [0.7, 0.6, -0.9]]
b2 = [0.1, 0.2, 0.3]
W3 = [[0.5, -0.2, 0.1], [1.5, 0.3, -0.4], [0.7, 0.6, -0.9]]
b3 = [0.1, 0.2, 0.3]
"""

BATCH = """format = 1
title = "A batch"
program = '''
H = sigmoid(X @ W1)
Y = H @ W2
loss = mse(Y, T)
'''
axes = {X = ["point", "feature"], W1 = ["feature", "unit"]}
[inputs]
X = [[1.0, 2.0], [3.0, -4.0], [0.125, 6.5], [-7.75, 8.0], [9.0, 10.0]]
T = [[1.0], [0.0], [1.0], [0.0], [1.0]]
[parameters]
W1 = [[0.1, 0.2, 0.3], [-0.4, 0.5, -0.6]]
W2 = [[1.0], [-1.0], [0.5]]
"""

LARGE = """format = 1
title = "Arrays too large for cells"
program = '''
h = relu(W @ x)
loss = sum(h * h)
'''
inputs = {x = {shape = [50], fill = [1.0, -0.5, 0.25]}}
parameters = {W = {shape = [40, 50], fill = [0.1, -0.2, 0.3, 0.4]}}
"""

EXTREMES = """format = 1
title = "Numbers that are long or not finite"
program = '''
quite_a_long_name_for_a_value = exp(a_small_number) * a_large_number
u = log(negative) + quite_a_long_name_for_a_value
v = u * nought
'''
inputs = {a_small_number = -1.2345e-7, negative = -1.0}
parameters = {a_large_number = -1.2345e100, nought = 0.0}
"""

LINKS = "\n".join(f"v{i} = tanh(v{i - 1} * w)" for i in range(1, 31))
CHAIN = f"""format = 1
title = "Thirty in a row"
program = '''
v0 = tanh(w * x)
{LINKS}
'''
inputs = {{x = 0.5}}
parameters = {{w = 1.5}}
"""

SUM = " + ".join(f"w{i} * x" for i in range(12))
WEIGHTS = "\n".join(f"w{i} = {i}.5" for i in range(12))
FAN = f"""format = 1
title = "Many into one"
program = "y = {SUM}"
inputs = {{x = 2.0}}
[parameters]
{WEIGHTS}
"""

PROGRAMS = {
    "scalars": SCALARS,
    "skips": SKIPS,
    "batch": BATCH,
    "large": LARGE,
    "extremes": EXTREMES,
    "chain": CHAIN,
    "fan": FAN,
}
NAMES = [*lesson_names(trains=False), *PROGRAMS]

every_scene = pytest.mark.parametrize("name", NAMES)


def document_of(name: str) -> Document:
    return parse(PROGRAMS[name]) if name in PROGRAMS else load_lesson(name)


@cache
def scene_of(name: str) -> Scene:
    return prepare(document_of(name)).scene


def parts(scene: Scene) -> list[tuple[int, Rect]]:
    """Every rectangle in which something stands, with its node: boxes and the signs of their operations."""
    found = [(box.node, box.rect) for box in scene.boxes]
    return found + [(box.node, box.operation_rect) for box in scene.boxes if box.operation_rect is not None]


def positions(scene: Scene) -> range:
    return range(len(scene.trace.steps) + 1)


def overlap(one: Rect, other: Rect, by: float = 1e-6) -> bool:
    (x, y, width, height), (u, v, across, down) = one, other
    return x + width > u + by and u + across > x + by and y + height > v + by and v + down > y + by


def passes_through(points: np.ndarray, rect: Rect) -> bool:
    """True where a polyline has a point inside a rectangle: clips every segment against it (Liang and Barsky)."""
    left, top, width, height = rect
    low, high = np.array([left, top]), np.array([left + width, top + height])
    start, along = points[:-1], np.diff(points, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.sort([(low - start) / along, (high - start) / along], axis=0)
    inside = (low < start) & (start < high)
    still = along == 0
    enter = np.where(still, np.where(inside, 0.0, 1.0), at[0]).max(axis=1)
    leave = np.where(still, np.where(inside, 1.0, 0.0), at[1]).min(axis=1)
    return bool((np.maximum(enter, 0.0) < np.minimum(leave, 1.0)).any())


def shrunk(rect: Rect, by: float) -> Rect:
    return (rect[0] + by, rect[1] + by, rect[2] - 2 * by, rect[3] - 2 * by)


# Where things stand -------------------------------------------------------------------------------------------------


@every_scene
def test_no_two_boxes_overlap(name: str) -> None:
    for (node, rect), (other, second) in combinations(parts(scene_of(name)), 2):
        assert not overlap(rect, second), (node, rect, other, second)


@every_scene
def test_everything_lies_within_the_picture(name: str) -> None:
    scene = scene_of(name)
    width, height = scene.size
    for node, (x, y, across, down) in parts(scene):
        assert min(x, y) >= -1e-6, node
        assert x + across <= width + 1e-6, node
        assert y + down <= height + 1e-6, node
    for edge in scene.edges:
        assert edge.points.min() >= -1e-6
        assert (edge.points <= np.array(scene.size) + 1e-6).all()


@every_scene
def test_no_edge_passes_through_a_box_that_is_not_its_end(name: str) -> None:
    scene = scene_of(name)
    for edge in scene.edges:
        for node, rect in parts(scene):
            if node not in (edge.source, edge.consumer):
                assert not passes_through(edge.points, shrunk(rect, 1.0)), (edge.source, edge.consumer, node)


@every_scene
def test_edges_lead_from_their_source_to_the_operation_that_uses_it(name: str) -> None:
    scene = scene_of(name)
    for edge in scene.edges:
        source, consumer = scene.boxes[edge.source], scene.boxes[edge.consumer]
        x, y, width, height = source.rect
        assert edge.points[0] == pytest.approx((x + width, y + height / 2))
        target = consumer.rect if edge.slot == SEED else consumer.operation_rect
        assert target is not None
        assert edge.points[-1][0] == pytest.approx(target[0])
        assert target[1] <= edge.points[-1][1] <= target[1] + target[3]


@every_scene
def test_every_input_has_one_edge(name: str) -> None:
    scene = scene_of(name)
    graph = scene.trace.graph
    expected = {(node.id, slot) for node in graph.nodes for slot in range(len(node.inputs))}
    if graph.incoming is not None:
        expected.add((graph.incoming, SEED))
    assert [(edge.consumer, edge.slot) for edge in scene.edges if (edge.consumer, edge.slot) not in expected] == []
    assert len(scene.edges) == len(expected)


@every_scene
def test_cells_lie_within_their_box_and_apart(name: str) -> None:
    for box in scene_of(name).boxes:
        left, top, width, height = box.rect
        cells = [grid.rect(index) for grid in box.grids for index in grid.indices()]
        for x, y, across, down in cells:
            assert left <= x + 1e-6
            assert x + across <= left + width + 1e-6
            assert top <= y + 1e-6
            assert y + down <= top + height + 1e-6
        assert not any(overlap(one, other) for one, other in combinations(cells, 2))


def test_the_test_of_passing_through_sees_a_crossing() -> None:
    box = (10.0, 10.0, 10.0, 10.0)
    for points, through in (
        ([(0, 15), (30, 15)], True),
        ([(0, 0), (30, 30)], True),
        ([(0, 9), (30, 9)], False),
        ([(0, 15), (9, 15), (9, 30), (30, 30)], False),
        ([(0, 25), (15, 12)], True),
        ([(0, 10), (30, 10)], False),
    ):
        assert passes_through(np.array(points, dtype=float), box) is through


# What a box holds ---------------------------------------------------------------------------------------------------


@every_scene
def test_boxes_have_a_cell_for_each_number_or_a_summary(name: str) -> None:
    scene = scene_of(name)
    for box in scene.boxes:
        node = scene.trace.graph.nodes[box.node]
        assert box.name == node.name
        assert bool(box.operation) == (not node.is_leaf)
        assert bool(box.summary) != bool(box.grids)
        if box.grids:
            has_gradient = scene.trace.gradients[box.node] is not None
            assert [grid.kind for grid in box.grids] == (["value", "gradient"] if has_gradient else ["value"])
        for grid in box.grids:
            assert grid.rows * grid.columns == node.size
            assert len(list(grid.indices())) == node.size


def test_a_large_array_is_a_summary_that_says_its_shape() -> None:
    scene = scene_of("large")
    assert {box.name: box.summary for box in scene.boxes if box.summary} == {
        "W": "40×50", "x": "50", "W @ x": "40", "h": "40", "h * h": "40",
    }  # fmt: skip


def test_a_long_name_does_not_widen_its_box_for_ever() -> None:
    long = "a_name_that_goes_on_and_on_and_on"
    text = f'format = 1\ntitle = "Long"\nprogram = "{long} = a * a"\nparameters = {{a = 1.5}}\n'
    scene = prepare(parse(text)).scene
    assert max(box.rect[2] for box in scene.boxes) < 260


def test_axes_are_named_along_the_cells() -> None:
    box = next(box for box in scene_of("linear-under-the-hood").boxes if box.name == "X")
    assert box.grids[0].row_labels == ("point 1", "point 2")
    assert box.grids[0].column_labels == ("feature 1", "feature 2")


def test_axes_change_places_with_the_variant_that_transposes() -> None:
    document = load_lesson("fully-connected-layer").with_variant("pytorch")
    scene = prepare(document).scene
    grid = next(box for box in scene.boxes if box.name == "w").grids[0]
    assert grid.row_labels == ("output 1", "output 2")
    assert grid.column_labels == ("input 1", "input 2", "input 3")


# Pointing -----------------------------------------------------------------------------------------------------------


@every_scene
def test_every_cell_is_found_where_it_is_drawn(name: str) -> None:
    scene = scene_of(name)
    for box in scene.boxes:
        for grid in box.grids:
            for index in grid.indices():
                x, y, width, height = grid.rect(index)
                for at in ((x + 0.1, y + 0.1), (x + width / 2, y + height / 2), (x + width - 0.1, y + height - 0.1)):
                    assert scene.hit(*at) == (box.node, Reference(box.node, grid.kind, index))


@every_scene
def test_titles_and_signs_are_their_node_and_the_ground_is_nothing(name: str) -> None:
    scene = scene_of(name)
    for box in scene.boxes:
        assert scene.hit(box.rect[0] + 3, box.rect[1] + 3) == (box.node, None)
        if box.operation_rect:
            x, y, width, height = box.operation_rect
            assert scene.hit(x + width / 2, y + height / 2) == (box.node, None)
    assert scene.hit(-5.0, -5.0) is None
    assert scene.hit(scene.size[0] + 5, 1.0) is None


# Time ---------------------------------------------------------------------------------------------------------------


@every_scene
def test_a_scene_is_the_same_however_often_it_is_built(name: str) -> None:
    """Positions are asked of the scene and never change it: geometry cannot move while stepping."""
    document = document_of(name)
    trace = scene_of(name).trace
    again = layer_scene(document, trace)
    assert again.boxes == scene_of(name).boxes
    assert again.size == scene_of(name).size
    for one, other in zip(again.edges, scene_of(name).edges, strict=True):
        assert np.array_equal(one.points, other.points)


def appearance(scene: Scene, node: int, position: int) -> tuple[object, ...]:
    state = scene.gradient_state(node, position)
    return scene.value_known(node, position), scene.updated(node, position), state.arrived, state.kind


@every_scene
def test_changes_name_every_box_and_edge_that_looks_different(name: str) -> None:
    scene = scene_of(name)
    count = len(scene.trace.steps)
    pairs = [(i, j) for i in range(count + 1) for j in range(count + 1)]
    if len(pairs) > 1200:
        pairs = [(i, i + 1) for i in range(count)] + [(i + 1, i) for i in range(count)] + [(0, count), (count, 3)]
    seen = {(node, i): appearance(scene, node, i) for node in range(len(scene.boxes)) for i in positions(scene)}
    for before, after in pairs:
        boxes, edges = scene.changes(before, after)
        different = {box.node for box in scene.boxes if seen[box.node, before] != seen[box.node, after]}
        assert different <= boxes, (before, after)
        named = {(edge.consumer, edge.slot) for edge in edges}
        for edge in scene.edges:
            arrived = [edge.arrives_at is not None and edge.arrives_at <= at for at in (before, after)]
            used = [scene.value_known(edge.consumer, at) for at in (before, after)]
            if arrived[0] != arrived[1] or (used[0] != used[1] and not all(arrived)):
                assert (edge.consumer, edge.slot) in named, (before, after, edge.source, edge.consumer)


def test_nothing_changes_where_nothing_is_stepped() -> None:
    boxes, edges = scene_of("skips").changes(4, 4)
    assert not boxes
    assert not edges


@every_scene
def test_values_and_gradients_appear_as_they_are_recorded(name: str) -> None:
    scene = scene_of(name)
    trace = scene.trace
    end = len(trace.steps)
    for node in trace.graph.nodes:
        assert scene.value_known(node.id, 0) == node.is_leaf
        assert scene.value_known(node.id, end)
        assert scene.value(node.id, 0) is trace.values[node.id]
        assert scene.updated(node.id, end) == (node.id in trace.updates)
        if node.id in trace.updates:
            assert scene.value(node.id, end) is trace.updates[node.id].after
        assert scene.gradient_state(node.id, 0).kind == ("unreached" if trace.gradients[node.id] is None else "none")
        state = scene.gradient_state(node.id, end)
        assert state.value is trace.gradients[node.id]
        kinds = [scene.gradient_state(node.id, position).arrived for position in positions(scene)]
        assert kinds == sorted(kinds)


def test_a_value_used_three_times_collects_three_messages() -> None:
    scene = scene_of("scalars")
    node = scene.trace.graph.node("p").id
    states = [scene.gradient_state(node, position) for position in positions(scene)]
    assert {state.kind for state in states} == {"none", "partial", "final"}
    arrived = [(state.arrived, state.total) for state in states]
    assert list(dict.fromkeys(arrived)) == [(0, 3), (1, 3), (2, 3), (3, 3)]


@every_scene
def test_edges_carry_the_recorded_message(name: str) -> None:
    scene = scene_of(name)
    for edge in scene.edges:
        if edge.slot == SEED:
            assert edge.magnitude == pytest.approx(float(np.linalg.norm(scene.trace.seed)))
            continue
        message = scene.trace.messages.get((edge.consumer, edge.slot))
        assert (edge.arrives_at is None) == (message is None)
        if message is not None:
            assert edge.arrives_at is not None
            step = scene.trace.steps[edge.arrives_at - 1]
            assert (step.node, step.slot) == (edge.consumer, edge.slot)
            if np.isfinite(message).all():
                assert edge.magnitude == pytest.approx(float(np.linalg.norm(message)))
            else:
                assert not np.isfinite(edge.magnitude)


# The scale of magnitudes --------------------------------------------------------------------------------------------


@every_scene
def test_every_finite_magnitude_has_a_place_on_the_scale(name: str) -> None:
    scene = scene_of(name)
    assert scene.scale.low < scene.scale.high
    places = []
    for edge in sorted(scene.edges, key=lambda edge: edge.magnitude):
        if edge.arrives_at is not None and 0 < edge.magnitude < np.inf:
            assert scene.scale.low <= edge.magnitude * (1 + 1e-12)
            assert edge.magnitude <= scene.scale.high * (1 + 1e-12)
            places.append(scene.scale.position(edge.magnitude))
    assert places == sorted(places)
    assert all(0 <= place <= 1 for place in places)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([3.0, -4.0], 5.0),
        ([0.0, 0.0], 0.0),
        ([3e200, 4e200], 5e200),
        ([3e-200, 4e-200], 5e-200),
        ([np.inf, 1.0], np.inf),
    ],
)
def test_a_magnitude_neither_overflows_nor_vanishes(numbers: list[float], expected: float) -> None:
    assert magnitude(np.array(numbers)) == pytest.approx(expected, rel=1e-12)


def test_a_magnitude_of_what_is_no_number_is_none() -> None:
    assert np.isnan(magnitude(np.array([1.0, np.nan])))
