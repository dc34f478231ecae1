"""Networks of every kind build, differentiate and survive being written as text; what cannot be used is named."""

import itertools
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import GradStepError, check_gradients, parse_program, record
from engine.network import (
    ACTIVATIONS,
    INITIALISATIONS,
    LOSSES,
    MAX_LAYERS,
    Layer,
    Network,
    graph_of,
    parameter_shapes,
    parameters_of,
    parse_network,
    program_of,
    skips_of,
    text_of,
)
from engine.ops import OPS
from tests.engine.networks import networks


def network(*widths: int, activation: str = "tanh", output: str = "linear", **options: Any) -> Network:
    inputs, *rest = widths
    activations = [activation] * (len(rest) - 1) + [output]
    return Network(inputs, tuple(map(Layer, rest, activations)), **options)


def data(net: Network, batch: int | None) -> tuple[Any, Any]:
    """Inputs, and targets that the loss can take."""
    random = np.random.default_rng(3)
    samples = () if batch is None else (batch,)
    x = random.normal(size=(net.inputs, *samples))
    target = random.normal(size=(net.layers[-1].width, *samples))
    if net.loss == "hinge":
        target = np.sign(target)
    if net.loss == "binary_cross_entropy":
        target = (target > 0).astype(float)
    if net.loss == "cross_entropy":
        target = random.integers(0, net.layers[-1].width, samples).astype(float)
    return x, target


# Programs -----------------------------------------------------------------------------------------------------------


def test_a_program_reads_like_the_textbook() -> None:
    assert program_of(parse_network("2-16-16-16-1 relu, output tanh, skip 2")).splitlines() == [
        "z1 = linear(W1, x, b1)",
        "a1 = relu(z1)",
        "z2 = linear(W2, a1, b2)",
        "a2 = relu(z2)",
        "z3 = linear(W3, a2, b3)",
        "f3 = relu(z3)",
        "a3 = f3 + a1",
        "z4 = linear(W4, a3, b4)",
        "a4 = tanh(z4)",
        "loss = mse(a4, t)",
    ]


KINDS = [
    (activation, loss, batch)
    for activation, loss, batch in itertools.product(ACTIVATIONS, LOSSES, (None, 1, 4))
    if batch != 1 or activation == "tanh"
]


@pytest.mark.parametrize(("activation", "loss", "batch"), KINDS)
def test_every_kind_of_network_has_right_gradients(activation: str, loss: str, batch: int | None) -> None:
    output = LOSSES[loss].outputs[0]
    # Small weights and a bias keep away from the kink of relu and from probabilities of 1.
    options: dict[str, Any] = {"loss": loss, "skip_every": 2, "initialisation": "he", "gain": 0.5, "bias": 0.2}
    net = network(3, 4, 4, 4, 2, activation=activation, output=output, **options)
    graph = graph_of(net, *data(net, batch))
    assert graph.nodes[graph.output].name == "loss"
    checks = {check.name: check for check in check_gradients(graph, per_node=8)}
    assert {*parameter_shapes(net), "x", "a3"} <= checks.keys()
    assert all(check.verdict in ("right", "kink") for check in checks.values())


@pytest.mark.parametrize("loss", LOSSES)
def test_a_batch_has_the_mean_of_the_losses_of_its_samples(loss: str) -> None:
    net = network(3, 5, 3, output=LOSSES[loss].outputs[0], loss=loss)
    x, target = data(net, 4)
    together = float(record(graph_of(net, x, target)).value("loss"))
    alone = [float(record(graph_of(net, x[:, i], target[..., i])).value("loss")) for i in range(4)]
    assert together == pytest.approx(np.mean(alone), rel=1e-14)


def test_softmax_is_over_the_outputs_of_each_sample() -> None:
    net = network(3, 4, 2, output="softmax")
    trace = record(graph_of(net, *data(net, 5)))
    np.testing.assert_allclose(trace.value("a2").sum(axis=0), np.ones(5), rtol=1e-15)


