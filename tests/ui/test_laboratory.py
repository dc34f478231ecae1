"""The lab in the window, used as a person does: train, pause, look inside an iteration, change the network, go on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from engine.network import parse_network, text_of
from visualizer.session.document import parse
from visualizer.session.session import prepare
from visualizer.session.training.lab import Lab
from visualizer.session.training.recipe import DataChoice, Recipe
from visualizer.ui.panels import BENCHES, STEPS, TRAIN
from visualizer.ui.settings import settings
from visualizer.ui.theme import load_fonts
from visualizer.ui.window import Window

NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key

SPIRAL = """
format = 1
title = "Two spirals"
network = "2-4-3-1 tanh, output tanh, loss half_squared, bias 0.1"
[data]
set = "spiral"
[training]
learning_rate = 0.1
"""
WILD = SPIRAL.replace("tanh", "linear").replace("0.1\n", "1000000.0\n")
STORY = (
    SPIRAL
    + """
[[chapters]]
title = "First"
text = "A small one."
iterations = 30
[[chapters]]
title = "Second"
text = "Inside of it."
network = "2-3-1 relu, output tanh, loss half_squared"
iterations = 10
inside = true
"""
)


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[[str], Window]]:
    load_fonts()
    settings().clear()
    windows = []

    def made(text: str) -> Window:
        window = Window("light")
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        window.show_document(prepare(parse(text)))
        QApplication.processEvents()
        return window

    yield made
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def lab(make: Callable[[str], Window]) -> Window:
    return make(SPIRAL)


def runs(window: Window) -> Lab:
    assert window.session.lab is not None
    return window.session.lab


def press(window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, modifier)
    QApplication.processEvents()


def trained(window: Window, qtbot: QtBot, iterations: int) -> None:
    """Let it train for a while, and pause it."""
    press(window, Key.Key_F5)
    qtbot.waitUntil(lambda: runs(window).iteration >= iterations)
    press(window, Key.Key_F5, SHIFT)
    assert not window.laboratory.trainer.running


def inside(window: Window, qtbot: QtBot) -> None:
    press(window, Key.Key_F11)
    qtbot.waitUntil(lambda: window.bench == STEPS)


# Benches ------------------------------------------------------------------------------------------------------------


def test_a_document_that_trains_opens_at_its_bench(lab: Window) -> None:
    assert lab.bench == TRAIN
    assert lab.laboratory.network.isVisible()
    for name in BENCHES[TRAIN]:
        assert lab.panels[name].isVisible()
    for name in BENCHES[STEPS]:
        assert not lab.panels[name].isVisible()


def test_keys_train_and_step_at_both_depths(lab: Window, qtbot: QtBot) -> None:
    trained(lab, qtbot, 100)
    at = runs(lab).iteration
    press(lab, Key.Key_F10)
    qtbot.waitUntil(lambda: runs(lab).iteration == at + 1 and not lab.laboratory.trainer.running)
    press(lab, Key.Key_F10, SHIFT)
    qtbot.waitUntil(lambda: runs(lab).iteration == at)
    inside(lab, qtbot)
    assert lab.session.position.iteration == at - 1
    assert lab.canvas.isVisible()
    assert lab.panels["timeline"].isVisible()
    loss = float(lab.session.trace.value("loss"))
    assert loss == runs(lab).runs[0].records[at - 1].loss
    press(lab, Key.Key_F10)
    assert lab.session.position.step == 1
    press(lab, Key.Key_F11)
    assert (lab.session.level, lab.session.position.unit) == ("neuron", 0)
    press(lab, Key.Key_F11, SHIFT)
    assert lab.session.position.path == -1
    assert lab.bench == STEPS
    press(lab, Key.Key_F11, SHIFT)
    assert lab.bench == TRAIN
    assert runs(lab).iteration == at


def test_space_trains_and_pauses(lab: Window, qtbot: QtBot) -> None:
    press(lab, Key.Key_Space)
    assert lab.laboratory.trainer.running
    qtbot.waitUntil(lambda: runs(lab).iteration > 10)
    press(lab, Key.Key_Space)
    assert not lab.laboratory.trainer.running


def test_an_epoch_ends_at_its_end(lab: Window, qtbot: QtBot) -> None:
    each = runs(lab).iterations_per_epoch
    for expected in (each, 2 * each):
        press(lab, Key.Key_F10, CTRL | SHIFT)
        qtbot.waitUntil(lambda: not lab.laboratory.trainer.running)
        assert runs(lab).iteration == expected


def test_the_same_step_of_other_iterations(lab: Window, qtbot: QtBot) -> None:
    trained(lab, qtbot, 50)
    inside(lab, qtbot)
    at = lab.session.position.iteration
    lab.session.go_to(4)
    press(lab, Key.Key_PageUp)
    qtbot.waitUntil(lambda: lab.session.position.iteration == at - 1)
    assert lab.session.position.step == 4
    recorded = runs(lab).recorded
    for _ in range(3):  # on to the one after the last, and a new one
        now = lab.session.position.iteration
        press(lab, Key.Key_PageDown)
        qtbot.waitUntil(lambda now=now: lab.session.position.iteration == now + 1)
    assert lab.session.position.iteration == at + 2
    assert runs(lab).recorded == recorded + 1


def test_a_click_on_a_curve_leads_into_that_iteration(lab: Window, qtbot: QtBot) -> None:
    trained(lab, qtbot, 200)
    lab.laboratory.plots.iteration_chosen.emit(123)
    qtbot.waitUntil(lambda: lab.bench == STEPS)
    assert lab.session.position.iteration == 123
    assert float(lab.session.trace.value("loss")) == runs(lab).runs[0].records[123].loss


def test_reset_begins_with_the_same_weights_and_a_new_seed_with_others(lab: Window, qtbot: QtBot) -> None:
    first = runs(lab)
    weights = first.runs[0].parameters()["W1"]
    trained(lab, qtbot, 20)
    press(lab, Key.Key_R, CTRL | SHIFT)
    qtbot.waitUntil(lambda: runs(lab) is not first)
    second = runs(lab)
    assert second.iteration == 0
    assert np.array_equal(second.runs[0].parameters()["W1"], weights)
    press(lab, Key.Key_N, CTRL | SHIFT)
    qtbot.waitUntil(lambda: runs(lab) is not second)
    assert not np.array_equal(runs(lab).runs[0].parameters()["W1"], weights)
    press(lab, Key.Key_Z, CTRL)
    assert np.array_equal(runs(lab).runs[0].parameters()["W1"], weights)


# What is trained ----------------------------------------------------------------------------------------------------


def test_a_change_in_the_builder_is_trained_and_can_be_undone(lab: Window, qtbot: QtBot) -> None:
    recipe = runs(lab).recipes[0]
    assert recipe.network is not None
    before = text_of(recipe.network)
    trained(lab, qtbot, 20)
    other = Recipe(parse_network("2-7-1 relu, output tanh"), recipe.data, recipe.training, recipe.stop)
    lab.laboratory.builder.recipes_changed.emit((other,), 0)
    qtbot.waitUntil(lambda: runs(lab).recipes == (other,))
    assert runs(lab).iteration == 0
    assert lab.bench == TRAIN
    assert "relu" in lab.session.document.program
    press(lab, Key.Key_Z, CTRL)
    restored = runs(lab).recipes[0].network
    assert restored is not None
    assert text_of(restored) == before


def test_what_cannot_be_is_said_and_nothing_changes(lab: Window, qtbot: QtBot) -> None:
    before = runs(lab)
    said: list[str] = []
    lab.laboratory.said.connect(said.append)
    recipe = before.recipes[0]
    lab.laboratory.builder.recipes_changed.emit((replace(recipe, data=DataChoice("", "nowhere.csv")),), 0)
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["nowhere.csv does not exist"]
    assert runs(lab) is before


def test_a_network_is_fitted_to_the_samples_of_a_file(lab: Window, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "measured.csv"
    rows = "".join(f"{n},{n * n % 7},{n % 5},{'abc'[n % 3]}\n" for n in range(30))
    file.write_text("length,width,height,kind\n" + rows, encoding="utf-8")
    before = runs(lab)
    lab.laboratory.use_file(file)
    qtbot.waitUntil(lambda: runs(lab) is not before)
    network = runs(lab).recipes[0].network
    assert network is not None
    assert (network.inputs, network.layers[-1].width) == (3, 3)
    trained(lab, qtbot, 20)


def test_a_run_that_meets_infinity_stops_and_its_step_is_shown(make: Callable[[str], Window], qtbot: QtBot) -> None:
    window = make(WILD)
    said: list[str] = []
    window.laboratory.said.connect(said.append)
    press(window, Key.Key_F5)
    qtbot.waitUntil(lambda: bool(said))
    assert "became" in said[0]
    assert not window.laboratory.trainer.running
    run = runs(window).runs[0]
    assert run.stopped is not None
    inside(window, qtbot)
    qtbot.waitUntil(lambda: window.session.position.step > 0)
    assert window.session.position.iteration == run.stopped.iteration
    step = window.session.trace.steps[window.session.position.step - 1]
    assert step.phase == run.stopped.phase
    name = window.session.trace.graph.nodes[window.session.trace.receiver(step)].name
    assert name == run.stopped.node


# Story, lessons and others ------------------------------------------------------------------------------------------


def test_a_story_is_told_chapter_by_chapter(make: Callable[[str], Window], qtbot: QtBot) -> None:
    window = make(STORY)
    qtbot.waitUntil(lambda: window.session.source.chapter == 0)
    qtbot.waitUntil(lambda: runs(window).iteration == 30 and not window.laboratory.trainer.running)
    assert window._story is not None
    assert window._story.isVisible()
    press(window, Key.Key_PageDown, CTRL)
    qtbot.waitUntil(lambda: window.session.source.chapter == 1 and window.bench == STEPS)
    assert window.session.position.iteration == 9
    assert "relu" in window.session.document.program
    assert not window.can_go_chapters(1)
    press(window, Key.Key_PageUp, CTRL)
    qtbot.waitUntil(lambda: window.session.source.chapter == 0 and window.bench == TRAIN)


def test_from_a_lesson_that_trains_to_one_that_does_not_and_back(lab: Window, qtbot: QtBot) -> None:
    from visualizer.session.lessons import load_lesson

    lab.show_document(prepare(load_lesson("neuron-by-hand")))
    assert lab.bench == STEPS
    assert lab.panels["card"].isVisible()
    assert not lab.panels["builder"].isVisible()
    assert not lab.actions_by_name["panel-builder"].isEnabled()
    press(lab, Key.Key_F10)
    assert lab.session.position.step == 1
    press(lab, Key.Key_F11, SHIFT)
    assert lab.bench == STEPS
    lab.show_document(prepare(parse(SPIRAL)))
    assert lab.bench == TRAIN
    press(lab, Key.Key_L, CTRL)
    assert lab.gallery.isVisible()
    assert not lab.panels["builder"].isVisible()


def test_each_bench_has_its_own_panels_and_they_can_be_put_back(lab: Window, qtbot: QtBot) -> None:
    plots = lab.panels["plots"].height()
    press(lab, Key.Key_3, CTRL)  # the timeline is of the other bench
    assert not lab.panels["timeline"].isVisible()
    assert lab.panels["plots"].height() == plots
    press(lab, Key.Key_4, CTRL)
    assert not lab.panels["builder"].isVisible()
    inside(lab, qtbot)
    assert not lab.panels["plots"].isVisible()
    press(lab, Key.Key_B, CTRL)
    assert not lab.panels["builder"].isVisible()
    lab.resizeDocks([lab.panels["plots"]], [plots + 90], Qt.Orientation.Vertical)
    lab.actions_by_name["panels-reset"].trigger()
    qtbot.waitUntil(lambda: lab.panels["builder"].isVisible() and abs(lab.panels["plots"].height() - plots) <= 2)


def test_back_and_forth_leads_to_the_step_that_was_left(lab: Window, qtbot: QtBot) -> None:
    trained(lab, qtbot, 60)
    lab.laboratory.plots.iteration_chosen.emit(30)
    qtbot.waitUntil(lambda: lab.bench == STEPS)
    lab.session.go_to(7)
    press(lab, Key.Key_B, CTRL)
    press(lab, Key.Key_B, CTRL)
    assert lab.bench == STEPS
    assert (lab.session.position.iteration, lab.session.position.step) == (30, 7)


def test_training_that_is_asked_for_while_runs_are_set_up_begins_with_them(lab: Window, qtbot: QtBot) -> None:
    before = runs(lab)
    press(lab, Key.Key_N, CTRL | SHIFT)
    press(lab, Key.Key_F5)
    qtbot.waitUntil(lambda: runs(lab) is not before and runs(lab).iteration > 0)
    press(lab, Key.Key_F5, SHIFT)


def test_colours_are_switched_while_it_trains(lab: Window, qtbot: QtBot) -> None:
    press(lab, Key.Key_F5)
    qtbot.waitUntil(lambda: runs(lab).iteration > 10)
    press(lab, Key.Key_T, CTRL)
    press(lab, Key.Key_T, CTRL)
    assert lab.laboratory.trainer.running
    press(lab, Key.Key_F5, SHIFT)


def test_every_command_of_training_can_be_given(lab: Window, qtbot: QtBot) -> None:
    from visualizer.ui.actions import COMMANDS

    trained(lab, qtbot, 10)
    for command in COMMANDS:
        possible = command.enabled is None or command.enabled(lab)
        assert lab.actions_by_name[command.name].isEnabled() == possible, command.name
    names = {command.name for command in COMMANDS if command.enabled is not None and command.enabled(lab)}
    assert {"bench", "epoch", "reset", "new-seed", "go-to", "play", "forward", "back", "into", "first"} <= names
    assert not names & {"reverse", "out", "reveal", "edit", "fit", "next-iteration"}
    assert lab.actions_by_name["forward"].text() == "One iteration"


def test_arrows_are_iterations_until_somebody_walks_the_units(lab: Window, qtbot: QtBot) -> None:
    press(lab, Key.Key_Right)
    qtbot.waitUntil(lambda: runs(lab).iteration == 1 and not lab.laboratory.trainer.running)
    network = lab.laboratory.network
    chosen: list[object] = []
    network.unit_chosen.connect(chosen.append)
    network.clearFocus()
    network.setFocus(Qt.FocusReason.TabFocusReason)
    press(lab, Key.Key_Right)
    press(lab, Key.Key_Down)
    assert len(chosen) == 2
    assert runs(lab).iteration == 1
    press(lab, Key.Key_Escape)


def test_the_bar_has_the_buttons_of_the_bench(lab: Window, qtbot: QtBot) -> None:
    from visualizer.ui.bar import BUTTONS

    for bench in (TRAIN, STEPS):
        if bench == STEPS:
            inside(lab, qtbot)
        shown = {name for name, button in lab.bar._buttons.items() if button.isVisible()}
        assert shown == set(BUTTONS[bench])
    lab.show_gallery()
    assert not any(button.isVisible() for button in lab.bar._buttons.values())


def test_a_new_network_is_built_from_the_lessons(lab: Window) -> None:
    lab.show_gallery()
    press(lab, Key.Key_N, CTRL)
    assert lab.bench == TRAIN
    network = runs(lab).recipes[0].network
    assert network is not None
    assert text_of(network).startswith("2-4-2-1 tanh")


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_curves_are_exported_from_the_bench(
    kind: str, lab: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / f"curves.{kind}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    trained(lab, qtbot, 50)
    press(lab, Key.Key_E, CTRL)
    assert file.read_bytes().startswith(b"\x89PNG" if kind == "png" else b"<?xml")


def test_what_is_shown_of_the_plots_is_remembered(make: Callable[[str], Window]) -> None:
    first = make(SPIRAL)
    first.laboratory.plots.restore({"visible": ["loss", "heat"]})
    first.laboratory.builder.restore("data,text")
    first.close()
    again = make(SPIRAL)
    assert again.laboratory.plots.state()["visible"] == first.laboratory.plots.state()["visible"]
    assert set(again.laboratory.builder.state().split(",")) == {"data", "text"}
    settings().setValue("plots", "{broken")
    settings().setValue("builder", "nothing of ours")
    again.close()
    settings().setValue("plots", "{broken")
    make(SPIRAL)


def test_the_plots_follow_the_run_again_after_a_look_inside(lab: Window, qtbot: QtBot) -> None:
    trained(lab, qtbot, 50)
    lab.laboratory.plots.iteration_chosen.emit(20)
    qtbot.waitUntil(lambda: lab.bench == STEPS)
    assert lab.laboratory.plots._study.iteration == 20
    press(lab, Key.Key_F11, SHIFT)
    press(lab, Key.Key_F10)
    qtbot.waitUntil(lambda: not lab.laboratory.trainer.running)
    assert lab.laboratory.plots._study.iteration is None
    press(lab, Key.Key_F10, SHIFT)
    qtbot.waitUntil(lambda: lab.laboratory.plots._study.iteration == runs(lab).recorded - 2)


def test_a_click_on_a_layer_chooses_it_for_the_histogram(lab: Window, qtbot: QtBot) -> None:
    lab.laboratory.plots.restore({"visible": ["histogram"]})
    trained(lab, qtbot, 20)
    lab.laboratory.network.layer_chosen.emit(2)
    qtbot.waitUntil(lambda: "layer2" in lab.laboratory.plots._study.arrays[0])
    assert lab.laboratory.plots.look.layer == "layer2"


def test_the_next_wrong_sample_is_a_click_away(make: Callable[[str], Window], qtbot: QtBot) -> None:
    iris = SPIRAL.replace("2-4-3-1 tanh, output tanh, loss half_squared", "4-8-3 tanh, loss cross_entropy")
    window = make(iris.replace('"spiral"', '"iris"\nstandardise = true'))
    sample = window.laboratory.output.sample
    qtbot.waitUntil(sample.isVisible)
    QTest.mouseClick(sample.wrong, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ", wrong: predicted" in sample.accessibleDescription())
    said: list[str] = []
    window.laboratory.said.connect(said.append)
    window.laboratory.trainer.all_right.emit()
    assert said == ["All test samples are right."]


def test_what_was_being_written_is_forgotten_with_its_document(lab: Window) -> None:
    line = lab.laboratory.builder.text.line
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "2-nonsense")
    QTest.keyClick(line, Key.Key_Return)
    assert line.toPlainText() == "2-nonsense"
    lab.show_document(prepare(parse(SPIRAL.replace("2-4-3-1", "2-5-1"))))
    assert line.toPlainText().startswith("2-5-1")
