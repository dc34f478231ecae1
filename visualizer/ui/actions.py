"""The registry of commands: menus, toolbar, palette, shortcuts and cheat sheet are all made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenuBar

    from visualizer.ui.window import Window


class Command(NamedTuple):
    """One thing that a person can do. ``lesson`` commands need an open document; ``separate`` draws a line before."""

    name: str
    text: str
    menu: str
    run: Callable[[Window], object]
    keys: tuple[str, ...] = ()
    lesson: bool = True
    separate: bool = False
    enabled: Callable[[Window], bool] | None = None


COMMANDS: tuple[Command, ...] = (
    Command("lessons", "Lessons", "File", lambda w: w.show_gallery(), ("Ctrl+L",), lesson=False),
    Command("open", "Open…", "File", lambda w: w.choose_file(), ("Ctrl+O",), lesson=False),
    Command("save", "Save a copy…", "File", lambda w: w.save_copy(), ("Ctrl+S",)),
    Command("export", "Export picture…", "File", lambda w: w.export_picture(), ("Ctrl+E",), separate=True),
    Command("quit", "Quit", "File", lambda w: w.close(), ("Ctrl+Q",), lesson=False, separate=True),
    Command("undo", "Undo", "Edit", lambda w: w.session.undo(), ("Ctrl+Z",), enabled=lambda w: w.session.can_undo),
    Command("redo", "Redo", "Edit", lambda w: w.session.redo(), ("Ctrl+Y", "Ctrl+Shift+Z"),
            enabled=lambda w: w.session.can_redo),
    Command("edit", "Edit the selected value…", "Edit", lambda w: w.edit_selected(), ("F2",), separate=True,
            enabled=lambda w: w.session.selected is not None),
    Command("play", "Play or pause", "Step", lambda w: w.player.toggle(), ("Space",)),
    Command("continue", "Continue", "Step", lambda w: w.player.play(1), ("F5",),
            enabled=lambda w: not w.session.at_end),
    Command("stop", "Stop", "Step", lambda w: w.player.pause(), ("Shift+F5",)),
    Command("reverse", "Continue backwards", "Step", lambda w: w.player.play(-1), ("Ctrl+Shift+F5",),
            enabled=lambda w: not w.session.at_start),
    Command("forward", "Step over", "Step", lambda w: w.session.step_forward(), ("F10", "Right"), separate=True,
            enabled=lambda w: not w.session.at_end),
    Command("back", "Step back", "Step", lambda w: w.session.step_back(), ("Shift+F10", "Left"),
            enabled=lambda w: not w.session.at_start),
    Command("into", "Step into: the single paths", "Step", lambda w: w.session.step_into(), ("F11", "Down")),
    Command("out", "Step out: whole steps", "Step", lambda w: w.session.step_out(), ("Shift+F11", "Up"),
            enabled=lambda w: w.session.position.path >= 0),
    Command("first", "First", "Step", lambda w: w.session.first(), ("Home",), separate=True,
            enabled=lambda w: not w.session.at_start),
    Command("last", "Last", "Step", lambda w: w.session.last(), ("End",), enabled=lambda w: not w.session.at_end),
    Command("run-to", "Run to the selected node", "Step", lambda w: w.run_to_selected(), ("Ctrl+F10",),
            enabled=lambda w: w.session.selected is not None),
    Command("reveal", "Reveal the answer", "Step", lambda w: w.session.reveal(), ("Ctrl+R",), separate=True,
            enabled=lambda w: w.session.asking),
    Command("slower", "Play slower", "Step", lambda w: w.player.change_speed(-1), ("Ctrl+,",), separate=True),
    Command("faster", "Play faster", "Step", lambda w: w.player.change_speed(1), ("Ctrl+.",)),
    Command("fit", "Fit the graph", "View", lambda w: w.canvas.fit(), ("Ctrl+0", "F")),
    Command("zoom-in", "Zoom in", "View", lambda w: w.canvas.zoom(1.25), ("Ctrl++", "Ctrl+=")),
    Command("zoom-out", "Zoom out", "View", lambda w: w.canvas.zoom(0.8), ("Ctrl+-",)),
    Command("panel-outline", "Program and sections", "View", lambda w: w.toggle_panel("outline"), ("Ctrl+1",),
            separate=True),
    Command("panel-card", "Step card", "View", lambda w: w.toggle_panel("card"), ("Ctrl+2",)),
    Command("panel-timeline", "Timeline", "View", lambda w: w.toggle_panel("timeline"), ("Ctrl+3",)),
    Command("panels-float", "Let panels be moved", "View", lambda w: w.toggle_floating()),
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


def add_menus(bar: QMenuBar) -> None:
    """The menus, empty, in the order of the registry."""
    for title in dict.fromkeys(command.menu for command in COMMANDS):
        bar.addMenu(title)


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
        if actions[command.name].isEnabled() != possible:
            actions[command.name].setEnabled(possible)


def refresh_changing(window: Window, actions: Mapping[str, QAction], before: tuple[bool, ...]) -> tuple[bool, ...]:
    """Enable what can be done at the present place of an open document; gives what to pass as ``before`` next time."""
    possible = tuple(command.enabled(window) for command in CHANGING if command.enabled)
    known = before or tuple(not can for can in possible)
    for command, can, could in zip(CHANGING, possible, known, strict=True):
        if can != could:
            actions[command.name].setEnabled(can)
    return possible
