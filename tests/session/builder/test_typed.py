"""Numbers as people type them, and as fields show them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import GradStepError
from visualizer.session.builder.typed import number, percent, shown, whole


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_shown_reads_as_the_same_number(value: float) -> None:
    assert number("it", shown(value)) == value


@pytest.mark.parametrize(
    ("value", "text"), [(0.00001, "0.00001"), (0.03, "0.03"), (10, "10"), (1e-8, "1e-8"), (1e30, "1e30"), (0, "0")]
)
def test_numbers_are_shown_without_exponents_where_that_is_short(value: float, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("text", "value"), [("0,5", 0.5), (" .001 ", 0.001), ("−1", -1.0), ("1e-3", 0.001), ("1E3", 1000.0), ("+2", 2.0)]
)
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert number("it", text) == value


@pytest.mark.parametrize("text", ["abc", "nan", "inf", "", "1e", "0x10", "1_000", "1.2.3", "9" * 5000 + "x"])
def test_what_is_no_number_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(GradStepError, match="the rate must be a number, not “") as refusal:
        number("the rate", text)
    assert len(str(refusal.value)) < 100


def test_a_number_that_is_too_large_is_refused() -> None:
    with pytest.raises(GradStepError, match="the rate: “1e999” is too large"):
        number("the rate", "1e999")


def test_a_comma_that_may_mean_two_things_is_asked_about() -> None:
    with pytest.raises(GradStepError, match=r"“1,200” may mean 1200 or 1\.200: write one of them"):
        number("the length", "1,200")


@pytest.mark.parametrize(("text", "value"), [("10 %", 10.0), ("10", 10.0), ("12.5%", 12.5)])
def test_percentages_are_read_with_and_without_their_sign(text: str, value: float) -> None:
    assert percent("the noise", text) == value


@pytest.mark.parametrize(("text", "value"), [("1,200", 1200), (" 7 ", 7), ("−3", -3), ("1 000 000", 1_000_000)])
def test_whole_numbers_are_read_with_and_without_groups(text: str, value: int) -> None:
    assert whole("it", text) == value


@pytest.mark.parametrize("text", ["abc", "1.5", "1e3", "", "0,5", "10^9", "9" * 5000, "nan"])
def test_what_is_no_whole_number_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(GradStepError, match="the width must be a whole number, not “") as refusal:
        whole("the width", text)
    assert len(str(refusal.value)) < 100
