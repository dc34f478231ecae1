"""Promised numbers are held to: rounded ones are met, and what is off is named with its place."""

import pytest

from engine import record
from visualizer.session.document import parse
from visualizer.session.expectations import expectation_lines, unmet

TEXT = """\
format = 1
title = "t"
program = "y = sum(x * w)"
inputs.x = [1.0, 2.0]
parameters.w = [3.0, 0.25]
[expect]
"""


def said(expected: str) -> list[str]:
    document = parse(TEXT + expected)
    return [f"{entry.key}: {entry.reason}" for entry in unmet(document, record(document.graph))]


@pytest.mark.parametrize(
    "expected",
    [
        "",
        "'y.value' = 3.5",
        "'x.gradient' = [3, 0.25]",
        "'w.after' = [2.9, 0.05]",
        "'x * w.value' = [3, 0.50004]",
    ],
)
def test_rounded_numbers_are_met(expected: str) -> None:
    assert said(expected) == []


@pytest.mark.parametrize(
    ("expected", "off"),
    [
        ("'y.value' = 3.7", "y.value: 3.7 is expected, and it is 3.5"),
        ("'w.gradient' = [1, 3]", "w.gradient: 3 is expected at 2, and it is 2"),
        ("'w.gradient' = 1", "w.gradient: shape scalar is expected, and it has shape 2"),
        ("'w.gradient' = [[1], [1, 2]]", "w.gradient: the rows are not of equal length"),
        ("'w.gradient' = [1, nan]", "w.gradient: NaN is expected at 2, and it is 2"),
        ("'x.after' = [1, 2]", "x.after: there is no such number"),
    ],
)
def test_what_is_off_is_named_with_its_place(expected: str, off: str) -> None:
    assert said(expected) == [off]


def test_the_lines_say_how_many() -> None:
    document = parse(TEXT + "'y.value' = 3.7\n'w.gradient' = [1, 2]\n")
    assert list(expectation_lines(document, record(document.graph))) == [
        "1 of 2 expected numbers is off:",
        "  y.value: 3.7 is expected, and it is 3.5",
    ]
    document = parse(TEXT + "'w.gradient' = [1, 2]\n")
    assert list(expectation_lines(document, record(document.graph))) == ["The one expected number holds."]
    document = parse(TEXT)
    assert list(expectation_lines(document, record(document.graph))) == []
