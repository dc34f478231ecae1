"""The plan's numbers are those of a plain interpreter, bit for bit, whatever it runs together."""

import gc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Graph, parse_program, record
from engine.network import graph_of, parse_network
from engine.ops import OPS
from engine.plan import Plan
from engine.schedule import schedule
from engine.tape import Tape, hands_on, tape
from tests.engine.programs import array_program, interpret, scalar_program


def held_to_the_interpreter(graph: Graph, exact: bool = True) -> None:
    with np.errstate(all="ignore"):
        expected = interpret(graph)
    trace = record(graph)

    def same(one: Any, other: Any) -> None:
        if exact:
            np.testing.assert_array_equal(one, other)
        else:
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)

    for node in graph.nodes:
        same(trace.values[node.id], expected.values[node.id])
        gradient = trace.gradients[node.id]
        assert (gradient is None) == (node.id not in expected.gradients)
        if gradient is not None:
            assert gradient.shape == node.shape
            same(gradient, expected.gradients[node.id])
    assert set(trace.messages) == set(expected.messages)
    for edge, message in trace.messages.items():
        assert message.shape == graph.nodes[graph.nodes[edge[0]].inputs[edge[1]]].shape
        same(message, expected.messages[edge])


@settings(max_examples=300)
@given(st.integers(0, 10**9))
def test_scalar_programs_bit_for_bit(seed: int) -> None:
    held_to_the_interpreter(scalar_program(seed))


@settings(max_examples=60)
@given(st.integers(0, 10**9))
def test_array_programs(seed: int) -> None:
    held_to_the_interpreter(array_program(seed), exact=False)


def network(sizes: tuple[int, ...], seed: int = 3) -> Graph:
    """A relu network in which every multiply and add is a node."""
    numbers = np.random.default_rng(seed)
    inputs = {f"a0_{i}": float(numbers.normal()) for i in range(sizes[0])}
    parameters, lines = {}, []
    for layer in range(1, len(sizes)):
        for j in range(sizes[layer]):
            terms = [f"b{layer}_{j}"]
            parameters[terms[0]] = float(numbers.normal())
            for i in range(sizes[layer - 1]):
                parameters[f"w{layer}_{j}_{i}"] = float(numbers.normal())
                terms.append(f"w{layer}_{j}_{i} * a{layer - 1}_{i}")
            lines += [f"z{layer}_{j} = {' + '.join(terms)}", f"a{layer}_{j} = relu(z{layer}_{j})"]
    return parse_program("\n".join([*lines, f"loss = (a{len(sizes) - 1}_0 - 1) ** 2"]), inputs, parameters)


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3, 1), (3, 5, 4, 1), (4, 16, 16, 1), (2, 7, 3)])
def test_networks_of_scalars_bit_for_bit(sizes: tuple[int, ...]) -> None:
    held_to_the_interpreter(network(sizes))


def test_a_network_of_scalars_takes_few_calls() -> None:
    graph = network((2, 16, 16, 1))
    groups = schedule(graph)
    assert sum(len(group) * len(group[0]) for group in groups) == sum(not node.is_leaf for node in graph.nodes)
    assert len(groups) < 15


@pytest.mark.parametrize(
    "program",
    [
        "y = x * x",
        "y = x + x",
        "y = x + x + x + x + x + x + x",
        "y = x - x - x - x - x - x - x",
        "y = x - w - 1 - w - x - 2 - x * w",
        "s = x + w + x + w\ny = s * s + s",
        "s = x + w\nt = s + x\ny = t + s",  # a sum that is used twice is no chain
        "s = x + w + w\ny = w - s",
        "y = 2 + 3 * x + 1 + x + w + w",
        "a = x + w\nb = a + w\nc = b + x\nd = a * c\ny = d + c + b",
    ],
)
def test_chains_and_shared_values(program: str) -> None:
    held_to_the_interpreter(parse_program(program, {"x": 0.3}, {"w": -1.7}))


def test_an_output_in_the_middle_of_a_chain_starts_the_gradient() -> None:
    held_to_the_interpreter(parse_program("a = x + w\nb = a + x\nc = b + w\nd = c * 2", {"x": 0.3}, {"w": 1.1}, "b"))


