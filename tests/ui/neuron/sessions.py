"""Sessions at the level of neurons, and what is painted of them."""

from collections.abc import Callable
from functools import cache

import numpy as np
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QRegion, QTransform

from engine.network import graph_of, parse_network
from visualizer.session.appearance import Appearance
from visualizer.session.cursor import Position
from visualizer.session.document import document_from_graph
from visualizer.session.lessons import load_lesson
from visualizer.session.session import Prepared, Session, prepare
from visualizer.ui.neuron.picture import NeuronPicture
from visualizer.ui.neuron.showing import Moment
from visualizer.ui.pen import painting
from visualizer.ui.theme import LIGHT, Theme, color

NETWORKS = {
    "2-3-1": ("2-3-1 tanh", 0),
    "dead": ("3-4-2 relu, seed 5", 0),
    "2-16-16-1": ("2-16-16-1 relu", 5),
    "skips": ("2-4x4-1 tanh, skip 2", 3),
    "30-20-3": ("30-20-3 relu, loss cross_entropy", 4),
}
LESSONS = ("neuron-by-hand", "fully-connected-layer", "backpropagation-by-hand", "linear-under-the-hood")
EVERY = (*NETWORKS, *LESSONS)
MARGIN = 12


@cache
def prepared(name: str) -> Prepared:
    """A network or a lesson that has been run."""
    if name in LESSONS:
        return prepare(load_lesson(name))
    line, batch = NETWORKS[name]
    network, numbers = parse_network(line), np.random.default_rng(len(line))
    width, shape = network.layers[-1].width, (batch,) if batch else ()
    if network.loss == "cross_entropy":
        target = numbers.integers(width, size=shape).astype(float)
    else:
        target = numbers.standard_normal((width, *shape))
    x = numbers.standard_normal((network.inputs, *shape))
    return prepare(document_from_graph(graph_of(network, x, target), name))


def session_of(name: str, appearance: Appearance | None = None) -> Session:
    """A session that looks at the neurons of a network or a lesson."""
    session = Session(prepared(name))
    session.set_level("neuron")
    if appearance is not None:
        session.set_appearance(appearance)
    return session


def stand(session: Session, step: int, unit: int = -1) -> None:
    """Have a session stand at a place."""
    session.position = Position(session.position.iteration, step, unit=unit)


def view_of(picture: NeuronPicture, scale: float) -> tuple[QTransform, QRect]:
    """The view of a whole picture, and what of an image it fills."""
    width, height = picture.size
    rect = QRect(0, 0, round(width * scale) + 2 * MARGIN, round(height * scale) + 2 * MARGIN)
    return QTransform().translate(MARGIN, MARGIN).scale(scale, scale), rect


def blank(rect: QRect, theme: Theme = LIGHT) -> QImage:
    """An empty image of the ground's colour."""
    image = QImage(rect.size(), QImage.Format.Format_RGB32)
    image.fill(color(theme.ground))
    return image


def paint_on(image: QImage, view: QTransform, draw: Callable[[QPainter], None]) -> None:
    """Paint on an image as the canvas does."""
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(view)
        draw(painter)


def painted(picture: NeuronPicture, moment: Moment, scale: float = 1.0, theme: Theme = LIGHT) -> QImage:
    """The whole picture at a moment, without the light."""
    view, rect = view_of(picture, scale)
    image = blank(rect, theme)
    paint_on(image, view, lambda painter: picture.paint(painter, moment, scale))
    return image


def patched(image: QImage, picture: NeuronPicture, before: Moment, after: Moment, scale: float) -> QImage:
    """An image of one moment, made one of another as the canvas does it."""
    rects = picture.changes(before, after)
    assert rects is not None
    view, whole = view_of(picture, scale)
    region = QRegion()
    for rect in rects:
        region += view.mapRect(rect).toAlignedRect().adjusted(-2, -2, 2, 2)
    region &= whole
    image = image.copy()
    with painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRegion(region)
        painter.fillRect(whole, color(LIGHT.ground))
        painter.setTransform(view, True)
        back, _ = view.inverted()
        picture.paint_within(painter, after, scale, [back.mapRect(QRectF(part)) for part in region])
    return image


def pixels(image: QImage) -> np.ndarray:
    """The colours of an image, (height, width, 3), 0 to 255."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat.reshape(image.height(), -1, 4)[:, : image.width(), 2::-1].astype(int)


def colour_at(image: QImage, view: QTransform, x: float, y: float) -> QColor:
    """The colour at a point of the scene."""
    point = view.map(x, y)
    return image.pixelColor(round(point[0]), round(point[1]))