def test_half_squared_is_the_playgrounds() -> None:
    net = network(2, 1, loss="half_squared")
    trace = record(graph_of(net, *data(net, 6)))
    error = trace.value("z1") - trace.value("t")
    assert float(trace.value("loss")) == pytest.approx(np.mean(error**2 / 2))
    np.testing.assert_allclose(trace.gradient("z1"), error / 6)


def test_the_longest_and_deepest_network_builds() -> None:
    net = parse_network(f"2-2x{MAX_LAYERS - 1}-1, skip 1, init orthogonal")
    graph = graph_of(net, *data(net, 2))
    assert len(skips_of(net)) == MAX_LAYERS - 2
    assert graph.nodes[graph.output].shape == ()


# Skip connections ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "skips"),
    [
        ("4-4x6-4, skip 2", {3: 1, 5: 3}),
        ("4-4x6-4, skip 1", {2: 1, 3: 2, 4: 3, 5: 4, 6: 5}),
        ("4-4x6-4, skip 6", {}),
        ("4-4x6-4", {}),
        ("4-8-4-4-4-1, skip 2", {4: 2}),
        ("4-8-8-8-4-4-4-1, skip 2", {3: 1, 6: 4}),
        ("4-8-6-4-1, skip 1", {}),
    ],
)
def test_skips_join_hidden_layers_of_equal_width(text: str, skips: dict[int, int]) -> None:
    assert skips_of(parse_network(text)) == skips


def test_with_zero_weights_a_skip_hands_the_activation_on() -> None:
    net = network(3, 3, 3, 3, 1, activation="linear", skip_every=2, initialisation="zeros", bias=0.5)
    trace = record(graph_of(net, *data(net, 2)))
    np.testing.assert_array_equal(trace.value("a3"), np.full((3, 2), 1.0))  # 0.5 + 0.5


# Parameters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("initialisation", INITIALISATIONS)
def test_parameters_come_from_the_seed_alone(initialisation: str) -> None:
    net = network(3, 5, 4, 2, initialisation=initialisation, seed=7, bias=0.1)
    first, second = parameters_of(net), parameters_of(net)
    assert {name: array.shape for name, array in first.items()} == parameter_shapes(net)
    for name, array in first.items():
        assert array.dtype == np.float64
        np.testing.assert_array_equal(array, second[name])
        if len(array.shape) == 1:
            np.testing.assert_array_equal(array, 0.1)
    other = parameters_of(network(3, 5, 4, 2, initialisation=initialisation, seed=8))
    assert (initialisation == "zeros") == np.array_equal(first["W1"], other["W1"])


def test_layers_differ_from_each_other() -> None:
    parameters = parameters_of(network(4, 4, 4, 4))
    assert len({array.tobytes() for name, array in parameters.items() if name[0] == "W"}) == 3


def test_more_hidden_layers_leave_the_other_weights_alone() -> None:
    short, long = parameters_of(network(2, 8, 8, 1)), parameters_of(network(2, 8, 8, 8, 8, 1))
    for name, same in (("W1", "W1"), ("W2", "W2"), ("W3", "W5")):
        np.testing.assert_array_equal(short[name], long[same])


@pytest.mark.parametrize(
    ("initialisation", "deviation"),
    [
        ("uniform", 1 / np.sqrt(12)),
        ("normal", 1 / np.sqrt(300)),
        ("xavier", np.sqrt(2 / (300 + 200))),
        ("he", np.sqrt(2 / 300)),
        ("zeros", 0.0),
        ("orthogonal", 1 / np.sqrt(300)),
    ],
)
def test_initial_weights_have_the_spread_that_the_source_says(initialisation: str, deviation: float) -> None:
    for gain in (1.0, 2.5):
        weights = parameters_of(network(300, 200, initialisation=initialisation, gain=gain))["W1"]
        assert weights.std() == pytest.approx(gain * deviation, rel=0.02)
        assert abs(weights.mean()) <= 0.02 * gain * deviation


@pytest.mark.parametrize(("initialisation", "bound"), [("uniform", 0.5), ("xavier", np.sqrt(6 / 500))])
def test_uniform_weights_keep_to_their_bounds(initialisation: str, bound: float) -> None:
    largest = np.abs(parameters_of(network(300, 200, initialisation=initialisation))["W1"]).max()
    assert 0.99 * bound < largest <= bound


