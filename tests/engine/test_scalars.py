"""The scalar view is the array trace seen closer: the same numbers, and between them what micrograd comes to."""

import itertools
import math
import random
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from micrograd.engine import Value

from engine import Trace, parse_program, record
from engine.expression import Call, Reference, walk
from engine.network import graph_of
from engine.network_text import parse_network
from engine.ops import OPS
from engine.scalars import Scalars, scalars_of
from engine.scalars.unrolled import Unrolled
from tests.engine.programs import array_program, scalar_program
from tests.engine.scalar_views import held_to_the_record
from tests.iterations import inside
from visualizer.session.lessons import load_lesson

CLOSE = 1e-9
ALL = 10**6
STEPPED = (
    "neuron-by-hand",
    "linear-under-the-hood",
    "fully-connected-layer",
    "backpropagation-by-hand",
    "backpropagation-by-hand-exact",
)
NETWORKS = {
    "2-16-16-1 relu, loss mse": 100,
    "3-8-8-8-4 tanh, loss cross_entropy, skip 1": 12,
    "3-5-5-5-2 sigmoid relu gelu sigmoid, loss binary_cross_entropy, skip 2": 7,
    "4-6-1 leaky_relu tanh, loss hinge": 2,
}


@cache
def lesson(name: str) -> Trace:
    document = load_lesson(name)
    return record(document.graph, document.learning_rate)


def batch(text: str, samples: int | None, seed: int = 0) -> Trace:
    """A network on random data. Its targets suit its loss."""
    network, numbers = parse_network(text), np.random.default_rng(seed)
    outputs, columns = network.layers[-1].width, () if samples is None else (samples,)
    if network.loss == "cross_entropy":
        target: Any = numbers.integers(0, outputs, size=columns).astype(float)
    elif network.loss == "mse":
        target = numbers.normal(size=(outputs, *columns))
    else:
        low = 0.0 if network.loss == "binary_cross_entropy" else -1.0
        target = numbers.choice([low, 1.0], size=(outputs, *columns))
    return record(graph_of(network, numbers.normal(size=(network.inputs, *columns)), target))


@cache
def network(text: str) -> Trace:
    return batch(text, NETWORKS[text])


@cache
def digits() -> Trace:
    return batch("784-128-64-10 relu, loss cross_entropy", 64)


# micrograd ----------------------------------------------------------------------------------------------------------


def function(x: Value, value: float, slope: float) -> Value:
    """A function that micrograd has not, in its own way: a value, and a derivative for its backward pass."""
    out = Value(value, (x,))

    def backward() -> None:
        x.grad += slope * out.grad

    out._backward = backward
    return out


def normal(x: float) -> tuple[float, float]:
    """Distribution and density of the normal distribution."""
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0))), math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)


MICROGRAD: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negate": lambda x: -x,
    "power": lambda a, b: a**b.data,
    "relu": lambda x: x.relu(),
    "exp": lambda x: function(x, math.exp(x.data), math.exp(x.data)),
    "log": lambda x: function(x, math.log(x.data), 1.0 / x.data),
    "tanh": lambda x: function(x, math.tanh(x.data), 1.0 - math.tanh(x.data) ** 2),
    "sigmoid": lambda x: function(x, logistic(x.data), logistic(x.data) * (1.0 - logistic(x.data))),
    "gelu": lambda x: function(x, x.data * normal(x.data)[0], normal(x.data)[0] + x.data * normal(x.data)[1]),
    "leaky_relu": lambda x: function(x, x.data if x.data > 0.0 else 0.01 * x.data, 1.0 if x.data > 0.0 else 0.01),
    "reshape": lambda x: x + 0.0,
    "transpose": lambda x: x + 0.0,
}


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def with_micrograd(scalars: Scalars) -> list[Value]:
    """The same graph from the leaves on, in micrograd, after its backward pass. By node.

    What others send is nothing to it; an output of several numbers is weighted by the gradients that they are given.
    """
    trace, made = scalars.trace, list[Value]()
    for node in trace.graph.nodes:
        inputs = [made[i] for i in node.inputs]
        made.append(Value(float(trace.values[node.id])) if node.is_leaf else MICROGRAD[node.op](*inputs))
    seeds = [step.node for step in trace.steps if step.phase == "backward" and step.slot is None]
    outputs = [i for i in seeds if i not in scalars.others]
    total = Value(0.0)
    for i in outputs:
        total = total + made[i] * float(trace.given[i].value if i in trace.given else trace.seed)
    total.backward()
    return made


