"""One network as TensorFlow Playground draws it, as micrograd's draw_dot draws it, and as GradStep does.

The first two are redrawn, in the style of the originals and with the same numbers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from draw_dot_style import draw_dot
from playground_style import playground

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QImage, QPainter

    from visualizer.session.session import Session

SIZE = (1500, 1260)
ROWS = (400.0, 300.0, 560.0)  # of the page, from the top
PAD, TITLE = 26.0, 46.0
NETWORK = """\
format = 1
title = "2-3-1"
network = "2-3-1 tanh, output tanh, loss half_squared"
[data]
set = "circle"
[training]
batch_size = 1
learning_rate = 0.1
"""
ITERATIONS = 900


@lru_cache(maxsize=1)
def session() -> Session:
    """The network once it has learned something, behind the whole way back."""
    from visualizer.session.document import parse
    from visualizer.session.session import Session, prepare_iteration
    from visualizer.session.training.lab import Lab

    lab = Lab(parse(NETWORK))
    lab.advance(ITERATIONS)
    made = Session(prepare_iteration(lab, ITERATIONS))
    made.go_to(max(at for at, step in enumerate(made.trace.steps, start=1) if step.phase == "backward"))
    return made


def comparison(scale: float) -> QImage:
    """The page, ``scale`` pixels for each of its units."""
    from PySide6.QtGui import QImage

    from visualizer.ui.export import ensure_application
    from visualizer.ui.pen import painting

    ensure_application()
    image = QImage(round(SIZE[0] * scale), round(SIZE[1] * scale), QImage.Format.Format_RGB32)
    with painting(image) as painter:
        _paint(painter, scale)
    return image


def _paint(painter: QPainter, scale: float) -> None:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from visualizer.ui.pen import Pen
    from visualizer.ui.theme import THEMES, color

    look, width = THEMES["light"], float(SIZE[0])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    tops = (0.0, ROWS[0], ROWS[0] + ROWS[1])
    parts = (
        (QRectF(0, 0, width / 2, ROWS[0]), "In the style of TensorFlow Playground", "white"),
        (QRectF(width / 2, 0, width / 2, ROWS[0]), "GradStep, neurons", look.ground),
        (QRectF(0, tops[1], width, ROWS[1]), "In the style of micrograd's draw_dot", "white"),
        (QRectF(0, tops[2], width, ROWS[2]), "GradStep, single numbers", look.ground),
    )
    for (rect, title, ground), paint in zip(parts, (playground, None, draw_dot, None), strict=True):
        painter.fillRect(rect, color(ground))
        Pen(painter).text(rect.left() + PAD, rect.top() + 30, title, color(look.text), 15, "semibold")
        inside = rect.adjusted(PAD, TITLE, -PAD, -PAD / 2)
        if paint is not None:
            painter.save()
            paint(painter, session(), inside)
            painter.restore()
            continue
        session().set_level("neuron" if rect.left() else "scalar")
        _paint_level(painter, inside)
    hairline, pen = color(look.hairline), Pen(painter)
    pen.stroke(width / 2, 0, width / 2, ROWS[0], hairline)
    for top in tops[1:]:
        pen.stroke(0, top, width, top, hairline)


def _paint_level(painter: QPainter, area: QRectF) -> None:
    """As the canvas has it, without the light on the present step, which the others do not have."""
    from visualizer.ui.canvas.levels import picture_of
    from visualizer.ui.theme import THEMES

    picture = picture_of(session(), THEMES["light"])
    width, height = picture.size
    scale = min(area.width() / width, area.height() / height)
    painter.save()
    painter.translate(area.center().x() - width * scale / 2, area.center().y() - height * scale / 2)
    painter.scale(scale, scale)
    picture.paint(painter, picture.moment(session()), scale)
    painter.restore()
