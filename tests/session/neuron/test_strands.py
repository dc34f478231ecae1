"""Which edges are drawn, and what they show."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from engine import units as neurons
from engine.program import parse_program
from engine.trace import record
from engine.units import units_of
from tests.session.neuron.pictures import ODD, STANDARD, picture, recorded
from visualizer.session.appearance import Appearance
from visualizer.session.neuron.scene import NeuronScene, Strand, build_neuron_scene
from visualizer.session.neuron.strands import shown

SHOWS = ("message", "gradient", "weight", "update")


def cases() -> Iterator[tuple[NeuronScene, Strand, np.ndarray]]:
    """Every strand with what all its edges show, computed from the recorded arrays alone."""
    for name in ("digits", "2-16-16-1", "784-128-64-10", "iris"):
        trace, _ = recorded(name)
        for shows in SHOWS:
            scene = picture(name, Appearance(shows=shows, strongest=40))
            for strand in scene.strands:
                weight = strand.bundle.weight
                if weight is None:
                    continue
                if shows == "message":
                    gradient = trace.gradients[strand.bundle.consumer]
                    numbers = trace.values[weight] * gradient[:, :1]
                elif shows == "gradient":
                    numbers = trace.gradients[weight]
                else:
                    update = trace.updates[weight]
                    numbers = update.before if shows == "weight" else update.after - update.before
                yield scene, strand, numbers


def test_the_strongest_are_drawn_weakest_first() -> None:
    count = 0
    for _, strand, numbers in cases():
        sizes = np.abs(numbers[strand.target_units, strand.source_units])
        assert (np.diff(sizes) >= 0).all()
        drawn = np.zeros(numbers.shape, dtype=bool)
        drawn[strand.target_units, strand.source_units] = True
        assert drawn.sum() == len(sizes) == min(40, numbers.size)
        assert strand.total == numbers.size
        assert (strand.matrix is not None) == (numbers.size > 40)
        if numbers.size > 40:
            assert np.abs(numbers[~drawn]).max() <= sizes.min()
            count += 1
    assert count >= 16


def test_what_edges_show_is_what_was_recorded() -> None:
    for scene, strand, numbers in cases():
        found = shown(scene.trace, scene.units, strand.bundle, scene.appearance.shows, 0)
        np.testing.assert_allclose(found, numbers, rtol=1e-12)


@pytest.mark.parametrize("name", STANDARD)
def test_units_and_places_agree(name: str) -> None:
    scene = picture(name)
    at = 0
    for number, strand in enumerate(scene.strands):
        bundle = strand.bundle
        assert strand.number == bundle.number == number
        assert strand.first == at
        at += len(strand.sources)
        assert (scene.group[strand.sources] == bundle.source).all()
        assert (scene.group[strand.targets] == bundle.target).all()
        np.testing.assert_array_equal(scene.unit[strand.sources], strand.source_units)
        np.testing.assert_array_equal(scene.unit[strand.targets], strand.target_units)
        for edge in {0, len(strand.sources) - 1}:
            assert strand.edge(int(strand.target_units[edge]), int(strand.source_units[edge])) == edge
    assert len(scene.edge_sources) == len(scene.edge_targets) == len(scene.edge_bounds) == at


def test_all_edges_of_what_is_not_dense_are_drawn() -> None:
    for name in ODD:
        for strand in picture(name, Appearance(strongest=1)).strands:
            wanted = 1 if strand.bundle.pattern == "dense" else strand.total
            assert len(strand.sources) == wanted


def test_nan_is_stronger_than_anything() -> None:
    weights = np.arange(1.0, 101.0).reshape(10, 10)
    graph = parse_program("y = sum(W @ x)", {"x": np.ones(10)}, {"W": weights})
    trace = record(graph)
    broken = trace.values[graph.node("W").id].copy()
    broken[3, 4], broken[5, 5] = np.nan, -np.inf

    values = tuple(broken if node.name == "W" else trace.values[node.id] for node in graph.nodes)
    scene = build_neuron_scene(
        None, replace(trace, values=values), units_of(graph), Appearance(shows="weight", strongest=3), None
    )  # type: ignore[arg-type]
    strand = next(strand for strand in scene.strands if strand.bundle.weight is not None)
    drawn = set(zip(strand.target_units.tolist(), strand.source_units.tolist(), strict=True))
    assert drawn == {(3, 4), (5, 5), (9, 9)}


def test_without_anything_to_show_the_weights_count() -> None:
    graph = parse_program("y = mean(W @ x)", {"x": np.ones(10)}, {"W": np.arange(100.0).reshape(10, 10)})
    scene = build_neuron_scene(None, record(graph), units_of(graph), Appearance(shows="message", strongest=10), 0)  # type: ignore[arg-type]
    strand = next(strand for strand in scene.strands if strand.bundle.weight is not None)
    found = neurons.messages(scene.trace, scene.units, strand.bundle, 0)
    if found is None:  # nothing flows back to inputs that need no gradient
        assert set(strand.target_units) == {9}


def test_few_edges_are_curves_and_very_many_are_straight() -> None:
    assert picture("2-3-1").strands[0].points.shape[1] == 25
    scene = picture("784-128-64-10", Appearance(strongest=6000))
    assert all(strand.points.shape[1] == 2 for strand in scene.strands if strand.bundle.weight is not None)
