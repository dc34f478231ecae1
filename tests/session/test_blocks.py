"""Layers as blocks: which nodes belong together, which blocks repeat each other, and what folds into one box."""

import numpy as np
import pytest

from engine import parse_program
from engine.units import units_of
from visualizer.session.blocks import Block, Folds, blocks_of, folds_of, repeats
from visualizer.session.document import document_from_graph
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Change, Session


def chain(layers: int, skip: bool = False) -> Session:
    """A program of so many tanh layers of 3 units; with ``skip`` the input of the third is added to its output."""
    lines, parameters, before = [], {}, "x"
    for k in range(1, layers + 1):
        parameters[f"W{k}"], parameters[f"b{k}"] = np.full((3, 3), 0.1 * k).tolist(), [0.1, 0.2, 0.3]
        lines += [f"z{k} = linear(W{k}, {before}, b{k})", f"a{k} = tanh(z{k})"]
        before = f"a{k}"
        if skip and k == 3:
            lines.append(f"s{k} = a{k} + a{k - 1}")
            before = f"s{k}"
    lines.append(f"loss = sum({before})")
    graph = parse_program("\n".join(lines), inputs={"x": [1.0, 2.0, 3.0]}, parameters=parameters)
    return Session(document_from_graph(graph, "A chain"))


def names(session: Session, block: Block) -> set[str]:
    return {session.trace.graph.nodes[node].name for node in block.nodes}


def test_a_block_has_what_belongs_to_a_layer() -> None:
    session = Session(load_lesson("backpropagation-by-hand"))
    assert [names(session, block) for block in session.blocks] == [
        {"W1", "b1", "z1", "a1"}, {"W2", "b2", "z2", "a2"}, {"W3", "b3", "z3", "y"}
    ]  # fmt: skip
    assert session.blocks[0].words == "linear, relu"


@pytest.mark.parametrize("name", ["neuron-by-hand", "linear-under-the-hood", "fully-connected-layer"])
def test_one_layer_alone_is_not_folded(name: str) -> None:
    assert Session(load_lesson(name)).blocks == ()


def test_layers_that_repeat_each_other_fold_into_one_with_a_count() -> None:
    session = chain(6)
    graph, blocks = session.trace.graph, session.blocks
    assert repeats(graph, blocks)
    (fold,) = folds_of(graph, blocks, Folds(repeats=True))
    assert len(fold.blocks) == 6
    assert fold.words == "6 × linear, tanh"
    assert graph.nodes[fold.handed_on].name == "a6"


def test_what_is_used_further_on_ends_a_run() -> None:
    session = chain(7, skip=True)
    graph = session.trace.graph
    runs = [fold.blocks for fold in folds_of(graph, session.blocks, Folds(repeats=True))]
    assert [[block.number for block in run] for run in runs] == [[3, 4, 5, 6]]


def test_a_folded_layer_is_one_box_and_its_edges_lead_to_it() -> None:
    session = Session(load_lesson("backpropagation-by-hand"))
    open_scene = session.scene
    session.set_folds(Folds(frozenset([1])))
    scene, block = session.scene, session.blocks[1]
    assert {scene.boxes[node].node for node in block.nodes} == {block.stages[-1]}
    assert len(scene.drawn) == len(open_scene.drawn) - len(block.nodes) + 1
    inside = {(edge.source, edge.consumer) for edge in scene.edges if {edge.source, edge.consumer} <= block.nodes}
    assert not inside
    (arriving,) = [edge for edge in scene.edges if edge.consumer in block.nodes]
    x, y, _, height = scene.boxes[block.stages[-1]].rect
    np.testing.assert_allclose(arriving.points[-1], [x, y + height / 2], atol=1.0)
    session.set_folds(Folds())
    assert len(session.scene.drawn) == len(open_scene.drawn)


@pytest.mark.parametrize("direction", ["right", "down"])
def test_every_layer_has_a_ribbon_and_ribbons_keep_apart(direction: str) -> None:
    from dataclasses import replace

    session = chain(5)
    session.set_appearance(replace(session.appearance, direction=direction))
    scene = session.scene
    assert [ribbon.blocks for ribbon in scene.ribbons] == [(k,) for k in range(5)]
    rects = [ribbon.rect for ribbon in scene.ribbons] + [scene.boxes[node].covered for node in scene.drawn]
    for i in range(len(scene.ribbons)):
        for other in (*rects[:i], *rects[i + 1 :]):
            x, y, width, height = rects[i]
            assert (
                x + width <= other[0] or other[0] + other[2] <= x or y + height <= other[1] or other[1] + other[3] <= y
            )
    x, y, width, height = scene.ribbons[2].rect
    assert scene.ribbon_at(x + width / 2, y + height / 2) == scene.ribbons[2]


def test_stepping_through_folded_layers_lights_their_boxes() -> None:
    session = chain(6)
    heard: list[Change] = []
    session.subscribe(heard.append)
    session.set_folds(Folds(repeats=True))
    assert heard == [Change.LEVEL]
    for _ in session.trace.steps:
        session.step_forward()
        assert session.card.title
    assert session.at_end


def test_what_lies_outside_between_two_stages_keeps_a_layer_open() -> None:
    program = "z = linear(W, x, b)\ns = sum(z)\na = z + s\nv = linear(V, a, c)\nloss = sum(v)"
    leaves = {"W": [[1.0, 2.0], [3.0, 4.0]], "b": [0.0, 1.0], "V": [[1.0, 1.0], [0.5, 2.0]], "c": [0.0, 0.0]}
    graph = parse_program(program, inputs={"x": [1.0, 2.0]}, parameters=leaves)
    ids = graph.ids
    for block in blocks_of(graph, units_of(graph)):
        assert not {ids["z"], ids["a"]} <= block.nodes