@pytest.mark.parametrize(("x", "w"), [(-0.0, -0.0), (0.0, -0.0), (np.float64(5e-324), -1.0)])
def test_the_sign_of_zero_is_kept(x: float, w: float) -> None:
    graph = parse_program("y = -(x * w + x * w) * 1 + w * x", {"x": x}, {"w": w})
    trace, expected = record(graph), interpret(graph)
    for node in graph.nodes:
        assert np.signbit(trace.values[node.id]) == np.signbit(expected.values[node.id])
        gradient = trace.gradients[node.id]
        if gradient is not None:
            assert np.signbit(gradient) == np.signbit(expected.gradients[node.id])


def test_a_gradient_from_outside() -> None:
    graph = parse_program("h = W @ x", {"x": [1.0, 2.0]}, {"W": [[1.0, -1.0], [0.5, 2.0]]}, incoming="h - x")
    held_to_the_interpreter(graph)
    np.testing.assert_array_equal(record(graph).seed, record(graph).value("h") - [1.0, 2.0])


def test_other_leaves_give_other_numbers_and_the_plan_is_not_spent() -> None:
    graph = network((2, 4, 1))
    plan = Plan(graph)
    plan.run()
    first = plan.messages.copy()
    plan.run()
    np.testing.assert_array_equal(plan.messages, first)
    changed = graph.with_leaf("a0_0", 9.0).with_leaf("w1_0_0", -2.0)
    plan.run({graph.node(name).id: changed.leaves[graph.node(name).id] for name in ("a0_0", "w1_0_0")})
    trace = record(changed)
    for node in changed.nodes:
        np.testing.assert_array_equal(plan.value(node), trace.values[node.id])
        if node.id in changed.active:
            np.testing.assert_array_equal(plan.gradient(node), trace.gradients[node.id])


def test_the_forward_pass_alone() -> None:
    graph = network((2, 4, 1))
    plan, whole = Plan(graph), Plan(graph)
    plan.messages.fill(np.nan)  # the memory may have been another plan's
    plan.run_forward()
    whole.run()
    np.testing.assert_array_equal(plan.values, whole.values)
    assert np.isnan(plan.messages).all()


def test_a_pass_makes_no_garbage_that_has_to_be_collected() -> None:
    plan = Plan(network((2, 4, 1)))
    plan.run()
    gc.collect()
    before = gc.get_count()[0]
    for _ in range(100):
        plan.run()
    assert gc.get_count()[0] - before < 100


# The tape -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.elementwise], ids=lambda op: op.name)
def test_taped_rules_are_the_rules(op: Any) -> None:
    random = np.random.default_rng(1)
    arrays = [random.uniform(0.2, 2, 5) for _ in op.inputs]
    given = [random.uniform(0.2, 2, 5), np.zeros(5), *arrays]  # g, y and the inputs
    rules = [(op.forward, given[2:]), *((vjp, given) for vjp in op.vjps)]
    for rule, places in rules:
        out = np.zeros(5)
        calls = tape(rule, places, out).calls
        for _ in range(2):  # the replay is the rule on whatever the places hold now
            for place in places:
                place[...] = random.uniform(-2, 2, 5)
            with np.errstate(all="ignore"):
                for call, arguments in calls:
                    call(*arguments)
                np.testing.assert_array_equal(out, rule(*places))


def branching(x: Any) -> Any:
    return x * 2 if x[0] > 0 else -x


