"""Numbers in the texts of lessons are those of their runs, to as many digits as they are written with."""

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from tests.lab_lessons import (
    EXPLODING,
    VANISHING,
    chapter_of,
    factor,
    gradient,
    losses,
    measured,
    norm,
    saturated,
    slope,
    titles_of,
    totals,
    trained,
    value,
)
from visualizer.session.training.lab import Lab

pytestmark = pytest.mark.slow  # all chapters are trained to their ends


class Written(NamedTuple):
    """``phrase`` stands in the text of that chapter; the last number in it is ``number`` of the chapter's runs."""

    lesson: str
    chapter: int
    phrase: str
    number: Callable[[Lab], float]


def after(name: str) -> Callable[[Lab], float]:
    """A parameter after the first update."""

    def number(lab: Lab) -> float:
        trace = lab.trace(0)
        return trace.updates[trace.graph.node(name).id].after.item()

    return number


def first_weight_norm(lab: Lab) -> float:
    details = lab.runs[0].records[0].details
    assert details is not None
    return details["layer1"].weight_norm


def named_rightly(lab: Lab, at: int | None = None) -> float:
    """How many of the test samples, at the end or after so many iterations."""
    return float(measured(lab, at=at).test_score or 0) * len(lab.samples.test or ())


def larger_class(lab: Lab) -> float:
    """The share of the training samples, in percent."""
    return float(100 * np.bincount(np.asarray(lab.samples.train.target, np.intp)).max() / len(lab.samples.train))


NUMBERS = (
    Written(EXPLODING, 1, "each with the weight 3", lambda lab: value(lab, "W2")),
    Written(EXPLODING, 1, "the input 1", lambda lab: value(lab, "x")),
    Written(EXPLODING, 1, "becomes 3", lambda lab: value(lab, "z1")),
    Written(EXPLODING, 1, "becomes 3, 9", lambda lab: value(lab, "z2")),
    Written(EXPLODING, 1, "becomes 3, 9 and 27", lambda lab: value(lab, "z3")),
    Written(EXPLODING, 1, "The target is 1", lambda lab: value(lab, "t")),
    Written(EXPLODING, 1, "begins at z3 with 27 − 1 = 26", lambda lab: gradient(lab, "z3")),
    Written(EXPLODING, 1, "26 · 3 = 78", lambda lab: gradient(lab, "z2")),
    Written(EXPLODING, 1, "78 · 3 = 234", lambda lab: gradient(lab, "z1")),
    Written(EXPLODING, 1, "and 26 · 9, 78 · 3 and 234 · 1 are all 234", lambda lab: gradient(lab, "W1")),
    Written(EXPLODING, 1, "and 26 · 9, 78 · 3 and 234 · 1 are all 234", lambda lab: gradient(lab, "W2")),
    Written(EXPLODING, 1, "and 26 · 9, 78 · 3 and 234 · 1 are all 234", lambda lab: gradient(lab, "W3")),
    Written(EXPLODING, 1, "fifty would make a number of 25", lambda lab: len(str(26 * 3**49))),
    Written(EXPLODING, 2, "the step 0.03 · 234 = 7.02", lambda lab: 3 - after("W1")(lab)),
    Written(EXPLODING, 2, "from 3 to −4.02", after("W2")),
    Written(EXPLODING, 2, "the loss goes 338", lambda lab: losses(lab)[0]),
    Written(EXPLODING, 2, "338, 755", lambda lab: losses(lab)[1]),
    Written(EXPLODING, 2, "338, 755, 3,100,000", lambda lab: losses(lab)[2]),
    Written(EXPLODING, 3, "a gradient of norm 9.8", lambda lab: norm(lab, 11)),
    Written(EXPLODING, 3, "at layer 2 it is 116", lambda lab: norm(lab, 2)),
    Written(EXPLODING, 3, "they come to about 1.3", factor),
    Written(EXPLODING, 4, "a gradient of norm 4,900", lambda lab: norm(lab, 1)),
    Written(EXPLODING, 4, "a norm of 13", first_weight_norm),
    Written(EXPLODING, 5, "to 44", lambda lab: norm(lab, 1, 0)),
    Written(EXPLODING, 5, "to 44, 4,900", lambda lab: norm(lab, 1, 1)),
    Written(EXPLODING, 5, "to 44, 4,900 and 440,000", lambda lab: norm(lab, 1, 2)),
    Written(EXPLODING, 6, "With 2 and 3 the curves rise to 80", lambda lab: norm(lab, 1, 2)),
    Written(EXPLODING, 6, "rise to 80 and 4,900", lambda lab: norm(lab, 1, 3)),
    Written(EXPLODING, 7, "falls from 0.07", lambda lab: norm(lab, 28, 0)),
    Written(EXPLODING, 7, "falls from 0.07 at layer 28 to 0.00003", lambda lab: norm(lab, 1, 0)),
    Written(EXPLODING, 8, "Layer 1 has 4,900", lambda lab: norm(lab, 1, 0)),
    Written(EXPLODING, 8, "with gain 3, 200,000,000", lambda lab: norm(lab, 1, 1)),
    Written(EXPLODING, 8, "but 170", lambda lab: norm(lab, 1, 2)),
    Written(EXPLODING, 8, "beyond ±0.99 are 30", lambda lab: 100 * saturated(lab, 0)),
    Written(EXPLODING, 8, "then 78", lambda lab: 100 * saturated(lab, 1)),
    Written(EXPLODING, 8, "then 78 %, 93", lambda lab: 100 * saturated(lab, 2)),
    Written(EXPLODING, 8, "93 % and 98", lambda lab: 100 * saturated(lab, 3)),
    Written(EXPLODING, 9, "from a norm of 2", lambda lab: totals(lab.runs[0])[0]),
    Written(EXPLODING, 10, "down from 440,000", lambda lab: norm(lab, 1, 3)),
    Written(EXPLODING, 10, "from 440,000 to 430", lambda lab: norm(lab, 1, 2)),
    Written(VANISHING, 1, "Three weights of 1", lambda lab: value(lab, "W2")),
    Written(VANISHING, 1, "The input 1", lambda lab: value(lab, "x")),
    Written(VANISHING, 1, "a1 = 0.7311", lambda lab: value(lab, "a1")),
    Written(VANISHING, 1, "a2 = 0.6750", lambda lab: value(lab, "a2")),
    Written(VANISHING, 1, "the output 0.675", lambda lab: value(lab, "z3")),
    Written(VANISHING, 1, "the target is 1", lambda lab: value(lab, "t")),
    Written(VANISHING, 1, "begins at z3 with −0.325", lambda lab: gradient(lab, "z3")),
    Written(VANISHING, 1, "−0.325 · 0.2194", lambda lab: float(slope(value(lab, "a2")))),
    Written(VANISHING, 1, "makes −0.0713", lambda lab: gradient(lab, "z2")),
    Written(VANISHING, 1, "−0.0713 · 0.1966", lambda lab: float(slope(value(lab, "a1")))),
    Written(VANISHING, 1, "makes −0.0140", lambda lab: gradient(lab, "z1")),
    Written(VANISHING, 2, "from 3.6", lambda lab: norm(lab, 11)),
    Written(VANISHING, 2, "falls to 0.0000007", lambda lab: norm(lab, 1)),
    Written(VANISHING, 3, "at layer 1 is 7 · 10⁻¹⁹", lambda lab: norm(lab, 1)),
    Written(VANISHING, 4, "layer 1 has 6 · 10⁻⁷", lambda lab: norm(lab, 1, 1)),
    Written(VANISHING, 4, "instead of 7 · 10⁻⁷", lambda lab: norm(lab, 1, 0)),
    Written(VANISHING, 4, "layer 1 has 0.03", lambda lab: norm(lab, 1, 2)),
    Written(VANISHING, 5, "level, 0.75", lambda lab: norm(lab, 1, 1)),
    Written(VANISHING, 5, "at layer 1 and 0.99", lambda lab: norm(lab, 11, 1)),
    Written(VANISHING, 6, "leave 0.00003", lambda lab: norm(lab, 1, 0)),
    Written(VANISHING, 6, "layer 1 has 0.7", lambda lab: norm(lab, 1, 1)),
    Written(VANISHING, 7, "begins with 0.03", lambda lab: norm(lab, 1, 1)),
    Written(VANISHING, 7, "instead of 7 · 10⁻¹⁹", lambda lab: norm(lab, 1, 0)),
    Written(VANISHING, 7, "the plain one 54", lambda lab: 100 * measured(lab, 0).score),
    Written(VANISHING, 7, "the plain one 54", larger_class),
    Written("iris", 1, "105", lambda lab: len(lab.samples.train)),
    Written("iris", 1, "105 to train, 45", lambda lab: len(lab.samples.test or ())),
    Written("iris", 2, "on the training flowers is 0.45", lambda lab: measured(lab).loss),
    Written("iris", 2, "it is 0.14", lambda lab: measured(trained("iris", "Three species"), at=200).loss),
    Written("iris", 2, "Of the 45", lambda lab: len(lab.samples.test or ())),
    Written("iris", 2, "it names 44", named_rightly),
    Written("iris", 2, "network 43", lambda lab: named_rightly(trained("iris", "Three species"), at=200)),
    Written("digits", 1, "The first batch has a loss of 2.5", lambda lab: losses(lab)[0]),
    Written("digits", 1, "all training pictures before it 2.9", lambda lab: measured(lab, at=0).loss),
    Written("digits", 1, "has ln 10, which is 2.3", lambda lab: float(np.log(10))),
    Written("digits", 2, "the loss stays at 2.3", lambda lab: measured(lab).loss),
)


