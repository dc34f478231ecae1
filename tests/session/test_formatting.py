"""Numbers and names as people write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.session.formatting import (
    array_text,
    bracketed,
    element_name,
    full_text,
    gradient_name,
    index_text,
    number_text,
    parse_number,
    power_of_ten,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (3.0, "3"),
        (-6.0, "−6"),
        (0.7071067811865476, "0.7071"),
        (-1.4999999999999996, "−1.5"),
        (0.00907, "0.00907"),
        (12345.0, "1.234e4"),
        (1.5e-9, "1.5e−9"),
        (-1e300, "−1e300"),
        (5e-324, "4.941e−324"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
    ],
)
def test_four_significant_digits(value: float, text: str) -> None:
    assert number_text(value) == text


def test_full_precision() -> None:
    assert full_text(6.8813735870195432) == "6.881373587019543"
    assert full_text(-2.0) == "−2"
    assert full_text(-0.0) == "0"
    assert full_text(math.nan) == "NaN"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_full_precision_reads_back(value: float) -> None:
    assert parse_number(full_text(value)) == value


@given(st.floats())
def test_no_number_has_a_hyphen(value: float) -> None:
    assert "-" not in number_text(value) + full_text(value)


@pytest.mark.parametrize(("text", "value"), [("1", 1), (" −2,5 ", -2.5), ("+.5", 0.5), ("1e−3", 1e-3), ("3.", 3)])
def test_typed_numbers(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text", ["", "-", "one", "1.2.3", "nan", "inf", "0x10", "1_000", "1e999", "9" * 400, "1 2", "()"]
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a number|is too large"):
        parse_number(text)


def test_places_count_from_1() -> None:
    assert index_text(()) == index_text(None) == ""
    assert index_text((0,)) == "1"
    assert index_text((1, 0)) == "21"
    assert index_text((1, 10)) == "2,11"


def test_names_of_elements() -> None:
    assert element_name("x", None) == element_name("x", ()) == "x"
    assert element_name("W", (1, 0)) == "W₂₁"
    assert element_name("G", (1, 0), (2, 1)) == "G₂"
    assert element_name("W", (1, 10)) == "W₂,₁₁"
    assert element_name("w1", (1, 0)) == "w1[21]"
    assert element_name("a + b", (0,)) == "(a + b)[1]"
    assert bracketed("n") == "n"
    assert bracketed("a + b") == "(a + b)"


def test_names_of_gradients() -> None:
    assert gradient_name("o", "n") == "∂o/∂n"
    assert gradient_name("L", "W", (0, 1)) == "∂L/∂W₁₂"
    assert gradient_name("L", "a + b") == "∂L/∂(a + b)"
    assert gradient_name("L", "a + b", (1,)) == "∂L/∂(a + b)[2]"
    assert gradient_name("L", "G", (1, 0), (2, 1)) == "∂L/∂G₂"


def test_powers_of_ten() -> None:
    assert power_of_ten(-3) == "10⁻³"
    assert power_of_ten(12) == "10¹²"


def test_arrays_on_one_line() -> None:
    assert array_text(2.0) == "2"
    assert array_text([[1.0, -1.0], [0.0, math.nan]]) == "[[1, −1], [0, NaN]]"
