"""The registry of commands: menus, toolbar, palette, shortcuts and cheat sheet are all made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from visualizer.ui.panels import PANELS

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenuBar

    from visualizer.ui.window import Window


class Command(NamedTuple):
    """One thing that a person can do. ``lesson`` commands need an open document; ``separate`` draws a line before.

    ``training`` is what it is called while iterations are in view, where that is another thing than among steps.
    """

    name: str
    text: str
    menu: str
    run: Callable[[Window], object]
    keys: tuple[str, ...] = ()
    lesson: bool = True
    separate: bool = False
    enabled: Callable[[Window], bool] | None = None
    training: str = ""


def _save_copy(window: Window) -> None:
    from visualizer.ui.saving import save_copy

    save_copy(window)


def _export_picture(window: Window) -> None:
    from visualizer.ui.saving import export_picture

    export_picture(window)


def _panel(number: int, name: str) -> Command:
    """The command that hides a panel, or brings it back."""
    return Command(
        f"panel-{name}", PANELS[name], "View", lambda w: w.toggle_panel(name), (f"Ctrl+{number}",),
        separate=number == 1, enabled=lambda w: w.has_panel(name),
    )  # fmt: skip


def _move(name: str, text: str, keys: tuple[str, ...], training: str = "", separate: bool = False) -> Command:
    """A command that goes on or back at the depth where the person is."""
    return Command(
        name, text, "Step", lambda w: w.driver.do(name), keys, separate=separate,
        enabled=lambda w: w.driver.can(name), training=training,
    )  # fmt: skip


def _among_steps(window: Window) -> bool:
    return window.among_steps


def _has_batch(window: Window) -> bool:
    return window.among_steps and window.session.samples > 1


def _has_found(window: Window) -> bool:
    return window.among_steps and window.session.found is not None


def _can_focus(window: Window) -> bool:
    return window.among_steps and (window.session.selected is not None or window.session.focus is not None)


COMMANDS: tuple[Command, ...] = (
    Command("lessons", "Lessons", "File", lambda w: w.show_gallery(), ("Ctrl+L",), lesson=False),
    Command("new", "New network", "File", lambda w: w.new_network(), ("Ctrl+N",), lesson=False),
    Command("open", "Open…", "File", lambda w: w.choose_file(), ("Ctrl+O",), lesson=False),
    Command("save", "Save a copy…", "File", _save_copy, ("Ctrl+S",)),
    Command("export", "Export picture…", "File", _export_picture, ("Ctrl+E",), separate=True),
    Command("quit", "Quit", "File", lambda w: w.close(), ("Ctrl+Q",), lesson=False, separate=True),
    Command("undo", "Undo", "Edit", lambda w: w.session.undo(), ("Ctrl+Z",), enabled=lambda w: w.session.can_undo),
    Command("redo", "Redo", "Edit", lambda w: w.session.redo(), ("Ctrl+Y", "Ctrl+Shift+Z"),
            enabled=lambda w: w.session.can_redo),
    Command("edit", "Edit the selected value…", "Edit", lambda w: w.edit_selected(), ("F2",), separate=True,
            enabled=lambda w: w.among_steps and w.session.selected is not None and not w.trains),
    Command("find", "Find…", "Edit", lambda w: w.stage.finder.open(), ("Ctrl+F",), separate=True,
            enabled=_among_steps),
    Command("find-next", "Find the next", "Edit", lambda w: w.session.find_next(1), ("F3",), enabled=_has_found),
    Command("find-previous", "Find the one before", "Edit", lambda w: w.session.find_next(-1), ("Shift+F3",),
            enabled=_has_found),
    _move("play", "Play or pause", ("Space",), "Train or pause"),
    _move("continue", "Continue", ("F5",), "Train"),
    _move("stop", "Stop", ("Shift+F5",), "Pause training"),
    _move("reverse", "Continue backwards", ("Ctrl+Shift+F5",)),
    _move("forward", "Step over", ("F10", "Right"), "One iteration", separate=True),
    _move("back", "Step back", ("Shift+F10", "Left"), "One iteration back"),
    _move("into", "Step into: a level down", ("F11",), "Step into: the steps of this iteration"),
    _move("out", "Step out: a level up", ("Shift+F11",)),
    _move("walk", "Walk the single paths", ("Down",), separate=True),
    _move("whole", "Back to whole steps", ("Up",)),
    _move("first", "First", ("Home",), "Back to the start", separate=True),
    _move("last", "Last", ("End",), "To the last iteration"),
    Command("run-to", "Run to the selected node", "Step", lambda w: w.run_to_selected(), ("Ctrl+F10",),
            enabled=lambda w: w.among_steps and w.session.selected is not None),
    Command("reveal", "Reveal the answer", "Step", lambda w: w.session.reveal(), ("Ctrl+R",), separate=True,
            enabled=lambda w: w.among_steps and w.session.asking),
    _move("slower", "Play slower", ("Ctrl+,",), "Train slower", separate=True),
    _move("faster", "Play faster", ("Ctrl+.",), "Train faster"),
    Command("level-layer", "Layers", "Graph", lambda w: w.stage.enter("layer"), ("1",), enabled=_among_steps),
    Command("level-neuron", "Neurons", "Graph", lambda w: w.stage.enter("neuron"), ("2",), enabled=_among_steps),
    Command("level-scalar", "Single numbers", "Graph", lambda w: w.stage.enter("scalar"), ("3",),
            enabled=_among_steps),
    Command("sample-next", "Next sample of the batch", "Graph", lambda w: w.stage.next_sample(1), ("]",),
            separate=True, enabled=_has_batch),
    Command("sample-previous", "Previous sample of the batch", "Graph", lambda w: w.stage.next_sample(-1), ("[",),
            enabled=_has_batch),
    Command("sample-mean", "Mean over the batch", "Graph", lambda w: w.stage.choose_sample(None), ("M",),
            enabled=_has_batch),
    Command("edges", "What edges show: the next", "Graph", lambda w: w.stage.next_shows(), ("E",), separate=True,
            enabled=_among_steps),
    Command("direction", "Left to right, or top to bottom", "Graph", lambda w: w.stage.toggle_direction(), ("Ctrl+D",),
            enabled=_among_steps),
    Command("motion", "Messages travel while playing", "Graph", lambda w: w.stage.toggle_motion(),
            enabled=_among_steps),
    Command("focus", "Only what the selection depends on, and what on it", "Graph", lambda w: w.stage.toggle_focus(),
            ("Ctrl+I",), separate=True, enabled=_can_focus),
    Command("fold", "Fold the selected layer, or open it", "Graph", lambda w: w.stage.fold_selected(), ("Ctrl+K",),
            enabled=lambda w: _among_steps(w) and w.stage.foldable is not None),
    Command("fold-all", "Fold all layers, or open them", "Graph", lambda w: w.stage.fold_all(), ("Ctrl+Shift+K",),
            enabled=lambda w: _among_steps(w) and bool(w.session.blocks)),
    Command("fold-repeats", "Fold layers that repeat each other", "Graph", lambda w: w.stage.fold_repeats(),
            ("Ctrl+Alt+K",), enabled=lambda w: _among_steps(w) and w.session.repeats),
    Command("fit", "Fit the graph", "Graph", lambda w: w.canvas.fit(), ("Ctrl+0", "F"), separate=True,
            enabled=_among_steps),
    Command("fit-selection", "Fit the selection", "Graph", lambda w: w.canvas.fit_selection(), ("Shift+F",),
            enabled=lambda w: _among_steps(w) and w.session.selected is not None),
    Command("zoom-in", "Zoom in", "Graph", lambda w: w.canvas.zoom(1.25), ("Ctrl++", "Ctrl+="), enabled=_among_steps),
    Command("zoom-out", "Zoom out", "Graph", lambda w: w.canvas.zoom(0.8), ("Ctrl+-",), enabled=_among_steps),
    Command("bench", "Training or steps", "Train", lambda w: w.switch_bench(), ("Ctrl+B",), enabled=lambda w: w.trains),
    Command("epoch", "One epoch", "Train", lambda w: w.laboratory.train_epoch(), ("Ctrl+Shift+F10",), separate=True,
            enabled=lambda w: w.trains and not w.among_steps),
    Command("reset", "Begin anew, with the same weights", "Train", lambda w: w.laboratory.reset(), ("Ctrl+Shift+R",),
            enabled=lambda w: w.trains),
    Command("new-seed", "Begin anew, with other weights", "Train", lambda w: w.laboratory.new_seed(),
            ("Ctrl+Shift+N",), enabled=lambda w: w.trains),
    Command("go-to", "Go to an iteration…", "Train", lambda w: w.ask_iteration(), ("Ctrl+G",), separate=True,
            enabled=lambda w: w.trains),
    Command("next-iteration", "The same step, one iteration on", "Train", lambda w: w.laboratory.step_iterations(1),
            ("PgDown",), enabled=lambda w: w.trains and w.among_steps),
    Command("previous-iteration", "The same step, one iteration back", "Train",
            lambda w: w.laboratory.step_iterations(-1), ("PgUp",),
            enabled=lambda w: w.trains and w.among_steps and w.session.position.iteration > 0),
    Command("next-chapter", "Next chapter", "Train", lambda w: w.go_chapters(1), ("Ctrl+PgDown",), separate=True,
            enabled=lambda w: w.can_go_chapters(1)),
    Command("previous-chapter", "Previous chapter", "Train", lambda w: w.go_chapters(-1), ("Ctrl+PgUp",),
            enabled=lambda w: w.can_go_chapters(-1)),
    *(_panel(number, name) for number, name in enumerate(PANELS, start=1)),
    Command("panels-reset", "Put the panels back", "View", lambda w: w.panels.reset(w.bench)),
    Command("panels-float", "Let panels be moved", "View", lambda w: w.panels.toggle_floating()),
    Command("theme-system", "Colours of the system", "View", lambda w: w.choose_theme("system"), lesson=False,
            separate=True),
    Command("theme-light", "Light", "View", lambda w: w.choose_theme("light"), lesson=False),
    Command("theme-dark", "Dark", "View", lambda w: w.choose_theme("dark"), lesson=False),
    Command("theme-switch", "Switch between light and dark", "View", lambda w: w.switch_theme(), ("Ctrl+T",),
            lesson=False),
    Command("full-screen", "Full screen", "View", lambda w: w.toggle_full_screen(), ("Ctrl+Shift+F",), lesson=False),
    Command("palette", "All commands…", "Help", lambda w: w.show_palette(), ("Ctrl+Shift+P",), lesson=False),
    Command("keys", "Keyboard shortcuts", "Help", lambda w: w.show_keys(), ("F1",), lesson=False),
    Command("about", "About GradStep", "Help", lambda w: w.show_about(), lesson=False),
)  # fmt: skip


# Those that can be done at some places of a document and not at others.
CHANGING = tuple(command for command in COMMANDS if command.enabled is not None)


def build_actions(window: Window) -> Mapping[str, QAction]:
    """A QAction for every command, its shortcuts active in the whole window."""
    from PySide6.QtGui import QAction, QKeySequence

    actions = {}
    for command in COMMANDS:
        action = QAction(command.text, window)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setObjectName(command.name)
        action.triggered.connect(lambda _=False, command=command: command.run(window))
        window.addAction(action)
        actions[command.name] = action
    return actions


def fill_menus(bar: QMenuBar, actions: Mapping[str, QAction]) -> None:
    """The commands of every menu, in the order of the registry."""
    menus = {action.text(): action.menu() for action in bar.actions()}
    for command in COMMANDS:
        menu = menus[command.menu]
        if command.separate:
            menu.addSeparator()
        menu.addAction(actions[command.name])


def refresh_actions(window: Window, actions: Mapping[str, QAction]) -> None:
    """Enable what can be done now."""
    for command in COMMANDS:
        possible = not command.lesson or window.in_lesson
        if possible and command.enabled is not None:
            possible = command.enabled(window) if command.lesson else True
        action = actions[command.name]
        text = (
            command.training
            if command.training and command.lesson and window.in_lesson and not window.among_steps
            else command.text
        )
        if action.text() != text:
            action.setText(text)
        if action.isEnabled() != possible:
            action.setEnabled(possible)


def refresh_changing(window: Window, actions: Mapping[str, QAction], before: tuple[bool, ...]) -> tuple[bool, ...]:
    """Enable what can be done at the present place of an open document; gives what to pass as ``before`` next time."""
    possible = tuple(command.enabled(window) for command in CHANGING if command.enabled)
    known = before or tuple(not can for can in possible)
    for command, can, could in zip(CHANGING, possible, known, strict=True):
        if can != could:
            actions[command.name].setEnabled(can)
    return possible
