"""PySide6 6.12.0 on Python 3.11 drops a reference to None with each void call, and dies after some thousands.

The calls are made in a subprocess, because the failure is an abort that would take the whole suite with it.
"""

import subprocess
import sys

CALLS = 20_000
STEADY = 200  # references; other code takes and drops a few of its own

COUNT = f"""
import sys
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QLabel

application = QApplication(["gradstep"])
label, pixmap = QLabel(), QPixmap(20, 20)
painter, colour, point = QPainter(pixmap), QColor("black"), QPoint(1, 1)
before = sys.getrefcount(None)
for _ in range({CALLS} // 5):
    label.setWindowTitle("title")
    label.setText("text")
    label.update()
    painter.setPen(colour)
    painter.drawPoint(point)
print(sys.getrefcount(None) - before)
painter.end()
"""


def test_void_calls_leave_the_count_of_none_steady() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"Qt calls ended the process with status {done.returncode}: {done.stderr}"
    assert abs(int(done.stdout)) < STEADY
