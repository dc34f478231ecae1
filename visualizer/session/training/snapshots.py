"""Makes snapshots of a lab's runs, between two iterations: what they look like now."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.data import Dataset
from engine.network import Network, skips_of, values_of
from engine.ops import Array
from engine.optimizers import norm
from engine.run import Run
from visualizer.session.output.answers import predicted, probabilities
from visualizer.session.output.plane import bounds_of, grid_points, side_for
from visualizer.session.training.lab import Lab
from visualizer.session.training.snapshot import LayerView, Plane, SampleView, Snapshot

# Points along each side of the output's plane by the number of units up to which they are used: 100 as in TensorFlow
# Playground, fewer where a network takes long to be asked.
SIDES = ((100, 100), (400, 60), (100_000_000, 40))
QUICK = 400  # units up to which a plane is asked for in every look


class Snapshots:
    """Looks at the runs of ``lab``. ``sample`` is the number, from 0, of the test sample shown where there is no plane.

    To be used where the lab is: between two of its iterations, on its thread.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.sample = 0
        raw = lab.samples.raw_train.features
        self._bounds = bounds_of(raw) if raw.shape[1] <= 2 else ()
        units = max((run_units(recipe.network) for recipe in lab.recipes if recipe.network is not None), default=0)
        self._units = units
        self._planes: dict[int, Plane | None] = {}
        self._side = side_for(units) if len(self._bounds) == 4 else 0
        self._output_side = next(side for most, side in SIDES if units <= most)
        self._maps_at, self._output_at = self._columns(self._side), self._columns(self._output_side)

    def take(self, which: int, scored: bool = True) -> Snapshot:
        """Run ``which`` as it is now. Measuring it over all samples (``scored``) takes longest: else no scores are
        given, and a large network's plane is the last one."""
        lab, run = self._lab, self._lab.runs[which]
        network = lab.recipes[which].network
        if scored or self._units <= QUICK or which not in self._planes:
            self._planes[which] = self._plane(run)
        plane, sample = self._planes[which], self._sample(run, which)
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
            lab.samples.classes,
        )

    @property
    def test_count(self) -> int:
        """The number of samples that are shown one by one: 0 where the output is shown over all the plane."""
        return 0 if self._bounds else len(self._pool[0])

    def _columns(self, side: int) -> Array | None:
        """The plane's points as the network is given them."""
        return self._lab.samples.given(grid_points(self._bounds, side)) if self._bounds and side else None

    def _plane(self, run: Run) -> Plane | None:
        name = run.prediction
        if self._output_at is None or name is None:
            return None
        output = run.evaluate(self._output_at, [name])[name]
        shape = (self._output_side,) * (len(self._bounds) // 2)
        return Plane(output.reshape(len(output), *shape), self._bounds)

    def _sample(self, run: Run, which: int) -> SampleView | None:
        samples, name = self._lab.samples, run.prediction
        if not self.test_count or name is None:
            return None
        number = min(self.sample, self.test_count - 1)
        given, raw = self._pool
        output = run.evaluate(np.ascontiguousarray(given.features[number : number + 1].T), [name])[name][:, 0]
        network = self._lab.recipes[which].network
        features = raw.features[number]
        pictured, classes = samples.picture is not None, samples.classes
        target = np.atleast_1d(given.target[number])
        return SampleView(
            features.reshape(samples.picture) / samples.brightest if samples.picture is not None else None,
            probabilities(output, run.model.target, network.loss if network else None) if classes else np.zeros(0),
            classes,
            int(target[0]) if classes else 0,
            number + 1,
            () if pictured else tuple(zip(raw.feature_names, features.tolist(), strict=True)),
            () if classes else _numbers(given.target_name, target, output),
            samples.test is not None,
        )

    @property
    def _pool(self) -> tuple[Dataset, Dataset]:
        """The samples that are shown one by one, as the network is given them and before: those of the test set."""
        samples = self._lab.samples
        if samples.test is not None and samples.raw_test is not None:
            return samples.test, samples.raw_test
        return samples.train, samples.raw_train

    def next_wrong(self, which: int) -> int | None:
        """The number, from 0, of the next sample after the one shown whose class run ``which`` does not predict.

        None where it has all right, or predicts no classes.
        """
        run, given = self._lab.runs[which], self._pool[0]
        if not (self.test_count and self._lab.samples.classes and run.prediction):
            return None
        outputs = run.evaluate(np.ascontiguousarray(given.features.T), [run.prediction])[run.prediction]
        wrong = np.flatnonzero(predicted(outputs, run.model.target) != given.target)
        later = wrong[wrong > self.sample]
        return int([*later, *wrong][0]) if len(wrong) else None

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


def _numbers(name: str, target: Array, output: Array) -> tuple[tuple[str, float, float], ...]:
    """What a regression should have answered, and what it did: (name, target, prediction)."""
    names = [name or "target"] if len(target) == 1 else [f"target {k}" for k in range(1, len(target) + 1)]
    return tuple(zip(names, target.tolist(), output.tolist(), strict=False))