@pytest.mark.parametrize("written", NUMBERS, ids=lambda written: f"{written.lesson}-{written.chapter}-{written.phrase}")
def test_a_number_is_that_of_the_run(written: Written) -> None:
    title = titles_of(written.lesson)[written.chapter - 1]
    assert written.phrase in chapter_of(written.lesson, title).text
    number, digits = last_number(written.phrase)
    found = written.number(trained(written.lesson, title))
    assert float(f"{found:.{digits - 1}e}") == pytest.approx(number, rel=1e-12), found


NUMBER = re.compile(r"(−?)([\d,]*\.?\d+)(?: · 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def last_number(phrase: str) -> tuple[float, int]:
    """The last number in a phrase, and to how many digits it is given: zeros at the end of a whole number are none."""
    sign, digits, power = [found.groups() for found in NUMBER.finditer(phrase)][-1]
    digits = digits.replace(",", "")
    given = digits.replace(".", "").lstrip("0") if "." in digits else digits.rstrip("0")
    return float(f"{'-' * bool(sign)}{digits}e{(power or '0').translate(RAISED)}"), len(given)


@pytest.mark.parametrize(
    ("phrase", "number", "digits"),
    [("338, 755, 3,100,000", 3.1e6, 2), ("is 7 · 10⁻¹⁹", 7e-19, 1), ("3 to −4.02", -4.02, 3), ("0.0140", 0.014, 3)],
)
def test_numbers_are_read(phrase: str, number: float, digits: int) -> None:
    assert last_number(phrase) == (number, digits)
