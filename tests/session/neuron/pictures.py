"""Pictures of neurons for the tests: of every lesson, of standard networks, and of graphs of all kinds."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

import numpy as np

from engine.graph import Graph
from engine.network import graph_of, parse_network
from engine.trace import Trace, record
from engine.units import Units, units_of
from tests.engine.neurons import graphs
from visualizer.session.appearance import Appearance
from visualizer.session.gallery import lesson_names
from visualizer.session.lessons import load_lesson
from visualizer.session.neuron.scene import NeuronScene, build_neuron_scene
from visualizer.session.session import prepare

LESSONS = lesson_names()
NETWORKS = {
    "2-3-1": ("2-3-1 tanh, output tanh, loss half_squared", 4),
    "2-16-16-1": ("2-16-16-1 relu, loss mse", 100),
    "8 layers with skips": ("2-8x8-1 tanh, skip 2, loss half_squared", 3),
    "784-128-64-10": ("784-128-64-10 relu, loss cross_entropy", 8),
}
STANDARD = (*LESSONS, *NETWORKS)
# Of the many random ones a third.
ODD: Mapping[str, Callable[[], Graph]] = {
    name: graph for name, graph in graphs().items() if not name[-1].isdigit() or int(name.split()[-1]) % 3 == 0
}
PLAIN = Appearance()


def network(text: str, samples: int) -> Graph:
    """A network that is given made-up samples."""
    described, numbers = parse_network(text), np.random.default_rng(7)
    outputs = described.layers[-1].width
    target = np.eye(outputs)[:, numbers.integers(outputs, size=samples)]
    return graph_of(described, numbers.normal(size=(described.inputs, samples)), target)


@cache
def recorded(name: str) -> tuple[Trace, Units]:
    """The trace of a lesson, a standard network or an odd graph, and its units."""
    if name in LESSONS:
        trace = prepare(load_lesson(name)).trace
    else:
        trace = record(network(*NETWORKS[name]) if name in NETWORKS else ODD[name]())
    return trace, units_of(trace.graph)


@cache
def picture(name: str, appearance: Appearance = PLAIN, sample: int | None = 0) -> NeuronScene:
    """The scene of a lesson, a standard network or an odd graph."""
    trace, units = recorded(name)
    return build_neuron_scene(cast(Any, None), trace, units, appearance, sample)
