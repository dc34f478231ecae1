"""What the tests of the canvas share: a canvas on the screen, the wheel, and a program too long for one look."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from visualizer.session.session import Session
from visualizer.ui.canvas import Canvas
from visualizer.ui.theme import LIGHT

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

LONG = """format = 1
title = "A long chain"
program = '''
{}
'''
[inputs]
x = [0.5, -1.5, 2.5]
[parameters]
w = [0.1234, -2.345, 0.0012]
""".format("\n".join(f"h{i} = tanh(w * {f'h{i - 1}' if i else 'x'})" for i in range(14)) + "\nloss = sum(h13)")

# Two layers of neurons over a batch: all three levels differ.
NETWORK = """format = 1
title = "A network"
program = '''
z1 = linear(W1, x, b1)
a1 = tanh(z1)
z2 = linear(W2, a1, b2)
loss = mean((z2 - y) ** 2)
'''
[inputs]
x = [[0.5, 2.0, 0.1], [-1.5, 1.0, 0.2]]
y = [[1.0, 0.0, 1.0]]
[parameters]
W1 = [[0.5, -0.25], [1.5, 0.75], [-1.0, 0.3]]
b1 = [0.1, 0.2, 0.3]
W2 = [[1.0, -2.0, 0.5]]
b2 = [0.0]
"""


def shown(qtbot: QtBot, session: Session, width: int = 900, height: int = 640) -> Canvas:
    """A canvas that has been painted."""
    canvas = Canvas(session, LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(width, height)
    canvas.show()
    qtbot.waitExposed(canvas)
    return canvas


def wheel(widget: QWidget, point: QPoint, notches: float) -> None:
    """Turn the wheel over a point."""
    event = QWheelEvent(
        QPointF(point), QPointF(widget.mapToGlobal(point)), QPoint(), QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def drag(widget: QWidget, start: QPoint, by: QPoint, button: Qt.MouseButton = LEFT) -> None:
    """Press, move in five moves, and let go."""
    QTest.mousePress(widget, button, NONE, start)
    for share in range(1, 6):
        QTest.mouseMove(widget, start + by * (share / 5))
    QTest.mouseRelease(widget, button, NONE, start + by)
