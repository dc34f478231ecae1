"""What is painted as the content of a file: PNG and SVG, at any scale."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from engine.errors import GradStepError
from visualizer.ui.pen import painting

# Paints a picture; ``outlines`` says that text is to be set as curves, for what is shown where our fonts are not.
Paint = Callable[[QPainter, bool], None]


def painted(paint: Paint, size: tuple[int, int], scale: float) -> QImage:
    """An image; ``size`` is in pixels before ``scale``. Raises GradStepError where it does not fit into memory."""
    image = QImage(round(size[0] * scale), round(size[1] * scale), QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise GradStepError(f"a picture of {size[0]}x{size[1]} at scale {scale:g} does not fit into memory")
    with painting(image) as painter:
        painter.scale(scale, scale)
        paint(painter, False)
    return image


def png(paint: Paint, size: tuple[int, int], scale: float) -> bytes:
    """A PNG. Raises GradStepError where it does not fit into memory."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    painted(paint, size, scale).convertToFormat(QImage.Format.Format_RGB32).save(buffer, "PNG")
    return bytes(content.data())


def svg(paint: Paint, size: tuple[int, int], scale: float, title: str, description: str = "") -> bytes:
    """An SVG. Text becomes outlines, so that it needs no fonts where it is shown."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(QSize(round(size[0] * scale), round(size[1] * scale)))
    generator.setViewBox(QRectF(0, 0, size[0], size[1]))
    generator.setTitle(title)
    generator.setDescription(description)
    with painting(generator) as painter:
        paint(painter, True)
    return bytes(content.data())
