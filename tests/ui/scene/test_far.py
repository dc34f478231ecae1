"""Small boxes and pictures from afar: words fit or are left out, states are told apart, and focus fades the rest."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from tests.scalar_scenes import prepared, scalar_scene, scalars
from visualizer.session.appearance import Appearance, Direction
from visualizer.session.scalar import build_scalar_scene
from visualizer.session.scene import Scene
from visualizer.ui.pen import Pen
from visualizer.ui.scene.painter import ScenePainter
from visualizer.ui.theme import DARK, LIGHT, Theme, load_fonts


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    load_fonts()


Word = tuple[QRectF, str]


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[Word]:
    """Every word that is painted: its ink from baseline to capital height."""
    found: list[Word] = []

    def written(pen: Pen, face: QFont, x: float, baseline: float, text: str, tone: QColor) -> None:
        measure = QFontMetricsF(face)
        height = measure.capHeight()
        found.append((QRectF(x, baseline - height, measure.horizontalAdvance(text), height), text))

    monkeypatch.setattr(Pen, "text_in", written)
    return found


def painted(
    scene: Scene, position: int, scale: float = 1.0, theme: Theme = LIGHT, focus: frozenset[int] | None = None,
    within: QRectF | None = None,
) -> QImage:  # fmt: skip
    size = (max(1, math.ceil(side * scale)) for side in scene.size)
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.ground))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    scene_painter = ScenePainter(scene, theme)
    if within is None:
        scene_painter.paint(painter, position, None, scale, focus)
    else:
        painter.setClipRect(within)
        scene_painter.paint_within(painter, position, [within], None, scale, focus)
    painter.end()
    return image


def pixels(image: QImage) -> np.ndarray:
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), -1)[:, : image.width()].copy()


@pytest.mark.parametrize("name", ["2-3-1", "iris", "2-16-16-1", "backpropagation-by-hand"])
@pytest.mark.parametrize("direction", ["right", "down"])
def test_every_word_stands_in_its_box_or_sign(name: str, direction: Direction, words: list[Word]) -> None:
    scene = scalar_scene(name, direction)
    places = [rect for box in scene.boxes for rect in (box.rect, box.operation_rect) if rect is not None]
    bounds = np.array(places)
    for position in (0, len(scene.trace.steps) // 2, len(scene.trace.steps)):
        words.clear()
        painted(scene, position)
        assert words
        for rect, text in words:
            inside = (
                (bounds[:, 0] - 0.5 <= rect.left()) & (rect.right() <= bounds[:, 0] + bounds[:, 2] + 0.5)
                & (bounds[:, 1] - 0.5 <= rect.top()) & (rect.bottom() <= bounds[:, 1] + bounds[:, 3] + 0.5)
            )  # fmt: skip
            assert inside.any(), (position, text, rect)


@pytest.mark.parametrize("name", ["2-3-1", "iris", "2-16-16-1"])
def test_no_two_words_of_a_box_overlap(name: str, words: list[Word]) -> None:
    scene = scalar_scene(name)
    painted(scene, len(scene.trace.steps))
    boxes = [QRectF(*box.rect) for box in scene.boxes[:150]]
    for box in boxes:
        inside = [rect for rect, text in words if box.contains(rect.center())]
        for i, one in enumerate(inside):
            assert not any(one.intersects(other) for other in inside[i + 1 :])


def test_words_are_left_out_where_they_could_not_be_read(words: list[Word]) -> None:
    scene = scalar_scene("2-3-1")
    painted(scene, 10, 0.5)
    assert words
    words.clear()
    painted(scene, 10, 0.3)
    assert words == []


def test_from_afar_values_and_gradients_are_seen_to_arrive() -> None:
    scene = scalar_scene("2-16-16-1")
    end = len(scene.trace.steps)
    middle = next(i for i, step in enumerate(scene.trace.steps, start=1) if step.phase == "backward")
    seen = [painted(scene, position, 0.2) for position in (0, middle - 1, end)]
    assert seen[0] != seen[1] != seen[2]
    box = scene.boxes[scene.trace.graph.output]
    x, y, width, height = (part * 0.2 for part in box.rect)
    left, right = (round(x + width * share) for share in (0.25, 0.75))
    row = round(y + height / 2)
    blank, known, arrived = (image.pixelColor(left, row).name() for image in seen)
    assert len({blank, known}) == 2
    assert known == arrived
    before, _, after = (image.pixelColor(right, row).name() for image in seen)
    assert before != after


def test_a_zero_gradient_from_afar_is_not_as_another() -> None:
    scene = scalar_scene("2-3-1")
    end, tones = len(scene.trace.steps), {}
    image = painted(scene, end, 0.25)
    for box in scene.boxes:
        gradient = scene.trace.gradients[box.node]
        if gradient is not None and box.role == "weight":
            x, y, width, height = (part * 0.25 for part in box.rect)
            tone = image.pixelColor(round(x + 0.75 * width), round(y + height / 2)).name()
            tones.setdefault(float(gradient) == 0, set()).add(tone)
    assert tones[True].isdisjoint(tones[False])


@pytest.mark.parametrize("scale", [1.0, 0.25])
@pytest.mark.parametrize("name", ["2-3-1", "2-16-16-1"])
def test_what_is_painted_anew_is_as_it_was(name: str, scale: float) -> None:
    """Patching a part of a picture of another position gives the picture of this one there, to a pixel's rounding."""
    scene = scalar_scene(name)
    position = len(scene.trace.steps) // 2
    left, top = scene.size[0] * 0.3, scene.size[1] * 0.4
    area = QRectF(left, top, 200 / scale, 120 / scale)
    whole, part = pixels(painted(scene, position, scale)), pixels(painted(scene, position, scale, within=area))
    x, y = math.ceil(left * scale) + 2, math.ceil(top * scale) + 2
    one, other = whole[y : y + 110, x : x + 190], part[y : y + 110, x : x + 190]
    assert one.size
    channels = np.array([16, 8, 0])
    apart = np.abs((one[..., None] >> channels & 0xFF).astype(int) - (other[..., None] >> channels & 0xFF))
    assert (apart > 2).mean() < 0.01  # where a line is clipped, its dashes begin elsewhere


