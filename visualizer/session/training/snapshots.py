"""Makes snapshots of a lab's runs, between two iterations: what they look like now."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.network import Network, skips_of, values_of
from engine.ops import Array
from engine.optimizers import norm
from engine.run import Run
from visualizer.session.output.plane import bounds_of, grid_points, side_for
from visualizer.session.training.lab import Lab
from visualizer.session.training.snapshot import LayerView, Plane, SampleView, Snapshot

OUTPUT_SIDE = 100  # as in TensorFlow Playground


class Snapshots:
    """Looks at the runs of ``lab``. ``sample`` is the number, from 0, of the test sample shown where it is a picture.

    To be used where the lab is: between two of its iterations, on its thread.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.sample = 0
        raw = lab.samples.raw_train.features
        self._bounds = bounds_of(raw) if raw.shape[1] <= 2 else ()
        units = max((run_units(recipe.network) for recipe in lab.recipes if recipe.network is not None), default=0)
        self._side = side_for(units) if len(self._bounds) == 4 else 0
        self._maps_at, self._output_at = self._columns(self._side), self._columns(OUTPUT_SIDE)

    def take(self, which: int, scored: bool = True) -> Snapshot:
        """Run ``which`` as it is now. Measuring it over all samples (``scored``) takes longest: else none are given."""
        lab, run = self._lab, self._lab.runs[which]
        network = lab.recipes[which].network
        plane, sample = self._plane(run), self._sample(run, which)
        names = () if network is None else ("x", *values_of(network))
        maps: Mapping[str, Array] = {}
        if names and self._maps_at is not None:
            maps = {
                name: value.reshape(len(value), self._side, self._side)
                for name, value in run.evaluate(self._maps_at, names).items()
            }
        means = {name: value.mean(axis=1) for name, value in run.values(names).items()} if names else {}
        return Snapshot(
            run.iteration,
            lab.samples.train.feature_names,
            maps.get("x"),
            means.get("x"),
            () if network is None else _layers(run, network, means, maps),
            plane,
            sample,
            self._scores(run) if scored else {},
        )

    @property
    def test_count(self) -> int:
        """The number of samples that can be shown as pictures."""
        samples = self._lab.samples
        return len(samples.test if samples.test is not None else samples.train) if samples.picture else 0

    def _columns(self, side: int) -> Array | None:
        """The plane's points as the network is given them."""
        return self._lab.samples.given(grid_points(self._bounds, side)) if self._bounds and side else None

    def _plane(self, run: Run) -> Plane | None:
        name = run.prediction
        if self._output_at is None or name is None:
            return None
        output = run.evaluate(self._output_at, [name])[name]
        shape = (OUTPUT_SIDE,) * (len(self._bounds) // 2)
        return Plane(output.reshape(len(output), *shape), self._bounds)

    def _sample(self, run: Run, which: int) -> SampleView | None:
        samples, name = self._lab.samples, run.prediction
        if samples.picture is None or name is None:
            return None
        number = min(self.sample, self.test_count - 1)
        given, raw = (
            (samples.test, samples.raw_test)
            if samples.test is not None and samples.raw_test is not None
            else (samples.train, samples.raw_train)
        )
        output = run.evaluate(np.ascontiguousarray(given.features[number : number + 1].T), [name])[name][:, 0]
        return SampleView(
            raw.features[number].reshape(samples.picture) / samples.brightest,
            _probabilities(output, self._lab.recipes[which].network),
            samples.classes,
            int(given.target[number]),
            number + 1,
        )

    def _scores(self, run: Run) -> dict[str, float]:
        score = "accuracy" if self._lab.samples.classes else "R²"
        measured = run.measure()
        scores = {"train loss": measured.loss, f"train {score}": measured.score}
        if measured.test_loss is not None and measured.test_score is not None:
            scores |= {"test loss": measured.test_loss, f"test {score}": measured.test_score}
        return dict(sorted(scores.items(), key=lambda entry: entry[0].split()[1] != "loss"))


def run_units(network: Network) -> int:
    """The number of inputs and neurons."""
    return network.inputs + sum(layer.width for layer in network.layers)


def _layers(run: Run, network: Network, means: Mapping[str, Array], maps: Mapping[str, Array]) -> tuple[LayerView, ...]:
    parameters, gradients, skips = run.parameters(), run.gradients(), skips_of(network)
    views = []
    for number, (layer, value) in enumerate(zip(network.layers, values_of(network), strict=True), start=1):
        weight, bias = f"W{number}", f"b{number}"
        views.append(
            LayerView(
                f"layer {number}" if number < len(network.layers) else "output",
                layer.activation,
                parameters[weight],
                parameters[bias],
                gradients[weight] if gradients else None,
                gradients[bias] if gradients else None,
                float(np.hypot(norm(gradients[weight]), norm(gradients[bias]))) if gradients else None,
                means[value] if gradients else None,
                maps.get(value),
                skips.get(number),
            )
        )
    return tuple(views)


def _probabilities(output: Array, network: Network | None) -> Array:
    """Outputs as shares of 1: the softmax of what goes into cross-entropy, others by their size."""
    if network is None or network.loss == "cross_entropy":
        with np.errstate(all="ignore"):
            powers = np.exp(output - np.max(output))
            return np.asarray(powers / powers.sum())
    positive = np.maximum(output, 0.0)
    total = float(positive.sum())
    return np.asarray(positive / total if total > 0 else np.full(len(output), 1 / len(output)))