def agrees_with_micrograd(scalars: Scalars) -> None:
    """Values and gradients of every node, without what comes from elsewhere."""
    trace = scalars.trace
    elsewhere = comes_from_elsewhere(scalars)
    for node, theirs in zip(trace.graph.nodes, with_micrograd(scalars), strict=True):
        assert theirs.data == pytest.approx(float(trace.values[node.id]), rel=CLOSE, abs=1e-12)
        gradient = trace.gradients[node.id]
        if gradient is not None and node.id not in elsewhere:
            own = float(gradient) - scalars.others.get(node.id, 0.0)
            assert theirs.grad == pytest.approx(own, rel=CLOSE, abs=CLOSE * max(1.0, abs(float(gradient))))


def comes_from_elsewhere(scalars: Scalars) -> set[int]:
    """The nodes whose gradients rest on what others send to what they help to make."""
    graph, found = scalars.trace.graph, set[int]()
    for node in reversed(graph.nodes):
        if node.id in found or node.id in scalars.others:
            found.update(node.inputs)
    return found


# Lessons and networks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STEPPED)
@pytest.mark.parametrize("sample", [0, 1])
def test_lessons(name: str, sample: int) -> None:
    scalars = scalars_of(lesson(name), sample)
    held_to_the_record(lesson(name), scalars)
    assert scalars.words == ""
    assert scalars.shown == scalars.total
    if name != "backpropagation-by-hand":  # its gradient starts from a prediction that was rounded by hand
        agrees_with_micrograd(scalars)


def test_one_neuron_is_its_own_scalar_view() -> None:
    trace = lesson("neuron-by-hand")
    scalars = scalars_of(trace, 0)
    assert scalars.labels == tuple(node.name for node in trace.graph.nodes)
    assert scalars.trace.steps == trace.steps
    assert scalars.outer.tolist() == list(range(1, 19))


