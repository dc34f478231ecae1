"""``gradstep check``: gradients and promises that hold, and what is said of those that do not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.gradcheck import Check
from visualizer.session.lessons import lesson_names

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("lesson", lesson_names())
def test_every_lesson_passes_the_check(run: Run, lesson: str) -> None:
    status, output, _ = run("check", lesson)
    assert status == 0
    assert "agree with central differences." in output


def test_a_gradient_that_is_off_ends_with_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [Check("w1", 1.0, 2.0, 0.5, "off", 1, 1), Check("w2", 0.0, 0.0, 0.0, "right", 1, 1)]
    monkeypatch.setattr("engine.gradcheck.check_gradients", lambda *_: iter(wrong))
    status, output, _ = run("check", "neuron-by-hand")
    assert status == 1
    assert "\n1 of 2 gradients are off: w1.\n" in output


def test_an_expected_number_that_is_off_ends_with_1(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "promise.toml"
    path.write_text('format = 1\ntitle = "t"\nprogram = "y = w * w"\nparameters.w = 3.0\nexpect."y.value" = 8\n')
    status, output, _ = run("check", str(path))
    assert status == 1
    assert output.endswith("1 of 1 expected numbers is off:\n  y.value: 8 is expected, and it is 9\n")


def test_a_gradient_that_is_not_finite_cannot_be_judged(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "root.toml"
    path.write_text('format = 1\ntitle = "t"\nprogram = "y = sqrt(w)"\nparameters.w = 0.0\n')
    status, output, _ = run("check", str(path))
    assert status == 0
    assert "1 of 2 gradients cannot be judged, for want of finite numbers: w.\nThe other one agrees" in output


TRAINS = """\
format = 1
title = "Spiral"
network = "2-4-1 tanh, loss half_squared"
[data]
set = "spiral"
[training]
optimizer = "adam"
[expect]
"b2.after" = [{after}]
"""


@pytest.mark.parametrize(("after", "status"), [(-0.001, 0), (0.001, 1)])
def test_a_document_that_trains_is_checked_at_its_first_iteration(
    run: Run, tmp_path: Path, after: float, status: int
) -> None:
    """Adam's first update is as long as the learning rate."""
    path = tmp_path / "spiral.toml"
    path.write_text(TRAINS.format(after=after))
    found, output, _ = run("check", str(path))
    assert found == status
    assert "All 11 gradients agree with central differences.\n" in output
