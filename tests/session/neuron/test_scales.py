"""Scales keep still while one steps, hold what there is, and follow what is chosen."""

import numpy as np
import pytest

from tests.session.neuron.pictures import ODD, STANDARD, picture
from visualizer.session.appearance import Appearance
from visualizer.session.neuron.scales import scales_of
from visualizer.session.neuron.state import state_at

SHOWS = ("message", "gradient", "weight", "update")


@pytest.mark.parametrize("shows", SHOWS)
def test_every_number_has_a_place(shows: str) -> None:
    for name in (*STANDARD, *ODD):
        scene = picture(name, Appearance(shows=shows))
        scales = scales_of(scene)
        assert 0 <= scales.edges.low < scales.edges.high
        assert scales.edges.signed == (shows in ("weight", "update"))
        state = state_at(scene, (len(scene.trace.steps), -1), scene.sample)
        for numbers, scale in ((state.edges, scales.edges), (state.units.gradient, scales.gradients)):
            finite = np.isfinite(numbers)
            assert np.abs(numbers[finite]).max(initial=0) <= scale.high * (1 + 1e-9)
            places = scale.positions(numbers)
            np.testing.assert_array_equal(np.isnan(places), np.isnan(numbers))
            assert (np.abs(places[finite]) <= 1).all()
        for group in scene.units.groups:
            for node in group.stages:
                values = scene.trace.values[node]
                largest = np.abs(values[np.isfinite(values)]).max(initial=0)
                assert scales.values[node] >= largest or scales.values[node] == 1.0


def test_messages_and_rings_have_one_scale() -> None:
    scales = scales_of(picture("2-3-1"))
    assert scales.edges is scales.gradients
    scales = scales_of(picture("2-3-1", Appearance(shows="weight")))
    assert scales.edges is not scales.gradients


def test_a_fixed_range_is_kept() -> None:
    scales = scales_of(picture("2-3-1", Appearance(fixed=(2e-3, 20.0))))
    assert (scales.edges.low, scales.edges.high) == (2e-3, 20.0)
    scales = scales_of(picture("2-3-1", Appearance(shows="weight", fixed=(2e-3, 20.0))))
    assert (scales.edges.low, scales.edges.high) == (2e-3, 20.0)
    assert scales.gradients.high != 20.0


def test_a_few_tiny_numbers_do_not_stretch_the_scale() -> None:
    for name in STANDARD:
        scale = scales_of(picture(name)).edges
        assert scale.high / scale.low <= 10**7.001


def test_bounded_activations_have_their_full_colour_at_one() -> None:
    scene = picture("2-3-1")
    ids = scene.trace.graph.ids
    assert scales_of(scene).values[ids["a1"]] == 1.0
    assert scales_of(scene).values[ids["z1"]] == pytest.approx(
        float(np.abs(scene.trace.values[ids["z1"]]).max()), rel=0.6
    )
