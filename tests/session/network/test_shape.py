"""What a network's picture depends on, and what its parts are called."""

import dataclasses

from tests.snapshots import DEEP, SMALL, snapshot_of
from visualizer.session.network.shape import described, shape_of, unit_name, weight_name


def test_the_shape_is_that_of_the_layers() -> None:
    shape = shape_of(snapshot_of(SMALL))
    assert shape is not None
    assert shape.units == (2, 6, 6, 4, 1)
    assert shape.weights == (12, 36, 24, 4)
    assert shape.activations == ("", "tanh", "tanh", "tanh", "tanh")
    assert shape.maps
    assert not shape.skips
    assert shape == shape_of(snapshot_of(SMALL, iterations=40))


def test_a_deep_network_has_skips_and_no_maps() -> None:
    shape = shape_of(snapshot_of(DEEP, rate=1e-4))
    assert shape is not None
    assert len(shape.units) == 52
    assert not shape.maps
    assert shape.skips[0] == (1, 3)
    assert all(to - start == 2 for start, to in shape.skips)
    assert described(shape) == ("2 inputs, 50 layers of 16 units (tanh), 1 output unit (tanh), 24 skip connections")


def test_a_program_of_its_own_has_no_shape() -> None:
    assert shape_of(dataclasses.replace(snapshot_of(), layers=())) is None


def test_runs_of_equal_layers_are_said_once() -> None:
    shape = shape_of(snapshot_of(SMALL))
    assert shape is not None
    assert described(shape) == ("2 inputs, 2 layers of 6 units (tanh), 1 layer of 4 units (tanh), 1 output unit (tanh)")


def test_names_count_from_one() -> None:
    assert unit_name((2, 2), ("x1", "x2")) == "a2[3]"
    assert unit_name((0, 1), ("x1", "x2")) == "x2"
    assert weight_name(2, 2, 0) == "W2[3,1]"