@pytest.mark.parametrize(("inputs", "outputs"), [(6, 6), (9, 4), (4, 9), (1, 5)])
def test_orthogonal_weights_are_orthonormal(inputs: int, outputs: int) -> None:
    weights = parameters_of(network(inputs, outputs, initialisation="orthogonal"))["W1"]
    few = weights @ weights.T if outputs <= inputs else weights.T @ weights
    np.testing.assert_allclose(few, np.eye(min(inputs, outputs)), atol=1e-14)


# Text ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2-16-16-1 relu", network(2, 16, 16, 1, activation="relu")),
        ("2-4-1", network(2, 4, 1)),
        ("2-1", network(2, 1)),
        ("2-1 tanh", network(2, 1, output="tanh")),
        ("2-4-1 relu tanh", network(2, 4, 1, activation="relu", output="tanh")),
        ("3-8x2-5 ReLU,LOSS cross_entropy", network(3, 8, 8, 5, activation="relu", loss="cross_entropy")),
        ("2-4-1, loss binary_cross_entropy", network(2, 4, 1, output="sigmoid", loss="binary_cross_entropy")),
        (
            " 2 - 16 - 16 - 1  tanh , output linear, loss mse, init he, skip 2, seed 3, gain 1e-1, bias -.5",
            network(2, 16, 16, 1, initialisation="he", skip_every=2, seed=3, gain=0.1, bias=-0.5),
        ),
    ],
)
def test_text_is_read_as_the_grammar_says(text: str, expected: Network) -> None:
    assert parse_network(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2-16-16-1 relu",
        "2-4-1 tanh, output tanh, loss half_squared, bias 0.1",
        "64-64x50-10 tanh, loss cross_entropy, init normal, gain 1.5, skip 2, seed 3",
        "2-4-3-1 relu gelu sigmoid",
        "2-1",
        "2-1 sigmoid",
    ],
)
def test_canonical_text_is_written_as_it_was_read(text: str) -> None:
    assert text_of(parse_network(text)) == text


@given(networks)
def test_every_network_survives_being_written(net: Network) -> None:
    assert parse_network(text_of(net)) == net


@given(networks)
def test_every_network_has_a_program_that_builds(net: Network) -> None:
    x, target = data(net, None)
    parameters = {name: np.zeros(shape) for name, shape in parameter_shapes(net).items()}
    assert parse_program(program_of(net), {"x": x, "t": target}, parameters).nodes[-1].name == "loss"


def test_every_activation_of_the_table_of_operations_can_be_used() -> None:
    assert {op.name for op in OPS.values() if op.role == "activation"} < set(ACTIVATIONS)


# Bad input ----------------------------------------------------------------------------------------------------------

