"""Runs: what is replayed is what happened, records are what numpy says, memory stays under its budget."""

import math
import random
from typing import Any

import numpy as np
import pytest

from engine.checkpoints import Checkpoints
from engine.data import Dataset, batch_order
from engine.errors import GradStepError
from engine.generated import generate
from engine.network import Network, parse_network
from engine.optimizers import CLIPPINGS, OPTIMIZERS, REGULARISATIONS, SCHEDULES
from engine.records import Table
from engine.run import Recording, Run
from engine.training import Model, Training


def spiral(count: int = 60, seed: int = 0) -> Dataset:
    return generate("spiral", count, noise=5, seed=seed)


def rates(rate: float) -> dict[str, float]:
    return {"learning_rate": rate}


def numbers(run: Run) -> list[Any]:
    """All that a run has recorded."""
    records = run.records
    tables = (records.losses, records.gradient_norms, records.edge_norms, records.details, records.tests)
    return [table.rows.copy() for table in tables]


def assert_same(one: list[Any], other: list[Any]) -> None:
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)


# Records against plain numpy ------------------------------------------------------------------------------------------


def by_hand(run: Run, network: Network, data: Dataset, iterations: int, rate: float) -> list[dict[str, Any]]:
    """Plain gradient descent on a tanh network with a linear output and a mean squared error."""
    from engine.network import parameters_of

    p = {name: array.copy() for name, array in parameters_of(network).items()}
    x, t, size = data.features.T, data.signs().T, run.training.batch_size
    layers, found = len(network.layers), []
    for iteration in range(iterations):
        epoch, index = divmod(iteration, len(data) // size)
        chosen = batch_order(run.training.seed, epoch, len(data))[index * size : (index + 1) * size]
        a = [x[:, chosen]]
        for k in range(1, layers + 1):
            z = p[f"W{k}"] @ a[-1] + p[f"b{k}"][:, None]
            a.append(np.tanh(z) if k < layers else z)
        error = a[-1] - t[:, chosen]
        g, gradients = 2 * error / error.size, {}
        for k in range(layers, 0, -1):
            gradients[f"W{k}"], gradients[f"b{k}"] = g @ a[k - 1].T, g.sum(axis=1)
            g = (p[f"W{k}"].T @ g) * (1 - a[k - 1] ** 2)
        record: dict[str, Any] = {"loss": np.mean(error**2)}
        for k in range(1, layers + 1):
            both = lambda of, k=k: np.sqrt(np.sum(of[f"W{k}"] ** 2) + np.sum(of[f"b{k}"] ** 2))  # noqa: E731
            record[f"layer{k}"] = (both(gradients), both(p), rate * both(gradients))
            record[f"saturated{k}"] = np.mean(np.abs(a[k]) > 0.99) if k < layers else math.nan
        record["score"] = np.mean((a[-1] > 0) == (t[:, chosen] > 0))
        found.append(record)
        for name in p:
            p[name] -= rate * gradients[name]
    return found


def test_records_are_what_plain_numpy_says() -> None:
    network, data = parse_network("2-8-6-1 tanh, gain 3"), spiral()
    run = Run(network, data, Training(settings=rates(0.2), batch_size=10), recording=Recording(details_every=1))
    assert run.advance(40) == 40
    for record, expected in zip(
        map(run.records.__getitem__, range(40)), by_hand(run, network, data, 40, 0.2), strict=True
    ):
        assert record.loss == pytest.approx(expected["loss"], rel=1e-9)
        assert record.details is not None
        assert record.score == pytest.approx(expected["score"])
        for k in (1, 2, 3):
            details, (gradient, weight, moved) = record.details[f"layer{k}"], expected[f"layer{k}"]
            assert record.gradient_norms[f"layer{k}"] == pytest.approx(gradient, rel=1e-9)
            assert details.weight_norm == pytest.approx(weight, rel=1e-9)
            assert details.update_norm == pytest.approx(moved, rel=1e-6)
            assert details.update_ratio == pytest.approx(moved / weight, rel=1e-6)
            assert details.saturated == pytest.approx(expected[f"saturated{k}"], nan_ok=True)
        assert record.gradient_norm == pytest.approx(math.hypot(*record.gradient_norms.values()))


def test_dead_relus_are_counted() -> None:
    data = spiral()
    parameters = {"W": [[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]], "b": [0.0, 0.0, -1.0], "V": [[1.0, 1.0, 1.0]]}
    model = Model("z = linear(W, x, b)\na = relu(z)\ny = V @ a\nloss = mse(y, t)", parameters, "signs")
    run = Run(model, data, Training(settings=rates(1e-3)), recording=Recording(details_every=1))
    run.advance(1)
    details = run.records[0].details
    assert details is not None
    assert details["layer1"].dead == pytest.approx(1 / 3)
    assert math.isnan(details["layer2"].dead)


def test_the_test_set_is_measured_before_the_update_of_its_iteration() -> None:
    data, test = spiral(), spiral(1100, seed=5)  # more than is evaluated at once
    run = Run(parse_network("2-8-1"), data, Training(), test, Recording(test_every=7))
    run.advance(20)
    assert [i for i in range(20) if run.records[i].test_loss is not None] == [0, 7, 14]
    trace = run.trace(14)
    hidden = np.tanh(trace.value("W1") @ test.features.T + trace.value("b1")[:, None])
    y = trace.value("W2") @ hidden + trace.value("b2")[:, None]
    record = run.records[14]
    assert record.test_loss == pytest.approx(np.mean((y - test.signs().T) ** 2))
    assert record.test_score == pytest.approx(np.mean((y > 0) == (test.signs().T > 0)))


def test_r2_for_a_regression() -> None:
    data = generate("plane", 200)
    run = Run(parse_network("2-8-1"), data, Training(settings=rates(0.01)), data, Recording(test_every=500))
    run.advance(501)
    score = run.records[500].test_score
    assert score is not None
    assert 0.9 < score <= 1


def test_norms_of_numbers_whose_squares_leave_float64() -> None:
    model = Model("y = W @ x\nloss = sum(y * t)", {"W": np.full((1, 2), 1.0)}, "numbers")
    for size in (1e-100, 1e90):
        data = Dataset("d", np.full((4, 2), size), np.full((4, 1), size), ("a", "b"), "y", (), "regression")
        run = Run(model, data, Training(settings=rates(1e-12), batch_size=4))
        run.advance(1)
        assert run.records[0].gradient_norm == pytest.approx(4 * math.sqrt(2) * size**2, rel=1e-12)


@pytest.mark.parametrize(
    "model",
    [
        parse_network("2-8-6-1 relu"),
        parse_network("2-16x5-1 tanh, skip 2"),
        parse_network("2-40-40-2 relu, loss cross_entropy"),
        Model("y = W @ x + b * b\nloss = mse(y, t) + b", {"W": np.full((1, 2), 0.3), "b": 0.5}, "signs"),
    ],
    ids=["relu", "skips", "wide", "scalars"],
)
def test_edge_norms_are_those_of_the_messages(model: Network | Model) -> None:
    training = Training(settings=rates(0.05), batch_size=20)
    run = Run(model, spiral(), training, recording=Recording(edge_norms=True, details_every=7))
    run.advance(60)
    assert run.records.edge_norms.count == 60
    for iteration in (0, 6, 7, 33, 59):
        record, trace = run.records[iteration], run.trace(iteration)
        assert list(record.edge_norms) == list(run.records.edges)
        for name, edge in run.records.edges.items():
            assert record.edge_norms[name] == pytest.approx(np.linalg.norm(trace.messages[edge]), rel=1e-12), name
    plain = Run(model, spiral(), training)
    plain.advance(60)
    assert_same([plain.records.losses.rows], [run.records.losses.rows])
    np.testing.assert_allclose(plain.records.gradient_norms.rows, run.records.gradient_norms.rows, rtol=1e-12)


def test_edges_are_those_that_training_sends_messages_along() -> None:
    run = Run(
        parse_network("2-4x3-1 tanh, skip 2"), spiral(), recording=Recording(edge_norms=True, gradient_norms=False)
    )
    run.advance(1)
    names = list(run.records.edges)
    assert names[:4] == ["z4 <- loss", "W4 <- z4", "b4 <- z4", "a3 <- z4"]
    assert "f3 <- a3" in names
    assert "a1 <- a3" in names
    assert not {"x <- z1", "t <- loss"} & set(names)
    assert run.records.gradient_norms.count == 0
    assert run.records[0].gradient_norms == {}
    for name, (consumer, slot) in run.records.edges.items():
        nodes = run.graph.nodes
        assert name == f"{nodes[nodes[consumer].inputs[slot]].name} <- {nodes[consumer].name}"


def test_an_edge_for_each_of_two_slots() -> None:
    model = Model("y = W @ x\nz = y * y\nloss = mse(z, t)", {"W": [[0.3, 0.1]]}, "signs")
    run = Run(model, spiral(), recording=Recording(edge_norms=True))
    assert [name for name in run.records.edges if name.startswith("y")] == ["y <- z", "y <- z (2)"]


def test_what_lies_in_memory_before_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    net, keeping = parse_network("2-8x4-1 relu, skip 2"), Recording(edge_norms=True, details_every=3, test_every=5)
    plain = Run(net, spiral(), Training("adam"), spiral(30), keeping)
    plain.advance(20)
    monkeypatch.setattr("engine.plan.aligned", lambda size: np.full(size, np.nan))
    other = Run(net, spiral(), Training("adam"), spiral(30), keeping)
    other.advance(20)
    assert_same(numbers(plain), numbers(other))
    assert_same(
        list(plain.evaluate(np.ones((2, 5)), ["z5"]).values()), list(other.evaluate(np.ones((2, 5)), ["z5"]).values())
    )
    for one, two in zip(plain.trace(7).messages.values(), other.trace(7).messages.values(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_edges_are_not_noted_unless_asked_for() -> None:
    run = Run(parse_network("2-4-1"), spiral())
    run.advance(3)
    assert (dict(run.records.edges), run.records.edge_norms.count, dict(run.records[0].edge_norms)) == ({}, 0, {})


# Replay ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimiser_is_replayed_bit_for_bit(name: str) -> None:
    training = Training(name, rates(0.01), 7, "cosine", {"length": 80}, ("l2", 0.01), ("norm", 0.5), seed=4)
    run = Run(parse_network("2-6-6-1 relu"), spiral(), training, recording=Recording(checkpoint_every=8))
    states = []
    for _ in range(60):
        states.append(np.concatenate(run._machine.state))
        run.advance(1)
    for iteration in random.Random(1).sample(range(60), 12):
        trace = run.trace(iteration)
        plan = run._machine.plan
        start = 0
        for node in plan.parameters:
            part = slice(start, start := start + node.size)
            np.testing.assert_array_equal(trace.values[node.id], plan.shaped(states[iteration][part], node))
            if iteration < 59:
                after = plan.shaped(states[iteration + 1][part], node)
                np.testing.assert_array_equal(trace.updates[node.id].after, after)
        assert float(trace.values[trace.graph.output]) == run.records[iteration].loss
    assert run.iteration == 60


@pytest.mark.parametrize(
    "text",
    [
        "2-16-16-1 relu",
        "2-8x6-1 tanh, skip 2",
        "2-8-2 tanh, loss cross_entropy, output linear",
        "2-9-1 sigmoid, loss hinge",
    ],
)
def test_what_is_shown_is_what_was_trained(text: str) -> None:
    network = parse_network(text)
    run = Run(network, spiral(), Training(settings=rates(0.05)), recording=Recording(details_every=3))
    run.advance(200)
    for iteration in (0, 199, 64, 65, 1):
        trace = run.trace(iteration)
        assert float(trace.values[trace.graph.output]) == run.records[iteration].loss
        norms = [
            np.linalg.norm(np.concatenate([trace.gradient(f"{part}{k}").ravel() for part in "Wb"]))
            for k in range(1, len(network.layers) + 1)
        ]
        np.testing.assert_allclose(list(run.records[iteration].gradient_norms.values()), norms, rtol=1e-12)


def test_a_trace_holds_the_update_and_its_lines() -> None:
    run = Run(parse_network("2-3-1"), spiral(), Training("adam", clipping=("value", 0.01)))
    run.advance(10)
    trace = run.trace(9)
    update = trace.updates[trace.graph.ids["W1"]]
    np.testing.assert_array_equal(update.lines["p"], update.after)
    np.testing.assert_array_equal(update.lines["m"], 0.9 * update.state["m"] + (1 - 0.9) * update.applied)
    assert update.applied is not None
    assert np.abs(update.applied).max() <= 0.01
    assert sum(step.phase == "update" for step in trace.steps) == 4


def test_the_iteration_to_come_can_be_looked_at() -> None:
    run = Run(parse_network("2-3-1"), spiral(), Training())
    trace = run.trace(0)
    run.advance(1)
    assert float(trace.values[trace.graph.output]) == run.records[0].loss
    with pytest.raises(GradStepError, match="iteration must be a whole number from 0 to 1, not 2"):
        run.trace(2)


def test_seeking_and_going_on_makes_the_same_numbers() -> None:
    straight = Run(parse_network("2-8-1"), spiral(), Training("adam"), recording=Recording(checkpoint_every=16))
    straight.advance(150)
    jumpy = Run(parse_network("2-8-1"), spiral(), Training("adam"), recording=Recording(checkpoint_every=16))
    jumpy.advance(90)
    for place in (0, 41, 90, 17):
        jumpy.seek(place)
        assert jumpy.iteration == place
        jumpy.trace(88)
        assert jumpy.iteration == place
    jumpy.advance(150 - 17)
    assert len(jumpy.records) == 150
    assert_same(numbers(straight), numbers(jumpy))


def test_the_same_run_twice_whatever_the_portions() -> None:
    runs = [Run(parse_network("2-8-1"), spiral(), Training(batch_size=9), spiral(30, 9)) for _ in range(2)]
    runs[0].advance(400)
    while runs[1].iteration < 400:
        runs[1].advance(min(37, 400 - runs[1].iteration))
    assert_same(*map(numbers, runs))
    assert_same(*(list(run._machine.state) for run in runs))


def test_seeds_differ() -> None:
    def losses(**changed: Any) -> Any:
        run = Run(
            parse_network(f"2-8-1, seed {changed.get('network', 0)}"), spiral(), Training(seed=changed.get("order", 0))
        )
        run.advance(50)
        return run.records.losses.rows

    assert np.array_equal(losses(), losses())
    assert not np.array_equal(losses(), losses(order=1))
    assert not np.array_equal(losses(), losses(network=1))


def test_scalar_parameters_are_trained_and_replayed() -> None:
    program = "y = a * x + b\nc = b * b\nloss = mse(y, t) + c * 0.01"
    data = Dataset("line", np.arange(8.0)[:, None] / 8, np.arange(8.0)[:, None] / 4 + 1, ("x",), "y", (), "regression")
    run = Run(Model(program, {"a": 0.0, "b": 0.0}, "numbers"), data, Training(settings=rates(0.5), batch_size=8))
    run.advance(400)
    trace = run.trace(399)
    assert float(trace.values[trace.graph.output]) == run.records[399].loss
    assert float(trace.value("a")) == pytest.approx(2, abs=0.1)


# What there is to see -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2-8-1 relu", "2-6x4-1 tanh, skip 2"])
def test_parameters_gradients_and_values_are_those_of_the_trace(text: str) -> None:
    run = Run(parse_network(text), spiral(), Training("adam"), recording=Recording(checkpoint_every=16))
    names = [node.name for node in run.graph.nodes if node.op != "parameter"]
    for place in (1, 2, 40, 33):  # 33 and 40 are reached from checkpoints, and by going back
        run.advance(max(place - run.iteration, 0))
        run.seek(place)
        parameters, gradients, values = run.parameters(), run.gradients(), run.values(names)
        assert gradients is not None
        trace, before = run.trace(place), run.trace(place - 1)
        for name in parameters:
            np.testing.assert_array_equal(parameters[name], trace.value(name))
            np.testing.assert_array_equal(gradients[name], before.gradient(name))
        for name in names:
            np.testing.assert_array_equal(values[name], before.value(name))


def test_at_the_start_there_are_values_and_no_gradients() -> None:
    run, other = (Run(parse_network("2-8-1"), spiral(), Training()) for _ in range(2))
    assert run.gradients() is None
    np.testing.assert_array_equal(run.values(["z1"])["z1"], run.trace(0).value("z1"))
    run.advance(20)
    other.advance(20)
    assert_same(numbers(run), numbers(other))
    run.seek(0)
    assert run.gradients() is None
    np.testing.assert_array_equal(run.values(["x", "loss"])["x"], run.trace(0).value("x"))


def test_what_is_given_out_is_a_copy() -> None:
    run, other = (Run(parse_network("2-8-1"), spiral(), Training()) for _ in range(2))
    run.advance(10)
    for given in (run.parameters(), run.gradients(), run.values(["a1"]), run.evaluate(np.ones((2, 3)), ["a1", "x"])):
        for array in (given or {}).values():
            array[...] = 7.0
    run.advance(10)
    other.advance(20)
    assert_same(numbers(run), numbers(other))


def test_single_numbers_are_parameters_too() -> None:
    model = Model("y = a * x + b\nloss = mse(y, t)", {"a": 0.5, "b": 0.0}, "numbers")
    run = Run(model, generate("sine", 40), Training())
    run.advance(7)
    assert {name: float(value) for name, value in run.parameters().items()} == {
        name: float(run.trace(7).value(name)) for name in ("a", "b")
    }
    y = run.evaluate(np.array([[0.0, 2.0]]), ["y"])["y"]
    a, b = (float(run.parameters()[name]) for name in ("a", "b"))
    np.testing.assert_allclose(y, [[b, 2 * a + b]])


def test_the_present_point_is_measured_over_all_samples() -> None:
    data, test = spiral(60), spiral(40, seed=3)
    run = Run(parse_network("2-8-1"), data, Training(batch_size=60), test, Recording(test_every=10, details_every=10))
    start = run.measure()
    run.advance(11)
    assert start.loss == pytest.approx(run.records[0].loss)
    assert (start.test_loss, start.test_score) == (run.records[0].test_loss, run.records[0].test_score)
    assert start.score == pytest.approx(run.records[0].score)
    assert run.records[0].details is not None
    run.seek(10)
    now = run.measure()
    assert now.loss == pytest.approx(run.records[10].loss)
    assert (now.test_loss, now.test_score) == (run.records[10].test_loss, run.records[10].test_score)
    assert Run(parse_network("2-8-1"), data).measure()[2:] == (None, None)


def test_unknown_names_are_a_sentence() -> None:
    run = Run(parse_network("2-8-1"), spiral())
    with pytest.raises(GradStepError, match="no value named “lost”; did you mean “loss”"):
        run.values(["a1", "lost"])


# Memory ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", [0, 2_000, 5_000, 50_000])
def test_checkpoints_stay_under_their_budget(budget: int) -> None:
    run = Run(parse_network("2-8-1"), spiral(), Training(), recording=Recording(checkpoint_every=1, budget=budget))
    one = sum(part.nbytes for part in run._machine.state)
    for _ in range(30):
        run.advance(11)
        assert run.checkpoints.used <= max(budget, one)
    gaps = np.diff([*run.checkpoints.iterations, 330])
    assert gaps.max() <= max(2 * run.checkpoints.spacing, 330 if budget < 2 * one else 0)
    for iteration in (329, 0, 200):
        trace = run.trace(iteration)
        assert float(trace.values[trace.graph.output]) == run.records[iteration].loss


def test_thinning_keeps_the_spacing_even() -> None:
    kept = Checkpoints(spacing=4, budget=10 * 8 * 5)
    for iteration in range(0, 400, 4):
        kept.keep(iteration, [np.full(2, float(iteration)), np.full(3, float(iteration))])
    assert len(kept.iterations) > 4
    assert set(np.diff(kept.iterations)) == {kept.spacing}
    for iteration in range(400):
        at, state = kept.nearest(iteration)
        assert at <= iteration
        np.testing.assert_array_equal(state, np.full(5, float(at)))


def test_tables_grow_and_are_cut() -> None:
    table = Table(2)
    for start in range(0, 1000, 50):
        table.append(start, np.full((50, 2), float(start)))
    assert table.count == 1000
    assert list(table.iterations) == list(range(1000))
    table.cut(333)
    assert table.count == 333
    assert table.find(333) is None
    np.testing.assert_array_equal(table.find(332), [300, 300])


# NaN and infinity -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("norms", [True, False])
@pytest.mark.parametrize("rate", [1e6, 1e3])
def test_a_run_stops_where_a_number_is_no_longer_finite(rate: float, norms: bool) -> None:
    training, keeping = Training(settings=rates(rate)), Recording(gradient_norms=norms)
    run = Run(parse_network("2-8-8-1 relu"), spiral(), training, recording=keeping)
    made = run.advance(1000)
    stop = run.stopped
    assert stop is not None
    assert made == run.iteration == len(run.records) == stop.iteration + 1 < 1000
    assert run.advance(5) == 0
    trace = run.trace(stop.iteration)
    shown = trace.value(stop.node) if stop.phase == "forward" else trace.gradient(stop.node)
    assert not np.isfinite(shown[stop.element])
    assert f"iteration {stop.iteration:,}" in str(stop)
    assert stop.node in str(stop)
    for iteration in range(stop.iteration):
        assert np.isfinite(run.records[iteration].loss)
        earlier = run.trace(iteration)
        assert all(np.isfinite(value).all() for value in earlier.values)
    run.seek(0)
    assert run.stopped is None


def test_stopping_can_be_turned_off() -> None:
    training, keeping = Training(settings=rates(1e6)), Recording(stop_when_not_finite=False)
    run = Run(parse_network("2-8-8-1 relu"), spiral(), training, recording=keeping)
    assert run.advance(300) == 300
    assert not np.isfinite(run.records[299].loss)


def test_an_infinite_gradient_is_seen_behind_clipping() -> None:
    model = Model("y = exp(w @ x)\nloss = mean(y - t)", {"w": [[709.0]]}, "numbers")
    data = Dataset("one", np.ones((2, 1)) * 1.0005, np.zeros((2, 1)), ("x",), "y", (), "regression")
    run = Run(
        model, data, Training(settings=rates(0.5), clipping=("value", 1.0)), recording=Recording(gradient_norms=False)
    )
    assert run.advance(50) < 50 or run.stopped is None
    assert len(run.records) == run.iteration


# Settings -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"settings": rates(0)}, "learning_rate must be a number from"),
        ({"settings": rates(-1.0)}, "not -1"),
        ({"settings": rates(1e300)}, "not 1e"),
        ({"settings": rates(math.nan)}, "not nan"),
        ({"batch_size": 0}, "the batch size must be a whole number from 1 to 1,000,000, not 0"),
        ({"batch_size": 2.5}, "batch size"),
        ({"batch_size": 10**9}, "not 1,000,000,000"),
        ({"optimizer": "sdg"}, "did you mean “sgd”"),
        ({"optimizer": "SGD"}, "did you mean “sgd”"),
        ({"batch_size": 10**30}, "not a number of more than 20 digits"),
        ({"schedule": "cosin"}, "did you mean “cosine”"),
        ({"regularisation": ("l3", 0.1)}, "no regularisation “l3”"),
        ({"regularisation": ("l1", math.nan)}, "the regularisation rate must be"),
        ({"clipping": ("norm", 0)}, "the clipping limit must be"),
        ({"seed": -1}, "the seed must be"),
    ],
)
def test_bad_settings_are_a_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(GradStepError) as caught:
        Training(**settings)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_data_that_do_not_fit_are_a_sentence() -> None:
    for text, words in [
        ("3-8-1", "has 2 features, and the network takes 3"),
        ("2-8-3", "has 2 classes, and the network 3 outputs: with the loss mse it needs 1 or 2"),
    ]:
        with pytest.raises(GradStepError, match=words):
            Run(parse_network(text), spiral(), Training())
    with pytest.raises(GradStepError, match="nothing to train"):
        Run(Model("loss = mean(x) + mean(t)", {}, "numbers"), generate("plane", 20))
    with pytest.raises(GradStepError, match="the number of iterations must be a whole number"):
        Run(parse_network("2-8-1"), spiral()).advance(-1)
    with pytest.raises(GradStepError, match="takes classes"):
        Run(parse_network("2-8-2, loss cross_entropy"), generate("plane", 20), Training())
    with pytest.raises(
        GradStepError, match=r"from -\S+ to \S+ to learn, and the loss binary_cross_entropy takes 0 to 1"
    ):
        Run(parse_network("2-8-1, loss binary_cross_entropy"), generate("plane", 20), Training())
    with pytest.raises(GradStepError, match="has 1 target, and the network 2 outputs: with the loss mse it needs 1"):
        Run(parse_network("2-8-2"), generate("plane", 20), Training())


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("penalty", [None, *REGULARISATIONS])
@pytest.mark.parametrize("clip", [None, *CLIPPINGS])
def test_every_setting_trains(schedule: str, penalty: str | None, clip: str | None) -> None:
    training = Training(
        schedule=schedule,
        batch_size=100,  # more than there are samples
        regularisation=penalty and (penalty, 0.001),
        clipping=clip and (clip, 1.0),
    )
    run = Run(parse_network("2-4-1"), spiral(), training)
    run.advance(30)
    assert run.batches_per_epoch == 1
    assert run.records[29].loss < run.records[0].loss