@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_what_is_out_of_focus_is_faint(scale: float) -> None:
    scene = scalar_scene("2-3-1")
    end, chosen = len(scene.trace.steps), frozenset({0, 1, 2})
    whole, faint = painted(scene, end, scale), painted(scene, end, scale, focus=chosen)
    ground = QColor(LIGHT.raised).lightness()

    def ink(image: QImage, node: int) -> float:
        x, y, width, height = (round(part * scale) for part in scene.boxes[node].rect)
        found = pixels(image.copy(x, y, width, height))
        return float(np.abs((found & 0xFF).astype(float) - ground).mean())

    for node in chosen:
        assert ink(faint, node) == pytest.approx(ink(whole, node), rel=0.2)
    others = [node for node in range(len(scene.boxes)) if node not in chosen]
    assert sum(ink(faint, node) for node in others) < 0.6 * sum(ink(whole, node) for node in others)


def test_signed_edges_have_a_colour_by_sign() -> None:
    made = prepared("2-3-1")
    scene = build_scalar_scene(made.document, scalars("2-3-1"), Appearance(shows="weight"))
    painter = ScenePainter(scene, LIGHT)
    (low,), (high,) = painter.edges.strokes(-scene.scale.high), painter.edges.strokes(scene.scale.high)
    assert low.color().red() > low.color().blue()
    assert high.color().blue() > high.color().red()
    assert low.widthF() == high.widthF()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_many_edges_are_hairlines_in_the_colours_of_their_sizes(theme: Theme) -> None:
    """In bulk and one by one, the strongest edges have the same colour."""
    made = prepared("digits")
    scene = build_scalar_scene(made.document, scalars("digits"), Appearance())
    painter = ScenePainter(scene, theme)
    painter.edges.seen_at(0.1)
    assert painter._in_bulk(0.1)
    numbers, known = scene.numbers.at(len(scene.trace.steps))
    strongest = int(np.nanargmax(np.where(known, numbers, np.nan)))
    image = painted(scene, len(scene.trace.steps), 0.1, theme)
    tone = painter.edges.strokes(float(numbers[strongest]))[0].color().rgb() & 0xFFFFFF
    closest = np.abs(((pixels(image)[..., None] >> np.array([16, 8, 0])) & 0xFF).astype(int)
                     - (tone >> np.array([16, 8, 0]) & 0xFF)).sum(axis=-1).min()  # fmt: skip
    assert closest < 24


@pytest.mark.parametrize("scale", [1.0, 0.25, 0.05])
@pytest.mark.parametrize("name", ["skip", "iris", "digits"])
def test_the_areas_of_an_edge_hold_all_that_is_painted_of_it(name: str, scale: float) -> None:
    scene = scalar_scene(name)
    painter = ScenePainter(scene, LIGHT)
    image = QImage(*(math.ceil(side * scale) + 40 for side in scene.size), QImage.Format.Format_ARGB32_Premultiplied)
    longest = sorted(scene.edges, key=lambda edge: -float(np.ptp(edge.points, axis=0).sum()))
    image.fill(0)
    paint = QPainter(image)
    paint.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint.translate(20, 20)
    paint.scale(scale, scale)
    painter.paint(paint, 0, None, scale)  # says at which zoom the picture is seen
    for edge in longest[:6]:
        only = np.array([other is edge for other in scene.edges])
        paint.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        paint.fillRect(
            QRectF(-20 / scale, -20 / scale, image.width() / scale, image.height() / scale), QColor(0, 0, 0, 0)
        )
        paint.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter._paint_edges(paint, None, only, len(scene.trace.steps), None, scale, 1.0)
        assert np.frombuffer(image.constBits(), dtype=np.uint32).any()
        areas = painter.edge_areas(edge)
        assert sum(area.width() * area.height() for area in areas) > 0
        paint.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        for area in areas:
            paint.fillRect(area.adjusted(-2 / scale, -2 / scale, 2 / scale, 2 / scale), QColor(0, 0, 0, 0))
        assert not np.frombuffer(image.constBits(), dtype=np.uint32).any(), (edge.source, edge.consumer)
    paint.end()
