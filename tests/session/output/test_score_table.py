"""Scores as a table."""

import math

import pytest

from visualizer.session.output.score_table import ScoreTable, score_table, score_text


def test_what_is_measured_runs_down_and_the_sets_across() -> None:
    scores = {"train loss": 0.0413, "test loss": 0.0322, "train accuracy": 0.964, "test accuracy": 1.0}
    assert score_table(scores) == ScoreTable(
        ("train", "test"), (("loss", ("0.04130", "0.03220")), ("accuracy", ("96.4 %", "100.0 %")))
    )


def test_without_a_test_set_there_is_one_column() -> None:
    assert score_table({"train loss": 2.5, "R²": -0.25}) == ScoreTable(
        ("train",), (("loss", ("2.500",)), ("R²", ("−0.2500",)))
    )


def test_what_is_not_measured_is_left_open() -> None:
    table = score_table({"train loss": 1.0, "test loss": 2.0, "train R²": 0.5})
    assert table.rows[1] == ("R²", ("0.5000", ""))
    assert score_table({}) == ScoreTable((), ())


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("loss", 0.0009977, "9.977e−4"), ("loss", 1234.5, "1234."), ("loss", 1e9, "1.000e9"), ("loss", 0.0, "0.000"),
        ("loss", math.inf, "∞"), ("accuracy", math.nan, "NaN"), ("accuracy", 0.5, "50.0 %"), ("R²", -12.3, "−12.30"),
    ],
)  # fmt: skip
def test_numbers_keep_their_width(name: str, value: float, text: str) -> None:
    assert score_text(name, value) == text.removesuffix(".")
