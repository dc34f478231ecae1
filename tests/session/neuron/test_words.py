"""What is said of what the pointer is on: all of it recorded, none of it from the future."""

import re
from types import SimpleNamespace

from engine.expression import Reference
from tests.session.neuron.pictures import NETWORKS, STANDARD, picture, recorded
from tests.session.neuron.test_lighting import session
from visualizer.session.appearance import Appearance
from visualizer.session.edge_scale import EdgeScale
from visualizer.session.formatting import full_text
from visualizer.session.neuron.scene import Mark
from visualizer.session.neuron.words import neuron_words, sample_words


def said(scene, step: int, mark: Mark, unit: int = -1, **more) -> str:
    reference = scene.reference(mark)
    return neuron_words(session(scene, step, unit, **more), (reference.node, reference, mark))


def test_a_unit_tells_its_stages_its_bias_and_the_sample() -> None:
    scene = picture("2-3-1", sample=2)
    trace, _ = recorded("2-3-1")
    mark = scene.mark(Reference(trace.graph.ids["a1"], "value", (1, 2)))
    assert said(scene, 0, mark).splitlines() == [
        "z1[2]: not computed yet · no gradient yet",
        "a1[2]: not computed yet · no gradient yet",
        "b1[2] = 0 · no gradient yet",
        "sample 3 of 4",
    ]
    lines = said(scene, len(trace.steps), mark).splitlines()
    value, gradient = trace.value("z1")[1, 2], trace.gradient("z1")[1, 2]
    assert lines[0] == f"z1[2] = {full_text(value)} · gradient {full_text(gradient)}"
    after = trace.updates[trace.graph.ids["b1"]].after[1]
    assert lines[2] == f"b1[2] = {full_text(after)} · gradient {full_text(trace.gradient('b1')[1])}"


def test_an_edge_tells_its_weight_and_what_is_known_of_it() -> None:
    scene = picture("2-3-1")
    trace, _ = recorded("2-3-1")
    weight = trace.graph.ids["W1"]
    mark = scene.mark(Reference(weight, "value", (2, 0)))
    begin = [f"W1[3,1] = {full_text(trace.value('W1')[2, 0])}", "from x[1] to a1[3]"]
    assert said(scene, 0, mark).splitlines() == begin
    arrives = trace.arrivals[weight][0]
    gradient = f"gradient {full_text(trace.gradient('W1')[2, 0])}"
    assert said(scene, arrives, mark, unit=1).splitlines() == begin
    assert said(scene, arrives, mark, unit=2).splitlines() == [*begin, gradient]
    message = trace.value("W1")[2, 0] * trace.gradient("z1")[2, 0]
    update = trace.updates[weight]
    lines = said(scene, len(trace.steps), mark).splitlines()
    assert lines[0] == f"W1[3,1] = {full_text(update.after[2, 0])}"
    assert lines[2] == gradient
    assert lines[3] == f"message {full_text(message)} · sample 1 of 4"
    assert lines[4] == f"update {full_text(update.after[2, 0] - update.before[2, 0])}"
    tie = next(strand for strand in scene.strands if strand.bundle.weight is None)
    lines = said(scene, len(trace.steps), Mark(strand=tie.number, edge=tie.first)).splitlines()
    assert lines[0].startswith("from ")
    assert lines[1].startswith("message ")


def test_partial_gradients_say_so() -> None:
    scene = picture("8 layers with skips")
    trace, _ = recorded("8 layers with skips")
    node = next(node.id for node in trace.graph.nodes if len(trace.arrivals[node.id]) == 2)
    mark = scene.mark(Reference(node, "value", (0, 0)))
    first, last = trace.arrivals[node]
    name = trace.graph.nodes[node].name
    line = next(line for line in said(scene, first, mark).splitlines() if line.startswith(f"{name}[1]"))
    assert line.endswith(", 1 of 2 messages")
    line = next(line for line in said(scene, last, mark).splitlines() if line.startswith(f"{name}[1]"))
    assert "messages" not in line


def test_questions_hide_what_is_asked() -> None:
    scene = picture("neuron-by-hand")
    trace, _ = recorded("neuron-by-hand")
    node = trace.graph.ids["o"]
    mark = scene.mark(Reference(node, "value", ()))
    step = trace.value_at[node]
    card = SimpleNamespace(target=Reference(node, "value"))
    value = full_text(float(trace.values[node]))
    assert value in said(scene, step, mark)
    hidden = said(scene, step, mark, asking=True, card=card)
    assert value not in hidden
    assert "o = ?" in hidden


def test_which_sample() -> None:
    assert sample_words(picture("neuron-by-hand")) == ""
    assert sample_words(picture("2-16-16-1", sample=99)) == "sample 100 of 100"
    assert sample_words(picture("2-16-16-1", Appearance(), None)) == "mean over 100 samples"


def test_a_whole_array_is_told_by_its_name() -> None:
    scene = picture("2-3-1")
    node = scene.trace.graph.ids["W1"]
    assert neuron_words(session(scene, 3), (node, None)) == "W1"


def test_everything_in_every_picture_has_words_at_every_end() -> None:
    for name in STANDARD:
        if name in NETWORKS and name != "8 layers with skips":
            continue
        scene = picture(name)
        marks = [Mark(unit=unit) for unit in range(0, len(scene.x), 5)]
        marks += [Mark(bias=bias) for bias in range(0, len(scene.bias_x), 5)]
        for strand in scene.strands:
            ends = int(strand.target_units[0]), int(strand.source_units[0])
            marks.append(Mark(None, None, strand.number, *ends, strand.first))
        for mark in marks:
            for step in (0, len(scene.trace.steps) // 2, len(scene.trace.steps)):
                text = said(scene, step, mark)
                assert text
                assert not re.search(r"nan|None|e\+", text)


def test_a_unit_tells_the_scale_of_its_ring_where_that_is_not_the_one_of_the_edges() -> None:
    scene = picture("2-3-1")
    mark = Mark(unit=3)
    reference = scene.reference(mark)
    there, hit = session(scene, 0, -1), (reference.node, reference, mark)
    assert "ring" not in neuron_words(there, hit)
    last = neuron_words(there, hit, EdgeScale(1e-3, 10.0)).splitlines()[-1]
    assert last == "ring: |gradient|, from 0.001 to 10"
    edge = scene.edge_mark(0)
    assert "ring" not in neuron_words(there, (0, scene.reference(edge), edge), EdgeScale(1e-3, 10.0))
