"""The command palette and the cheat sheet, both made from the registry of actions."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from visualizer.ui.actions import COMMANDS


class Palette(QDialog):
    """Type a part of a command's name, press Enter."""

    def __init__(self, parent: QWidget, actions: Mapping[str, QAction]) -> None:
        super().__init__(parent)
        self.setWindowTitle("All commands")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 420)
        self._actions = actions
        self._filter = QLineEdit(placeholderText="Type a command")
        self._filter.setAccessibleName("Part of a command's name")
        self._list = QListWidget()
        self._list.setAccessibleName("Commands")
        layout = QVBoxLayout(self)
        layout.addWidget(self._filter)
        layout.addWidget(self._list)
        self._filter.textChanged.connect(self._fill)
        self._filter.returnPressed.connect(self._run)
        self._list.itemActivated.connect(self._run)
        self._fill("")

    def _fill(self, text: str) -> None:
        self._list.clear()
        words = text.lower().split()
        for command in COMMANDS:
            action = self._actions[command.name]
            shown = f"{command.menu}: {command.text}"
            if command.name != "palette" and action.isEnabled() and all(word in shown.lower() for word in words):
                item = QListWidgetItem(f"{shown}    {'  '.join(command.keys)}")
                item.setData(Qt.ItemDataRole.UserRole, command.name)
                self._list.addItem(item)
        self._list.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self._list.setCurrentRow(min(max(self._list.currentRow() + step, 0), self._list.count() - 1))
        else:
            super().keyPressEvent(event)

    def _run(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self.accept()
            self._actions[item.data(Qt.ItemDataRole.UserRole)].trigger()


class Keys(QDialog):
    """Every shortcut, by menu."""

    def __init__(self, parent: QWidget, actions: Mapping[str, QAction]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(26, 22, 26, 24)
        columns.setSpacing(40)
        menus = dict.fromkeys(command.menu for command in COMMANDS)
        for group in (("Step",), tuple(menu for menu in menus if menu != "Step")):
            grid = QGridLayout()
            grid.setHorizontalSpacing(22)
            grid.setVerticalSpacing(7)
            row = 0
            for menu in group:
                grid.addWidget(QLabel(f"<b>{menu}</b>"), row, 0)
                row += 1
                for command in COMMANDS:
                    if command.menu == menu and command.keys:
                        grid.addWidget(QLabel(command.text.rstrip("…")), row, 0)
                        grid.addWidget(QLabel("  or  ".join(command.keys), objectName="muted"), row, 1)
                        row += 1
            grid.setRowStretch(row, 1)
            columns.addLayout(grid)
