"""What edges show: messages, gradients of weights, weights and their updates, each from the step on that makes it."""

import numpy as np
import pytest

from tests.scalar_scenes import NAMES, document_of, prepared, scalars
from visualizer.session.appearance import Appearance, Shows
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.scalar import build_scalar_scene
from visualizer.session.scene import SEED, Scene, build_scene
from visualizer.session.session import prepare

CHOICES: tuple[Shows, ...] = ("message", "gradient", "weight", "update")
every_choice = pytest.mark.parametrize("shows", CHOICES)


def lesson_scene(name: str, appearance: Appearance) -> Scene:
    made = prepare(load_lesson(name))
    return build_scene(made.document, made.trace, appearance)


@pytest.mark.parametrize("name", lesson_names(trains=False))
@every_choice
def test_edges_show_recorded_numbers(name: str, shows: Shows) -> None:
    scene = lesson_scene(name, Appearance(shows=shows))
    trace, end = scene.trace, len(scene.trace.steps)
    numbers, known = scene.numbers.at(end)
    for i, edge in enumerate(scene.edges):
        if shows == "message":
            assert known[i] == (edge.arrives_at is not None)
            assert numbers[i] == pytest.approx(edge.magnitude, nan_ok=True)
            continue
        source = trace.graph.nodes[edge.source]
        if source.op == "parameter":
            update = trace.updates[source.id]
            found = {"gradient": trace.gradients[source.id], "weight": update.after,
                     "update": update.after - update.before}[shows]  # fmt: skip
            assert known[i]
            assert abs(numbers[i]) == pytest.approx(float(np.linalg.norm(found)))
        elif source.shape or trace.graph.nodes[edge.consumer].op != "multiply":
            assert not known[i]


@every_choice
def test_nothing_is_shown_before_it_happens(shows: Shows) -> None:
    scene = lesson_scene("neuron-by-hand", Appearance(shows=shows))
    _, known = scene.numbers.at(0)
    assert known.any() == (shows == "weight")
    counts = [int(scene.numbers.at(position)[1].sum()) for position in range(len(scene.trace.steps) + 1)]
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_a_weight_shows_its_new_value_after_its_update() -> None:
    scene = lesson_scene("neuron-by-hand", Appearance(shows="weight"))
    trace, weight = scene.trace, scene.trace.graph.node("w1").id
    edge = next(i for i, edge in enumerate(scene.edges) if edge.source == weight)
    at = trace.update_at[weight]
    assert scene.numbers.at(at - 1)[0][edge] == -3.0
    assert scene.numbers.at(at)[0][edge] == float(trace.updates[weight].after)
    assert bool(scene.numbers.changed(at - 1, at)[edge])


def test_of_single_numbers_the_way_into_a_product_shows_its_weight() -> None:
    made = prepared("2-3-1")
    scene = build_scalar_scene(made.document, scalars("2-3-1"), Appearance(shows="weight"))
    assert scene.scale.signed
    graph = scalars("2-3-1").trace.graph
    numbers, known = scene.numbers.at(0)
    shown = 0
    for i, edge in enumerate(scene.edges):
        consumer = graph.nodes[edge.consumer]
        if consumer.op == "multiply" and any(graph.nodes[source].op == "parameter" for source in consumer.inputs):
            weight = next(source for source in consumer.inputs if graph.nodes[source].op == "parameter")
            assert known[i]
            assert numbers[i] == float(scalars("2-3-1").trace.values[weight])
            shown += 1
    assert shown == 2 * 9


def test_sizes_of_arrays_have_no_sign() -> None:
    assert not lesson_scene("fully-connected-layer", Appearance(shows="weight")).scale.signed


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("digits", "two-spirals")])
@every_choice
def test_what_changes_is_said(name: str, shows: Shows) -> None:
    """An edge that is not said to change looks the same."""
    made = prepare(document_of(name))
    scene = build_scene(made.document, made.trace, Appearance(shows=shows))
    for position in range(1, len(made.trace.steps) + 1):
        (one, before), (other, after) = scene.numbers.at(position - 1), scene.numbers.at(position)
        differs = (before != after) | (before & after & (one != other) & ~(np.isnan(one) & np.isnan(other)))
        assert not (differs & ~scene.numbers.changed(position - 1, position)).any()


def test_an_incoming_gradient_has_its_edge() -> None:
    scene = lesson_scene("fully-connected-layer", Appearance())
    (seed,) = [edge for edge in scene.edges if edge.slot == SEED]
    assert seed.magnitude == pytest.approx(float(np.linalg.norm(scene.trace.seed)))
