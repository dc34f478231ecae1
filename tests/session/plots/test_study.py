"""The study: its curves, and the look that is remembered of it."""

import json
import math
from typing import Any

import numpy as np
import pytest

from engine.records import Records
from visualizer.session.plots.curves import GRADIENT_NORMS, LOSS, Plotted
from visualizer.session.plots.study import Look, Study, look_of

PLOTS = ("loss", "norms", "depth", "heat")


def plotted(count: int, layers: int = 2, label: str = "plain") -> Plotted:
    records = Records(tuple(f"layer{k + 1}" for k in range(layers)))
    if count:
        records.losses.append(0, np.ones((count, 1)))
        records.gradient_norms.append(0, np.ones((count, layers)))
    return Plotted(label, records)


def test_a_look_comes_back_from_its_state() -> None:
    look = Look(("norms", "heat"), 0.6, 1e3, 1e-8, frozenset({"loss"}), frozenset({"norms/layer2"}), "layer2")
    assert look_of(json.loads(json.dumps(look.state())), PLOTS) == look


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"visible": "loss"},
        {"visible": ["pie"], "smoothing": "much", "exploding": None, "layer": 3, "flipped": 7, "hidden": {"a": 1}},
        {"smoothing": 7.0, "exploding": -1.0, "vanishing": math.nan},
        {"exploding": 1e-5, "vanishing": 1e-4},
        {"smoothing": True, "exploding": False},
    ],
)
def test_what_cannot_be_used_of_a_state_is_as_usual(state: dict[str, Any]) -> None:
    assert look_of(state, PLOTS) == Look()


def test_thresholds_stay_in_order() -> None:
    look = Look().with_threshold("exploding", 1e3).with_threshold("vanishing", 1e-8)
    assert (look.exploding, look.vanishing) == (1e3, 1e-8)
    for name, value in (("exploding", 1e-9), ("vanishing", 1e3), ("vanishing", 0.0), ("exploding", math.inf)):
        with pytest.raises(ValueError, match=r"threshold|below"):
            look.with_threshold(name, value)


def test_toggling_twice_is_nothing() -> None:
    look = Look().toggled("hidden", "loss/test")
    assert look.hidden == {"loss/test"}
    assert look.toggled("hidden", "loss/test") == Look()


def test_a_study_looks_at_the_latest_iteration_of_all_runs() -> None:
    study = Study([plotted(10), plotted(30, layers=4)])
    assert study.latest == study.shown_iteration == 29
    assert study.layers == ("layer1", "layer2", "layer3", "layer4")
    study.iteration = 12
    assert study.shown_iteration == 12
    study.iteration = 900
    assert study.shown_iteration == 29


def test_refresh_tells_which_quantities_changed() -> None:
    runs = [plotted(10), plotted(10)]
    study = Study(runs)
    assert study.refresh((LOSS, GRADIENT_NORMS), 0.0) == {"loss", "gradient norm"}
    assert study.refresh((LOSS, GRADIENT_NORMS), 0.0) == set()
    runs[1].records.losses.append(10, np.ones((1, 1)))
    assert study.refresh((LOSS, GRADIENT_NORMS), 0.0) == {"loss"}
    assert not study.behind((LOSS, GRADIENT_NORMS))


def test_there_may_be_no_run() -> None:
    study = Study()
    assert study.layers == ()
    assert study.latest == study.shown_iteration == 0
    assert study.refresh((LOSS,), 0.5) == set()