@pytest.mark.parametrize(
    "rule",
    [
        branching,
        lambda x: np.asarray(x) + 1,
        lambda x: x.sum() + x,
        lambda x: x**2,
        lambda x: np.add(x, 1, where=np.array([True, False, True]), out=np.zeros(3)),
        lambda x: np.add.accumulate(x),
        lambda x: np.ones(3),
        lambda x: float(x.size),
    ],
)
def test_a_rule_that_cannot_be_taped_runs_as_it_is(rule: Any) -> None:
    x, out = np.array([1.0, 2.0, 3.0]), np.zeros(3)
    calls = tape(rule, [x], out).calls
    for numbers in ([1.0, -2.0, 3.0], [-4.0, 5.0, 6.0]):
        x[...] = numbers
        for call, arguments in calls:
            call(*arguments)
        np.testing.assert_array_equal(out, rule(x))


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_read_before_it_is_written(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.plan.aligned", lambda size: np.full(size, np.nan))
    held_to_the_interpreter(array_program(seed), exact=False)
    held_to_the_interpreter(scalar_program(seed))


NETWORKS_THAT_REPEAT = [
    "4-4x6-3 tanh, loss cross_entropy",
    "4-4x6-4 relu, skip 2",
    "4-4x4-4 gelu, skip 1, output softmax",
    "4-4x4-3 softmax, loss binary_cross_entropy",
    "4-4x3-6x3-4x3-2 leaky_relu sigmoid tanh tanh relu relu log_softmax log_softmax log_softmax linear",
]


@pytest.mark.parametrize("garbage", [[1.0, 0.0], [0.5, 0.5], [1.0, 1.0]])
def test_a_one_is_left_out_only_where_it_is_a_one(garbage: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Buffers hold whatever was there before: a sum over them may be 1 by chance while the rules are noted."""
    graph = parse_program("y = log_softmax(x)\nloss = sum(y)", {}, {"x": [-1000.0, 1000.0]})
    empty = np.empty

    def used(*shape: Any, **keywords: Any) -> Any:
        found = empty(*shape, **keywords)
        if found.dtype == np.float64:
            found.flat[:] = np.resize(garbage, found.size)
        return found

    monkeypatch.setattr(np, "empty", used)
    plan = Plan(graph)
    plan.run()
    gradient = plan.messages[plan.gradient_slices[graph.ids["x"]]]
    assert gradient.tolist() == [1.0, -1.0]


@pytest.mark.parametrize("text", NETWORKS_THAT_REPEAT)
def test_layers_that_repeat_have_the_calls_that_each_would_have_alone(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = parse_network(text)
    numbers = np.random.default_rng(2)
    graph = graph_of(net, numbers.normal(size=(4, 5)), abs(numbers.normal(size=(net.layers[-1].width, 5))) / 3)
    held_to_the_interpreter(graph, exact=False)
    plan = Plan(graph)
    monkeypatch.setattr(Tape, "_repeated", lambda *_: None)
    for one, other in zip(plan.calls, Plan(graph).calls, strict=True):
        assert getattr(one[0], "__name__", "") == getattr(other[0], "__name__", "")
        shapes = [[getattr(x, "shape", type(x)) for x in arguments] for _, arguments in (one, other)]
        assert shapes[0] == shapes[1]


def test_a_rule_is_repeated_only_where_it_would_do_the_same() -> None:
    def rule(a: Any, b: Any) -> Any:
        return np.exp(a) + np.exp(b)

    arrays = [np.random.default_rng(seed).normal(size=(3, 2)) for seed in range(5)]
    one, two, three, four, fixed = arrays
    tape = Tape([fixed])
    pairs = [(one, one), (one, two), (three, four), (two, two), (three, fixed), (fixed, three), (four, two)]
    outs = [np.zeros((3, 2)) for _ in pairs]
    segments = [tape.add(rule, pair, out) for pair, out in zip(pairs, outs, strict=True)]
    tape.finish()
    for call, arguments in [*tape.once, *(call for segment in segments for call in segment.calls)]:
        call(*arguments)
    for pair, out in zip(pairs, outs, strict=True):
        np.testing.assert_array_equal(out, rule(*pair))
    # exp(one) … exp(fixed), each once, and the sums.
    assert len(tape.once) + sum(len(segment.calls) for segment in segments) == 5 + len(pairs)


def test_which_rules_hand_the_gradient_on() -> None:
    found = [(op.name, slot) for op in OPS.values() for slot, vjp in enumerate(op.vjps) if op.elementwise
             and hands_on(vjp, len(op.inputs))]  # fmt: skip
    assert found == [("add", 0), ("add", 1), ("subtract", 0)]
    for name, slot in found:
        assert OPS[name].gradients[slot] == "g"


# Networks of arrays ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2-16-16-1 relu",
        "2-8x5-1 tanh, skip 2, loss half_squared",
        "4-8-6-3 sigmoid, loss cross_entropy, output linear",
        "4-8-6-3 leaky_relu, loss binary_cross_entropy, output softmax",
        "3-4-1, loss hinge",
        "2-300-3",
    ],
)
def test_networks_of_arrays_make_no_new_arrays(text: str) -> None:
    spec, random = parse_network(text), np.random.default_rng(4)
    x, t = random.normal(size=(spec.inputs, 7)), random.uniform(0.1, 0.9, (spec.layers[-1].width, 7))
    graph = graph_of(spec, x, t)
    held_to_the_interpreter(graph, exact=False)
    plan = Plan(graph)
    called = [getattr(call, "func", call) for call, _ in (*plan.calls, *plan.calls_for_data)]
    assert all(isinstance(call, np.ufunc) or getattr(call, "__module__", None) in (None, "numpy") for call in called)
    # What the table would compute several times for a layer is one product forwards and one for W and b together.
    assert sum(getattr(call, "__name__", "") == "dot" for call in called) == 3 * len(spec.layers)
    plan.run()
    first = plan.messages.copy()
    plan.parameter_vector += 0.5
    plan.run()
    plan.parameter_vector[...] = np.concatenate([_flat(plan, graph, node) for node in plan.parameters])
    plan.run()
    np.testing.assert_array_equal(plan.messages, first)


def _flat(plan: Plan, graph: Graph, node: Any) -> Any:
    """A parameter's first numbers in the order in which the plan has them."""
    numbers = np.arange(node.size)
    flat = np.zeros(node.size)
    flat[plan.shaped(numbers, node)] = graph.leaves[node.id]
    return flat


def test_parameters_and_gradients_lie_in_one_row() -> None:
    program = "h = tanh(V @ x + c)\nz = linear(W, h, b)\nloss = mse(z * s, t) + sum(V * V)"
    random = np.random.default_rng(2)
    shapes: dict[str, tuple[int, ...]] = {"b": (2,), "V": (3, 4), "W": (2, 3), "c": (3, 1), "s": (2, 5)}
    leaves = {name: random.normal(size=shape) for name, shape in shapes.items()}
    graph = parse_program(program, {"x": random.normal(size=(4, 5)), "t": random.normal(size=(2, 5))}, leaves)
    plan = Plan(graph)
    plan.run()
    assert plan.parameter_vector.base is plan.values.base
    start = 0
    for node in plan.parameters:
        part = slice(start, start := start + node.size)
        np.testing.assert_array_equal(plan.shaped(plan.parameter_vector[part], node), leaves[node.name])
        np.testing.assert_array_equal(plan.shaped(plan.gradient_vector[part], node), plan.gradient(node))
    held_to_the_interpreter(graph, exact=False)


def test_training_leaves_out_what_only_data_are_sent() -> None:
    graph = graph_of(parse_network("3-4-1"), np.ones((3, 2)), np.ones((1, 2)))
    plan = Plan(graph)
    assert len(plan.calls_for_data) > 0
    plan.run()
    both = plan.messages.copy()
    plan.messages[...] = np.nan
    plan.messages[plan.seed_slice] = 1.0
    plan.load(graph.leaves)
    for call, arguments in plan.calls:
        call(*arguments)
    np.testing.assert_array_equal(plan.gradient_vector, both[: len(plan.gradient_vector)])
    assert np.isnan(plan.gradient(graph.node("x"))).all()


# np.where on the bits of its numbers


@settings(max_examples=50)
@given(st.integers(0, 10**6))
def test_selection_is_exact(seed: int) -> None:
    random = np.random.default_rng(seed)
    special = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1.0])
    x, y = (np.where(random.random(40) < 0.5, random.choice(special, 40), random.normal(size=40)) for _ in range(2))
    for rule in (
        lambda x, y: np.where(x > y, x, 0.0),
        lambda x, y: np.where(x > 0, 0.0, y),
        lambda x, y: np.where(x > y, x, y),
        lambda x, y: np.where(x < y, y, -0.0),
        lambda x, y: np.where(x < 0, 1.5, y * 2.0) + np.where(x < 0, x, y),
    ):
        out = np.zeros(40)
        with np.errstate(all="ignore"):
            for call, arguments in tape(rule, [x, y], out).calls:
                call(*arguments)
            np.testing.assert_array_equal(out.view(np.int64), rule(x, y).view(np.int64))
