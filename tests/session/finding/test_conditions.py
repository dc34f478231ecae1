"""Conditions: read through the one whitelist, and true where Python says so, element by element."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ProgramError
from visualizer.session.finding.conditions import NUMBERS, is_condition, parse_condition

SHAPE = (5,)
RANDOM = np.random.default_rng(7)
KNOWN = {name: RANDOM.normal(size=SHAPE).round(1) for name in NUMBERS}

numbers = st.recursive(
    st.sampled_from([*NUMBERS, "0.5", "1", "0.1"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"abs({part})"),
        inner.map(lambda part: f"(-{part})"),
    ),
    max_leaves=4,
)
comparisons = st.tuples(numbers, st.sampled_from(["<", ">", "<=", ">=", "==", "!="]), numbers).map(" ".join)
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"(not {part})"),
    ),
    max_leaves=4,
).filter(lambda text: any(name in text for name in NUMBERS) and len(text) < 400)


def by_python(text: str, numbers: dict[str, float]) -> bool:
    return bool(eval(text, {"__builtins__": {}, "abs": abs, **numbers}))


@given(conditions)
def test_a_condition_is_true_where_python_says_so(text: str) -> None:
    holds = parse_condition(text).where(KNOWN, SHAPE)
    expected = [by_python(text, {name: float(KNOWN[name][i]) for name in NUMBERS}) for i in range(SHAPE[0])]
    assert holds.tolist() == expected


@given(conditions, st.sets(st.sampled_from(NUMBERS), min_size=1))
def test_what_holds_with_numbers_missing_holds_whatever_they_are(text: str, missing: set[str]) -> None:
    known = {name: None if name in missing else array for name, array in KNOWN.items()}
    holds = parse_condition(text).where(known, SHAPE)
    for other in (-3.0, 0.0, 0.5, 12.0):
        filled = {name: np.full(SHAPE, other) if name in missing else array for name, array in KNOWN.items()}
        assert not np.any(holds & ~parse_condition(text).where(filled, SHAPE))


def test_what_is_not_known_is_neither_so_nor_otherwise() -> None:
    known = {**KNOWN, "gradient": None}
    for text in ("gradient == 0", "not gradient == 0", "gradient < 1 and value < 9"):
        assert not parse_condition(text).where(known, SHAPE).any()
    assert parse_condition("gradient == 0 or value < 9").where(known, SHAPE).all()


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("|gradient| > 0.5", "abs(gradient) > 0.5"),
        ("|value - 1| + |gradient| ≤ 2", "abs(value - 1) + abs(gradient) <= 2"),
        ("value = 0", "value == 0"),
        ("value ≠ 0 and value ≥ −1", "value != 0 and value >= -1"),
        ("value² > 1", "value**2 > 1"),
    ],
)
def test_other_spellings_mean_the_same(text: str, same: str) -> None:
    assert parse_condition(text).where(KNOWN, SHAPE).tolist() == parse_condition(same).where(KNOWN, SHAPE).tolist()


def test_numbers_that_are_not_finite() -> None:
    known = {**KNOWN, "value": np.array([np.nan, np.inf, -np.inf, 0.0, 1.0]), "gradient": None}
    found = {text: parse_condition(text).where(known, SHAPE).tolist() for text in ("nan", "inf", "∞", "value == -inf")}
    assert found["nan"] == [True, False, False, False, False]
    assert found["inf"] == found["∞"] == [False, True, True, False, False]
    assert found["value == -inf"] == [False, False, True, False, False]
    assert parse_condition("NaN or inf").where(known, SHAPE).tolist() == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("|gradient > 10", "come in pairs"),
        ("|| > 10", "nothing between two bars"),
        ("grad > 1", "did you mean “gradient”?"),
        ("speed > 1", "compare value, gradient"),
        ("1 < 2", "is about value"),
        ("not value", "is a number and no condition"),
        ("value > 1 + (gradient > 2)", "a number is needed there"),
        ("0 < value < 1", "one comparison at a time"),
        ("relu(value) > 1", "cannot be used in a condition"),
        ("value == nan", "write nan by itself"),
        ("value >", "is not valid"),
        ("value.real > 1", "not part of the language"),
        ("__import__('os').system('true') == 0", "not part of the language"),
        ("value > 9**9**9", "not a finite number"),
    ],
)
def test_what_cannot_be_read_is_answered_with_one_sentence(text: str, says: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(says)):
        parse_condition(text)


def test_names_are_no_conditions() -> None:
    assert not any(map(is_condition, ("W1", "relu", "a1[3]", "+", "x1w1 + x2w2", "android", "norm", "information")))
    assert all(map(is_condition, ("nan", "Inf", "value < 0", "|x|", "a = b", "not x")))