@pytest.mark.parametrize("text", NETWORKS)
def test_networks(text: str) -> None:
    trace = network(text)
    for sample in (0, NETWORKS[text] // 2, NETWORKS[text] - 1):
        scalars = scalars_of(trace, sample)
        assert scalars.sample == sample
        assert scalars.words == ""
        held_to_the_record(trace, scalars)
        agrees_with_micrograd(scalars)


def test_the_nodes_of_a_network_can_be_counted() -> None:
    scalars = scalars_of(network("2-16-16-1 relu, loss mse"), 3)
    weights, units = 2 * 16 + 16 * 16 + 16, 16 + 16 + 1
    leaves, products, sums, gates = 2 + weights + units + 1, weights, weights, 32
    # difference, square, its exponent, the other samples and plus them, the number of samples and divided by it
    assert scalars.shown == leaves + products + sums + gates + 7
    assert sum(node.op == "multiply" for node in scalars.trace.graph.nodes) == products


def test_a_batch_in_micrograd_comes_to_the_recorded_gradients() -> None:
    """All 100 samples, written as micrograd writes a network, and nothing of ours in between."""
    text = "2-16-16-1 relu, loss mse"
    trace = network(text)
    leaves = {
        name: np.vectorize(Value, otypes=[object])(trace.value(name)) for name in ("W1", "b1", "W2", "b2", "W3", "b3")
    }
    total = Value(0.0)
    for sample in range(100):
        values = [Value(float(x)) for x in trace.value("x")[:, sample]]
        for number in (1, 2, 3):
            weights, biases = leaves[f"W{number}"], leaves[f"b{number}"]
            sums = [
                sum((w * x for w, x in zip(row, values, strict=True)), bias)
                for row, bias in zip(weights, biases, strict=True)
            ]
            values = [z.relu() for z in sums] if number < 3 else sums
        total = total + (values[0] - float(trace.value("t")[0, sample])) ** 2
    (total / 100).backward()
    for scalars in (scalars_of(trace, 0), scalars_of(trace, 57, most=300)):
        for reference, gradient, is_element in zip(
            scalars.origin, scalars.trace.gradients, scalars.is_element, strict=True
        ):
            name = trace.graph.nodes[reference.node].name
            if is_element and name in leaves:
                theirs = leaves[name][reference.index].grad
                assert gradient == pytest.approx(theirs, rel=CLOSE, abs=CLOSE)


def test_the_other_samples_are_one_number_and_one_message() -> None:
    trace = network("2-16-16-1 relu, loss mse")
    scalars = scalars_of(trace, 5)
    mine, graph = scalars.trace, scalars.trace.graph
    errors = (trace.value("z3") - trace.value("t"))[0] ** 2
    assert mine.value("99 other samples") == pytest.approx(errors.sum() - errors[5], rel=1e-12)
    weight = graph.node("W1[4,2]").id
    own = trace.gradient("z1")[3, 5] * trace.value("x")[1, 5]
    assert scalars.others[weight] == pytest.approx(trace.gradient("W1")[3, 1] - own, rel=1e-9)
    assert scalars.other_messages[weight] == 99
    assert mine.given[weight].rule.name == "99 other samples"  # type: ignore[union-attr]
    kinds = [mine.gradient_state(weight, at).kind for at in (mine.arrivals[weight][0], mine.arrivals[weight][1])]
    assert kinds == ["partial", "final"]
    assert graph.node("x[1]").id not in scalars.others


def test_a_bias_that_is_broadcast_is_sent_to_by_every_sample() -> None:
    inputs = {"x": np.ones((2, 4)), "t": np.zeros((3, 4))}
    parameters = {"W": np.eye(3, 2), "b": np.ones((3, 1)), "s": 2.0}
    trace = record(parse_program("z = W @ x + b\ny = z * s\nl = mse(y, t)", inputs, parameters))
    scalars = scalars_of(trace, 1)
    held_to_the_record(trace, scalars)
    ids = scalars.trace.graph.ids
    assert scalars.other_messages[ids["b[2,1]"]] == 3
    assert scalars.other_messages[ids["s"]] == 3 * 3
    assert {scalars.trace.given[ids[name]].rule.name for name in ("b[2,1]", "s")} == {"3 other samples"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "program", ["l = sum(softmax(x) * x)", "l = sum(log_softmax(x))", "l = cross_entropy(x * 1, t)"]
)
@pytest.mark.parametrize("x", [[1000.0, 999.0, -1000.0], [-1000.0, -1002.0, -1001.0]])
def test_steep_numbers_do_not_overflow(program: str, x: list[float]) -> None:
    trace = record(parse_program(program, {"x": x, "t": 1.0}))
    scalars = scalars_of(trace, 0)
    held_to_the_record(trace, scalars)
    assert "the largest" in scalars.labels
    assert all(np.isfinite(value) for value in scalars.trace.values)


def test_two_samples_leave_one_other() -> None:
    scalars = scalars_of(lesson("linear-under-the-hood"), 0)
    assert {rule.name for rule in (given.rule for given in scalars.trace.given.values()) if hasattr(rule, "name")} == {
        "1 other sample"
    }


def test_softmax_shares_what_all_its_elements_need() -> None:
    trace = record(parse_program("y = softmax(x)\nl = sum(y * c)", {"x": [1.0, -0.5, 0.3], "c": [1.0, 2.0, 3.0]}))
    scalars = scalars_of(trace, 0)
    held_to_the_record(trace, scalars)
    agrees_with_micrograd(scalars)
    operations = [node.op for node in scalars.trace.graph.nodes if scalars.origin[node.id].node == trace.graph.ids["y"]]
    assert sorted(operations) == ["add"] * 2 + ["divide"] * 3 + ["exp"] * 3


def test_labels_are_for_people() -> None:
    labels = scalars_of(network("2-16-16-1 relu, loss mse"), 0).labels
    assert {"x[2]", "W1[1,2]", "W1[1,2]·x[2]", "Σ2", "z1[1]", "a1[16]", "loss", "99 other samples"} <= set(labels)


def test_an_optimisers_updates_are_sliced() -> None:
    session = inside(training='optimizer = "adam"\nregularisation = "l2"\nregularisation_rate = 0.01')
    trace = session.trace
    scalars = scalars_of(trace, 3)
    held_to_the_record(trace, scalars)
    assert len(scalars.trace.updates) == sum(update.after.size for update in trace.updates.values())


# Any program --------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.integers(0, 10**9), st.integers(0, 2), st.sampled_from([ALL, 1200, 200, 60]))
def test_array_programs(seed: int, sample: int, most: int) -> None:
    trace = record(array_program(seed))
    held_to_the_record(trace, scalars_of(trace, sample, most=most))


@settings(max_examples=40)
@given(st.integers(0, 10**9), st.sampled_from([ALL, 12]))
def test_scalar_programs(seed: int, most: int) -> None:
    trace = record(scalar_program(seed))
    held_to_the_record(trace, scalars_of(trace, 0, most=most))


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=5),
    st.sampled_from(["relu", "tanh", "sigmoid", "gelu", "leaky_relu"]),
    st.sampled_from(["mse", "cross_entropy"]),
    st.integers(0, 2),
    st.none() | st.integers(1, 6),
    st.integers(0, 10**6),
)
def test_random_networks(
    widths: list[int], activation: str, loss: str, skip: int, samples: int | None, seed: int
) -> None:
    widths = [*widths, 3] if loss == "cross_entropy" else widths
    trace = batch(f"{'-'.join(map(str, widths))} {activation}, loss {loss}, skip {skip}, seed {seed}", samples, seed)
    sample = seed % (samples or 1)
    scalars = scalars_of(trace, sample)
    held_to_the_record(trace, scalars)
    agrees_with_micrograd(scalars)
    part = scalars_of(trace, sample, most=scalars.shown // 2)
    held_to_the_record(trace, part)
    assert part.words
    assert scalars.scalar_of.keys() >= part.scalar_of.keys()


def test_each_operation_of_the_table_can_be_unrolled() -> None:
    """From the table itself, so that a new operation is covered the moment it exists."""
    numbers = np.random.default_rng(5)
    for op in OPS.values():
        names = ["x0", "x1"] if op.variadic else [f"x{i}" for i in range(len(op.inputs))]
        shapes = {"linear": [(2, 3), (3,), (2,)], "matmul": [(2, 3), (3, 2)]}.get(op.name, [(2, 3)] * len(names))
        extra = ", 3, 2" if op.name == "reshape" else ""
        inputs = {name: numbers.uniform(0.2, 0.8, shape) for name, shape in zip(names, shapes, strict=True)}
        trace = record(parse_program(f"y = {op.name}({', '.join(names)}{extra})\nl = sum(y * y)", inputs))
        scalars = scalars_of(trace, 0)
        held_to_the_record(trace, scalars)
        assert not scalars.cut, op.name


# Parts --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [60, 400, 1200])
def test_parts_of_a_large_network_around_every_kind_of_node(most: int) -> None:
    trace = digits()
    choose = random.Random(most)
    for node in trace.graph.nodes:
        index = tuple(choose.randrange(size) for size in node.shape)
        around = Reference(node.id, choose.choice(["value", "gradient"]), index)
        scalars = scalars_of(trace, 5, around, most)
        held_to_the_record(trace, scalars)
        assert scalars.shown <= most
        assert scalars.total > 300_000
        assert f"{scalars.shown:,} of {scalars.total:,} numbers" in scalars.words
        axis = Unrolled(trace, 5).axes.get(node.id)
        there = index if axis is None else (*index[:axis], 5, *index[axis + 1 :])
        assert (node.id, int(np.ravel_multi_index(there, node.shape)) if there else 0) in scalars.scalar_of


def test_a_part_is_the_nearest() -> None:
    trace = digits()
    scalars = scalars_of(trace, 5, Reference(trace.graph.ids["z3"], "value", (1, 0)))
    labels = set(scalars.labels)
    assert {"z3[2]", "W3[2,1]", "W3[2,64]", "b3[2]", "a2[1]", "loss"} <= labels
    assert "x[1]" not in labels


def test_a_wide_neuron_shows_its_strongest_terms_and_the_rest_as_one_number() -> None:
    trace = digits()
    scalars = scalars_of(trace, 5, Reference(trace.graph.ids["z1"], "value", (7, 5)))
    terms = trace.value("W1")[7] * trace.value("x")[:, 5]
    strongest = int(np.argmax(np.abs(terms)))
    assert f"W1[8,{strongest + 1}]" in scalars.labels
    (lumps,) = {label for label in scalars.labels if label.endswith("other terms") and label.startswith("7")}
    shown = [
        scalars.trace.values[i] for i, label in enumerate(scalars.labels) if label.startswith("W1[8,") and "·" in label
    ]
    assert len(shown) + int(lumps.split()[0]) == 784
    rest = next(
        float(scalars.trace.values[i])
        for i, label in enumerate(scalars.labels)
        if label == lumps and scalars.origin[i].index == (7, 5)
    )
    assert sum(map(float, shown)) + rest + trace.value("b1")[7] == pytest.approx(trace.value("z1")[7, 5], rel=1e-9)
    assert "strongest terms" in scalars.words


@pytest.mark.parametrize(
    "text", ["784-128-64-10 relu, loss cross_entropy", "784-1024-1024-10 relu, loss cross_entropy"]
)
def test_nothing_is_written_out_that_is_not_shown(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work for a part does not grow with the network: it is counted in terms that were written out."""
    trace = batch(text, 64)
    written = 0
    tree_of = Unrolled.tree

    def counting(self: Unrolled, element: Any) -> Call | None:
        nonlocal written
        tree = tree_of(self, element)
        written += 0 if tree is None else sum(1 for _ in walk(tree))
        return tree

    monkeypatch.setattr(Unrolled, "tree", counting)
    for name in ("x", "W1", "z1", "a2", "loss"):
        around = Reference(trace.graph.ids[name], "value")
        written = 0
        scalars_of(trace, 5, around)
        assert written < 120_000


def test_a_part_of_a_sum_over_too_many_numbers_says_so() -> None:
    trace = record(parse_program("y = x * x\nl = sum(y)", {"x": np.linspace(-1.0, 1.0, 200_000)}))
    scalars = scalars_of(trace, 0)
    held_to_the_record(trace, scalars)
    assert scalars.words.endswith(
        "l cannot be written out in single operations, or not in so few that they can be read."
    )
    near = scalars_of(trace, 0, Reference(trace.graph.ids["y"], "value", (3,)))
    held_to_the_record(trace, near)
    assert near.labels[:2] == ("x[4]", "y[4]")


# Hostile ------------------------------------------------------------------------------------------------------------


def test_a_program_of_two_thousand_lines() -> None:
    lines = [f"v{i + 1} = {'tanh' if i % 3 else 'relu'}(v{i}) + x" for i in range(1999)]
    trace = record(parse_program("v0 = x * w\n" + "\n".join(lines), {"x": 0.3}, {"w": 0.7}, output="v1999"))
    scalars = scalars_of(trace, 0, most=ALL)
    assert scalars.shown == len(trace.graph.nodes)
    held_to_the_record(trace, scalars)
    held_to_the_record(trace, scalars_of(trace, 0, Reference(trace.graph.ids["v1000"], "value")))


@pytest.mark.parametrize(
    ("program", "inputs"),
    [
        ("y = log(x) / x\nz = sum(y * y)", {"x": [0.0, 1.0, -1.0]}),
        ("y = softmax(x)\nz = sum(y * x)", {"x": [1000.0, -1000.0, 999.0]}),
        ("z = cross_entropy(x * 1, t)", {"x": [1000.0, -1000.0, 0.0], "t": [0.0, 1.0, 0.0]}),
        ("z = cross_entropy(x * 1, t)", {"x": [-1000.0, -1001.0], "t": 1.0}),
        ("y = log(x)\nz = cross_entropy(y, t)", {"x": [0.0, 1.0], "t": [0.0, 1.0]}),
        ("z = sum(exp(x) - exp(x))", {"x": [1000.0, 1.0]}),
        ("z = binary_cross_entropy(p, t)", {"p": [0.0, 1.0, 0.5], "t": [0.0, 1.0, 1.0]}),
        ("z = binary_cross_entropy(p, t)", {"p": [0.0, 1.0, 0.5], "t": [1.0, 0.0, 0.25]}),
        ("z = max(x)", {"x": [2.0, 2.0, 1.0]}),
        ("y = log(x)\nz = max(y)", {"x": [2.0, -2.0, 1.0]}),
        ("z = hinge(s, t)", {"s": [1.0, 0.5, -2.0], "t": [1.0, -1.0, 1.0]}),
    ],
)
@pytest.mark.filterwarnings("error")
def test_numbers_at_the_edge(program: str, inputs: dict[str, Any]) -> None:
    trace = record(parse_program(program, inputs))
    for most in (ALL, 8):
        held_to_the_record(trace, scalars_of(trace, 0, most=most))


def test_what_is_not_a_number_stays_with_its_sample() -> None:
    x = np.ones((2, 3))
    x[0, 1] = 1e308
    trace = record(parse_program("z = W @ x\nl = mse(z * 10, t)", {"x": x, "t": np.zeros((1, 3))}, {"W": [[1.0, 2.0]]}))
    assert not np.isfinite(trace.value("l"))
    for sample in range(3):
        scalars = scalars_of(trace, sample)
        held_to_the_record(trace, scalars)
        assert np.isfinite(scalars.trace.value("z * 10[1]")) == (sample != 1)
        assert np.isfinite(scalars.trace.value("2 other samples")) == (sample == 1)


def test_one_scalar_only() -> None:
    trace = record(parse_program("y = 2", {"x": 1.0}))
    scalars = scalars_of(trace, 0)
    held_to_the_record(trace, scalars)
    assert scalars.labels == ("y",)
    assert [step.phase for step in scalars.trace.steps] == ["backward"]


def test_the_class_axis_is_no_batch() -> None:
    """Logits in columns whose samples a layer has read as classes: nothing may be averaged that is not an average."""
    trace = record(
        parse_program("z = W @ x\nl = cross_entropy(z, t)", {"x": np.eye(3), "t": np.eye(3)}, {"W": np.eye(3)})
    )
    for sample in range(3):
        held_to_the_record(trace, scalars_of(trace, sample))


def test_a_sample_beyond_the_last_is_the_last() -> None:
    assert scalars_of(network("4-6-1 leaky_relu tanh, loss hinge"), 99).sample == 1
    assert scalars_of(lesson("neuron-by-hand"), 99).sample is None


def test_places_in_time() -> None:
    scalars = scalars_of(lesson("fully-connected-layer"), 0)
    steps = [list(scalars.steps_of(step)) for step in range(1, len(lesson("fully-connected-layer").steps) + 1)]
    assert list(itertools.chain(*steps)) == list(range(len(scalars.trace.steps)))
    assert scalars.position(0) == 0
