"""What is lit takes part in the step, and what takes part in the step is lit."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.explain import element, references
from engine.expression import Reference
from engine.parts import part, part_count
from tests.session.neuron.pictures import ODD, picture, recorded
from visualizer.session.appearance import Appearance
from visualizer.session.cursor import Position
from visualizer.session.formatting import number_text
from visualizer.session.neuron.lighting import Mark, NeuronLight, neuron_lighting
from visualizer.session.neuron.pill import arrived
from visualizer.session.neuron.scene import NeuronScene

PLAIN = ("neuron-by-hand", "fully-connected-layer", "backpropagation-by-hand-exact", "2-3-1", "8 layers with skips")
NAMES = (*PLAIN, *ODD)


def session(scene: NeuronScene, step: int, unit: int = -1, **more: Any) -> Any:
    """What lighting asks of a session."""
    plain = {"hovered": None, "picked": None, "selected": None, "asking": False, "card": None}
    return SimpleNamespace(neuron=scene, trace=scene.trace, position=Position(0, step, unit=unit), **plain | more)


def is_lit(scene: NeuronScene, light: NeuronLight, mark: Mark) -> bool:
    if mark.unit is not None:
        return mark.unit in light.receivers or mark.unit in light.senders
    if mark.bias is not None:
        return mark.bias in light.biases or scene.bias_unit[mark.bias] in light.receivers
    rows = ((mark.strand, mark.target), (mark.strand, None))
    columns = (mark.source, None)
    entries = any((strand, row) in rows and column in columns for strand, row, column in light.entries)
    return mark.edge in light.edges if mark.edge is not None else entries


@pytest.mark.parametrize("name", NAMES)
def test_what_takes_part_in_a_step_is_lit(name: str) -> None:
    scene = picture(name, Appearance(strongest=20))
    trace, units = recorded(name)
    for number, step in enumerate(trace.steps, start=1):
        for one in list(range(part_count(units, trace, step)))[:4]:
            light = neuron_lighting(session(scene, number, one))
            assert light.phase == step.phase
            done = part(units, trace, step, one, 0)
            for index in done.elements[:3]:
                given = scene.mark(Reference(done.node, done.kind, index))
                if given.unit is not None:
                    assert light.receivers.tolist() == [given.unit]
                if given.bias is not None and light.biases.size == 1:
                    assert scene.unit[scene.bias_unit[light.biases[0]]] == scene.unit[scene.bias_unit[given.bias]]
                assert light.receiving_edges == (done.node in units.bundle_of)
                for reference in references(element(trace, step, index)):
                    taking_part = reference.kind == "gradient" or step.phase == "forward"
                    in_sight = reference.node in units.bundle_of or trace.graph.nodes[reference.node].op != "constant"
                    if taking_part and in_sight and step.phase != "update" and is_own(scene, reference):
                        assert is_lit(scene, light, scene.mark(reference)), (step, one, reference)


def is_own(scene: NeuronScene, reference: Reference) -> bool:
    """False for what stands in several places of the picture, of which one is lit."""
    if len(scene.units.bundles_of.get(reference.node, ())) > 1:
        return False
    return len(
        {unit for unit, node in zip(scene.bias_unit, scene.bias_node, strict=True) if node == reference.node}
    ) <= (scene.units.graph.nodes[reference.node].size)


def test_a_whole_step_lights_all_of_its_parts() -> None:
    for name in PLAIN:
        scene = picture(name, Appearance(strongest=20))
        trace, units = recorded(name)
        for number, step in enumerate(trace.steps, start=1):
            whole = neuron_lighting(session(scene, number))
            parts = [neuron_lighting(session(scene, number, one)) for one in range(part_count(units, trace, step))]
            for field in ("receivers", "biases", "edges"):
                together = np.unique(np.concatenate([getattr(light, field) for light in parts]))
                np.testing.assert_array_equal(np.sort(getattr(whole, field)), together)


def test_the_edges_of_one_neuron_are_lit() -> None:
    scene = picture("2-3-1")
    trace, units = recorded("2-3-1")
    ids = trace.graph.ids
    names = [trace.graph.nodes[trace.receiver(step)].name for step in trace.steps]
    light = neuron_lighting(session(scene, names.index("z1") + 1, 1))
    strand = scene.strands[units.bundle_of[ids["W1"]]]
    assert sorted(scene.edge_sources[light.edges].tolist()) == [0, 1]
    assert set(scene.edge_targets[light.edges].tolist()) == set(light.receivers.tolist())
    assert len(light.biases) == 1
    assert light.pill == number_text(float(trace.values[ids["z1"]][1, 0]))
    unit = int(light.receivers[0])
    assert light.pill_at == (scene.x[unit], scene.y[unit] - scene.radius[unit])
    # going back: a unit hears from all that it goes into
    step = trace.arrivals[ids["a1"]][0]
    light = neuron_lighting(session(scene, step, 2))
    assert scene.edge_sources[light.edges].tolist() == light.receivers.tolist()
    assert light.pill == number_text(float(trace.messages[ids["z2"], 1][2, 0]))
    # a weight's gradient: its row
    step = next(
        n for n, s in enumerate(trace.steps, start=1) if s.phase == "backward" and trace.receiver(s) == ids["W1"]
    )
    light = neuron_lighting(session(scene, step, 2))
    assert light.receiving_edges
    assert strand.target_units[light.edges - strand.first].tolist() == [2, 2]
    assert light.pill == ""


def test_the_pill_shows_the_number_of_the_sample() -> None:
    for name in ("2-3-1", "neuron-by-hand", "two batches", "penalty first", "one weight", "dot product"):
        trace, units = recorded(name)
        for sample in (None, units.samples - 1):
            scene = picture(name, Appearance(), sample)
            for number, step in enumerate(trace.steps, start=1):
                numbers = arrived(scene, step)
                for one in range(part_count(units, trace, step)):
                    light = neuron_lighting(session(scene, number, one))
                    done = part(units, trace, step, one, sample)
                    if sample is None or not light.pill:
                        continue
                    array = trace.values[done.node] if step.phase == "forward" else None
                    if step.phase == "backward":
                        array = trace.message_of(step)
                    if step.phase == "update":
                        array = trace.updates[done.node].after
                    assert light.pill == number_text(float(array[done.elements[0]]))
                    assert light.pill_at is not None
                assert numbers.ndim == 1


def test_questions_hide_the_number() -> None:
    scene = picture("neuron-by-hand")
    target = Reference(scene.trace.steps[0].node, "value")
    light = neuron_lighting(session(scene, 1, -1, asking=True, card=SimpleNamespace(target=target)))
    assert light.pill == ""
    assert light.asked == target


def test_what_is_pointed_at_carries_over() -> None:
    scene = picture("2-3-1")
    ids = scene.trace.graph.ids
    weight, unit, bias = (
        Reference(ids["W1"], "value", (1, 0)),
        Reference(ids["a1"], "gradient", (2, 3)),
        Reference(ids["b1"], "value", (1,)),
    )
    light = neuron_lighting(session(scene, 0, hovered=weight, picked=unit, selected=ids["W2"]))
    assert light.phase is None
    assert (light.hovered.target, light.hovered.source) == (1, 0)
    assert scene.unit[light.picked.unit] == 2
    np.testing.assert_array_equal(
        light.selected_edges, scene.strands[scene.units.bundle_of[ids["W2"]]].first + np.arange(3)
    )
    light = neuron_lighting(session(scene, 0, hovered=bias, picked=Reference(ids["a1"], "value"), selected=ids["a1"]))
    assert light.hovered.bias is not None
    assert light.picked is None
    assert scene.group[light.selected].tolist() == [scene.units.group_of[ids["a1"]]] * 3