BAD_TEXTS = {
    "": "begins with its widths",
    "2": "has no layer",
    "relu": "“relu” is not a width",
    "2-0-1": "the width of layer 1 must be from 1 to 100,000, not 0",
    "0-1": "the number of inputs must be from 1",
    "2-1000000000-1": "layer 1 must be from 1 to 100,000, not 1,000,000,000",
    "2-" + "9" * 5000: "layer 1 must be from 1 to 100,000, not a number of 5,000 digits",
    "2--3-1": "a width is missing",
    "2-nan-1": "“nan” is not a width",
    "2-3.5-1": "“3.5” is not a width",
    "2-٣-1": "is not a width",
    "2x3-1": "repeats the inputs",
    "2-4x0-1": "the number of layers in “4x0” must be from 1",
    f"2-2x{MAX_LAYERS + 1}-1": "the number of layers",
    "2-2x400-2x400-1": "the number of layers",
    "2-100000-100000-1": "layer 2 would have",
    "2-700x60": "parameters, and at most",
    "2-4-1 rellu": "did you mean “relu”?",
    "2-4-1 add": "the activation of layer 1 cannot be “add”",
    "2-4-1 relu tanh relu": "3 activations for 2 layers",
    "2-4-1 relu tanh, output tanh": "two activations",
    "2-4-1,": "an option is missing",
    "2-4-1, sed 3": "did you mean “seed”?",
    "2-4-1, seed": "“seed” takes one value, such as seed 3",
    "2-4-1, seed 3 4": "“seed” takes one value",
    "2-4-1, seed 3, seed 4": "“seed” is given twice",
    "2-4-1, seed -1": "seed must be from 0",
    "2-4-1, seed 1.5": "seed must be a whole number",
    "2-4-1, skip 1000000000": "skip must be from 0 to 500",
    "2-4-1, gain nan": "gain must be a number from 0 to 1,000,000, not nan",
    "2-4-1, gain inf": "gain must be a number",
    "2-4-1, gain -1": "gain must be a number",
    "2-4-1, gain much": "gain must be a number, not “much”",
    "2-4-1, bias 1e300": "bias must be a number from -1,000,000 to 1,000,000",
    "2-4-1, loss least": "the loss cannot be “least”",
    "2-4-1, init xavierr": "did you mean “xavier”?",
    "2-4-1, loss binary_cross_entropy, output tanh": "give the output layer sigmoid or softmax, not tanh",
    "2-4-1 \x1b[31m": "�[31m",
    "2-1" + " relu" * 3000: "at most 10,000 characters",
}


@pytest.mark.parametrize(("text", "says"), BAD_TEXTS.items(), ids=[text[:20] or "empty" for text in BAD_TEXTS])
def test_bad_text_is_answered_with_one_sentence_that_names_the_part(text: str, says: str) -> None:
    with pytest.raises(GradStepError, match=re.escape(says)) as caught:
        parse_network(text)
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


@given(st.text(max_size=40) | st.text("0123456789-x, .relutanhgiskp", max_size=40))
def test_any_text_is_a_network_or_a_sentence(text: str) -> None:
    try:
        net = parse_network(text)
    except GradStepError:
        return
    assert parse_network(text_of(net)) == net


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"inputs": True}, "the number of inputs must be a whole number"),
        ({"inputs": 2.0}, "the number of inputs must be a whole number"),
        ({"inputs": 10**5000}, "a number of more than 20 digits"),
        ({"layers": ()}, "the number of layers must be from 1 to 500, not 0"),
        ({"layers": (Layer(-3, "relu"), Layer(1, "linear"))}, "the width of layer 1 must be from 1 to 100,000, not -3"),
        ({"layers": (Layer(3, "relu"), Layer(1, ""))}, "the activation of layer 2"),
        ({"gain": float("nan")}, "gain must be a number"),
        ({"bias": "0"}, "bias must be a number"),
        ({"seed": -1}, "the seed must be from 0"),
        ({"skip_every": -1}, "skip must be from 0"),
        ({"loss": "sum"}, "the loss cannot be “sum”"),
        ({"initialisation": ""}, "the initialisation cannot be “”"),
    ],
)
def test_bad_parts_are_named(changes: dict[str, Any], says: str) -> None:
    parts: dict[str, Any] = {"inputs": 2, "layers": (Layer(3, "tanh"), Layer(1, "linear")), **changes}
    with pytest.raises(GradStepError, match=re.escape(says)):
        Network(**parts)


@pytest.mark.parametrize(
    ("x", "target", "says"),
    [
        (np.ones((3, 5)), np.ones((1, 5)), "the network takes 2 features"),
        (1.0, np.ones(1), "x has shape scalar"),
        (np.ones((2, 5)), np.ones((1, 4)), "the target has shape 1×4, but this network and these data need 1×5"),
        (np.ones((2, 5)), np.ones(5), "need 1×5"),
        ([[1.0, np.nan], [1.0, 2.0]], np.ones((1, 2)), "“x” holds a number that is not finite"),
        (np.ones((2, 0)), np.ones((1, 0)), "“x” is empty"),
    ],
)
def test_data_that_do_not_fit_are_named(x: Any, target: Any, says: str) -> None:
    with pytest.raises(GradStepError, match=says):
        graph_of(network(2, 4, 1), x, target)
