"""One step at three levels beside each other: the arrays, the neurons, and the single numbers around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QImage, QPainter

    from visualizer.session.session import Session
    from visualizer.ui.theme import Theme, ThemeName

SIZE = (1560, 430)
WIDTHS = (620.0, 500.0, 440.0)
PAD, TITLE = 18.0, 44.0
LESSON, STEP = "backpropagation-by-hand", 11
NEAR = 1.05  # the scale at which single numbers are shown, in part
TITLES = (("layer", "Layers"), ("neuron", "Neurons"), ("scalar", "Single numbers"))


def three_levels(theme: ThemeName, scale: float) -> QImage:
    """The page, ``scale`` pixels for each of its units."""
    from PySide6.QtGui import QImage, QPainter

    from visualizer.session.lessons import load_lesson
    from visualizer.session.session import Session
    from visualizer.ui.export import ensure_application
    from visualizer.ui.pen import painting
    from visualizer.ui.theme import THEMES

    ensure_application()
    session = Session(load_lesson(LESSON))
    session.go_to(STEP)
    image = QImage(round(SIZE[0] * scale), round(SIZE[1] * scale), QImage.Format.Format_RGB32)
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        _paint(painter, session, THEMES[theme])
    return image


def _paint(painter: QPainter, session: Session, theme: Theme) -> None:
    from PySide6.QtCore import QRectF

    from visualizer.ui.export import paint_scene
    from visualizer.ui.pen import Pen
    from visualizer.ui.theme import color

    pen, left = Pen(painter), 0.0
    painter.fillRect(QRectF(0, 0, *SIZE), color(theme.ground))
    for (level, title), width in zip(TITLES, WIDTHS, strict=True):
        if level != session.level:
            session.step_into()
        area = QRectF(left + PAD, TITLE, width - 2 * PAD, SIZE[1] - TITLE - PAD)
        pen.text(left + PAD, 29, title, color(theme.text), 16, "semibold")
        if level == "scalar":
            _paint_near(painter, session, theme, area)
        else:
            paint_scene(painter, session, theme, area)
        left += width
        pen.stroke(left, 0, left, SIZE[1], color(theme.hairline))


def _paint_near(painter: QPainter, session: Session, theme: Theme, area: QRectF) -> None:
    """What takes part in the step, from near."""
    from visualizer.ui.canvas.levels import picture_of

    picture = picture_of(session, theme)
    middle = picture.surroundings(session)[1].center()
    painter.save()
    painter.setClipRect(area)
    painter.translate(area.center())
    painter.scale(NEAR, NEAR)
    painter.translate(-middle)
    picture.paint(painter, picture.moment(session), NEAR)
    picture.paint_light(painter, picture.light(session), NEAR)
    painter.restore()
