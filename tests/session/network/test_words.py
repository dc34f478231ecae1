"""What is said of what the pointer is on."""

import dataclasses

from tests.snapshots import BLOBS, DEEP, DIGITS, SINE, snapshot_of
from visualizer.session.formatting import full_text
from visualizer.session.network.words import edge_words, inputs_words, layer_words, unit_words


def test_a_unit_has_its_name_value_bias_and_gradient() -> None:
    snapshot = snapshot_of()
    layer = snapshot.layers[1]
    assert layer.values is not None
    assert layer.bias_gradient is not None
    assert unit_words(snapshot, (2, 3)).splitlines() == [
        "a2[4], tanh",
        f"mean over the last batch: {full_text(float(layer.values[3]))}",
        f"bias b2[4] = {full_text(float(layer.biases[3]))}",
        f"∂L/∂b2[4] = {full_text(float(layer.bias_gradient[3]))}",
    ]


def test_an_output_has_its_class() -> None:
    three = snapshot_of(BLOBS, "blobs")
    assert [unit_words(three, (2, k)).splitlines()[0] for k in range(3)] == [
        f"{name}, linear: class {kind}" for name, kind in zip(("a2[1]", "a2[2]", "a2[3]"), three.classes, strict=True)
    ]
    assert "class" not in unit_words(three, (1, 0))
    two = snapshot_of()
    first = unit_words(two, (len(two.layers), 0)).splitlines()[0]
    assert first.endswith(f", tanh: high for class {two.classes[1]}, low for {two.classes[0]}")
    assert "class" not in unit_words(snapshot_of(SINE, "sine"), (3, 0))


def test_an_input_has_its_feature_s_name() -> None:
    assert unit_words(snapshot_of(), (0, 1)).splitlines()[0] == "x2"


def test_an_edge_says_where_it_leads() -> None:
    snapshot = snapshot_of()
    layer = snapshot.layers[1]
    assert layer.gradient is not None
    assert edge_words(snapshot, 2, 2, 1).splitlines() == [
        "from a1[2] to z2[3]",
        f"weight W2[3,2] = {full_text(float(layer.weights[2, 1]))}",
        f"∂L/∂W2[3,2] = {full_text(float(layer.gradient[2, 1]))}",
    ]
    assert edge_words(snapshot, 1, 0, 0).startswith("from x1 to z1[1]")


def test_before_the_first_iteration_there_is_no_gradient() -> None:
    snapshot = snapshot_of(iterations=0)
    for words in (
        unit_words(snapshot, (1, 0)), edge_words(snapshot, 1, 0, 0), layer_words(snapshot.layers[0], 1)
    ):  # fmt: skip
        assert "none before the first iteration" in words


def test_a_layer_has_its_norm_and_its_skip() -> None:
    snapshot = snapshot_of(DEEP, rate=1e-4)
    words = layer_words(snapshot.layers[2], 3)
    assert words.startswith("layer 3: W3 is 16×16, tanh")
    assert "adds a1" in words
    assert full_text(float(snapshot.layers[2].norm or 0)) in words
    assert "adds" not in layer_words(snapshot.layers[1], 2)
    assert "NaN" in layer_words(dataclasses.replace(snapshot.layers[1], norm=float("nan")), 2)


def test_many_inputs_are_not_all_named() -> None:
    assert inputs_words(snapshot_of()) == "2 inputs: x1, x2"
    assert inputs_words(snapshot_of(DIGITS, "digits")).endswith("and 56 more")
