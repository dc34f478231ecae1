"""Updates in the report: every line with its numbers, in text and in JSON; gradient descent as it was."""

import itertools
import json
from typing import Any

import numpy as np
import pytest

from engine.optimizers import OPTIMIZERS
from engine.trace import Trace
from tests.iterations import ALL_AT_ONCE, inside
from visualizer.session import report
from visualizer.session.document import Document
from visualizer.session.session import Session
from visualizer.session.text_grid import GRID_WIDTH, WIDTH, columns_of


def as_json(session: Session) -> Any:
    return json.loads("".join(report.json_pieces(session.document, session.trace)))


def as_text(document: Document, trace: Trace) -> list[str]:
    return list(report.text_lines(document, trace))


@pytest.mark.parametrize("optimizer", [name for name in OPTIMIZERS if name != "sgd"])
def test_an_updates_entry_has_all_that_was_recorded(optimizer: str) -> None:
    session = inside(f'optimizer = "{optimizer}"\nregularisation = "l1"\nregularisation_rate = 0.1')
    for entry, update in zip(as_json(session)["updates"], session.trace.updates.values(), strict=True):
        assert list(entry) == ["name", "before", "gradient", "after", "optimizer", "applied", "state", "lines"]
        assert entry["optimizer"] == optimizer
        assert np.array_equal(entry["applied"], update.applied)
        for name, arrays in (("state", update.state), ("lines", update.lines)):
            assert list(entry[name]) == list(arrays)
            assert all(np.array_equal(entry[name][key], array) for key, array in arrays.items())
        assert list(entry["lines"])[-1] == "p"
        assert entry["lines"]["p"] == entry["after"]


def test_gradient_descent_keeps_its_form() -> None:
    session = inside()
    data = as_json(session)
    assert all(list(entry) == ["name", "before", "gradient", "after"] for entry in data["updates"])
    formulas = [step["formula"] for step in data["steps"] if step["phase"] == "update"]
    assert formulas[0] == "W1 ← W1 − η · ∂loss/∂W1"
    lines = as_text(session.document, session.trace)
    assert "  learning rate η = 0.03" in lines
    assert "Parameters after one step downhill" in lines


def test_gradient_descent_with_a_penalty_tells_of_it() -> None:
    session = inside('regularisation = "l2"\nregularisation_rate = 0.1')
    entry = as_json(session)["updates"][0]
    assert (entry["optimizer"], entry["state"]) == ("sgd", {})
    assert entry["applied"] != entry["gradient"]


def test_a_steps_formula_and_numbers_have_every_line() -> None:
    steps = [step for step in as_json(inside(ALL_AT_ONCE))["steps"] if step["phase"] == "update"]
    formulas, numbers = (steps[-1][key].split("; ") for key in ("formula", "numbers"))
    assert formulas == [
        "η = η₀ · (f + (1 − f) · (1 + cos(π · minimum((t − 1) / T, 1))) / 2)",
        "g = ∂loss/∂b3",
        "s = c / ‖g‖",
        "g ← s · g",
        "m ← β₁ · m + (1 − β₁) · g",
        "v ← β₂ · v + (1 − β₂) · g²",
        "m̂ = m / (1 − β₁^t)",
        "v̂ = v / (1 − β₂^t)",
        "b3 ← b3 − η · m̂ / (sqrt(v̂) + ε)",
    ]
    assert len(numbers) == len(formulas)
    assert numbers[0].startswith("0.009938 = 0.01 × (0 + (1 − 0) × (1 + cos(3.142 × minimum((6 − 1) / 100, 1))) / 2)")
    assert numbers[6].endswith("] / (1 − 0.9^6)")


@pytest.mark.parametrize("iteration", [1, 2])
def test_the_number_of_an_update_is_no_square(iteration: int) -> None:
    step = next(
        step for step in as_json(inside(ALL_AT_ONCE, iteration=iteration))["steps"] if step["phase"] == "update"
    )
    assert "m̂ = m / (1 − β₁^t)" in step["formula"]
    assert f"/ (1 − 0.9^{iteration + 1})" in step["numbers"]


def test_the_text_has_every_line_below_the_other() -> None:
    session = inside(ALL_AT_ONCE)
    lines = as_text(session.document, session.trace)
    assert max(map(len, lines)) <= GRID_WIDTH
    start = lines.index("  21  update    Adam moves W1")
    block = list(itertools.takewhile(bool, lines[start + 1 :]))
    places = {columns_of(line[: line.index(sign)]) for line in block for sign in (" = ", " ← ") if sign in line[:34]}
    assert len(places) == 1
    heads = [line.split()[0] for line in block if line.split()[1] in ("=", "←") and line.split()[0] != "["]
    assert heads == ["g", "g", "s", "g", "m", "v", "m̂", "v̂", "W1"]
    assert "Parameters after this update" in lines


def test_the_text_says_beforehand_how_updates_are_made() -> None:
    session = inside(ALL_AT_ONCE)
    lines = as_text(session.document, session.trace)
    given = lines[lines.index("Given") : lines.index("Forward")]
    assert "  optimiser Adam (Kingma & Ba 2015, algorithm 1): β₁ = 0.9, β₂ = 0.999, ε = 1e−8, t = 6" in given
    assert any(line.startswith("  learning rate η = η₀ · (f + ") for line in given)
    assert "                  = 0.009938" in given
    assert "  L2 penalty of the weights, λ = 0.01" in given
    (clipping,) = [line for line in given if line.startswith("  clipping by norm, c = 0.05: the norm of all")]
    assert clipping.endswith(", clipped")
    assert max(map(len, given)) <= WIDTH
    plainly = inside('optimizer = "rmsprop"\nclipping = "value"')
    texts = as_text(plainly.document, plainly.trace)
    assert "  learning rate η = 0.01" in texts
    assert "  clipping by value, c = 1" in texts
