"""The small widgets that stand on a plot: the button of its scale, the list of layers, the field of a threshold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from visualizer.session.formatting import parse_number
from visualizer.ui.plots.styles import layer_text
from visualizer.ui.theme import Theme

HEIGHT = 18


def style_sheet(theme: Theme) -> str:
    """What they look like: small and calm."""
    return f"""
    QToolButton {{ background: transparent; color: {theme.muted}; border: 1px solid {theme.hairline};
        border-radius: 5px; padding: 0px 6px; font-size: 11px; }}
    QToolButton:checked {{ background: {theme.raised}; color: {theme.text}; }}
    QToolButton:hover {{ border: 1px solid {theme.faint}; }}
    QToolButton:focus {{ border: 1px solid {theme.backward}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QLineEdit {{ background: {theme.panel}; color: {theme.text}; border: 1px solid {theme.backward};
        border-radius: 4px; padding: 0px 3px; font-size: 11px; }}
    """


class Corner(QWidget):
    """What stands at the right of a plot's title. ``flipped`` is told of the button, ``picked`` of the list."""

    def __init__(
        self, parent: QWidget, scale: bool, layers: bool, flipped: Callable[[], None], picked: Callable[[str], None]
    ) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.layers = QToolButton(self, popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self.layers.setMenu(QMenu(self.layers))
        self.layers.setToolTip("The layer whose numbers are counted")
        self.scale = QToolButton(self, text="log", checkable=True, toolTip="Logarithmic or linear scale")
        self.scale.setAccessibleName("Logarithmic scale")
        for widget, wanted in ((self.layers, layers), (self.scale, scale)):
            widget.setFixedHeight(HEIGHT)
            widget.setVisible(wanted)
            layout.addWidget(widget)
        self.scale.clicked.connect(flipped)
        self.layers.menu().triggered.connect(lambda action: picked(action.data()))

    def show_state(self, log: bool, layers: Sequence[str], layer: str) -> None:
        """The scale and the layer that are shown."""
        self.scale.setChecked(log)
        layer = layer if layer in layers else next(iter(layers), "")
        menu = self.layers.menu()
        if [action.data() for action in menu.actions()] != list(layers):
            menu.clear()
            for name in layers:
                menu.addAction(layer_text(name)).setData(name)
        self.layers.setText(f"{layer_text(layer)} ▾" if layer else "no layers")
        self.layers.setEnabled(bool(layers))
        self.layers.setAccessibleName(f"Layer: {layer_text(layer)}")


class ThresholdField(QLineEdit):
    """Where a threshold is typed: Enter gives it to ``typed``, Escape and leaving the field give it up."""

    def __init__(self, parent: QWidget, area: QRectF, name: str, text: str, typed: Callable[[float], None]) -> None:
        super().__init__(text, parent)
        self._typed = typed
        self.setAccessibleName(f"Threshold “{name}”")
        self.setGeometry(area.toRect().adjusted(0, -2, 20, 3))
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            try:
                self._typed(parse_number(self.text()))
            except ValueError as error:
                self.setToolTip(str(error))
                self.selectAll()
                return
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._leave()

    def _leave(self) -> None:
        if self.isVisible():
            self.hide()
            self.deleteLater()
            parent = self.parentWidget()
            if parent is not None:
                parent.setFocus()
