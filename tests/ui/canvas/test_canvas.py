"""The canvas: what it paints in parts is what it would paint at once, and gestures find what they point at."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.expression import Reference
from tests.ui.canvas.screen import LEFT, LONG, NONE, drag, shown, wheel
from visualizer.session.document import parse
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.session import Session
from visualizer.ui.canvas import ZOOM_RANGE, Canvas
from visualizer.ui.canvas.levels import FOLLOWING
from visualizer.ui.theme import DARK, LIGHT

# One lesson is enough for the fast set.
every_lesson = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "fully-connected-layer" else pytest.mark.slow)
        for name in lesson_names(trains=False)
    ],
)


@pytest.fixture
def neuron(qtbot: QtBot) -> Canvas:
    return shown(qtbot, Session(load_lesson("neuron-by-hand")))


def pixels(picture: QPixmap) -> np.ndarray:
    """Height x width x 4 channels."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4).astype(int)


def assert_alike(one: QPixmap, other: QPixmap, where: object = None) -> None:
    """No eye sees a difference: what is painted in parts rounds its transparencies in another order."""
    assert one.size() == other.size()
    off = np.argwhere((np.abs(pixels(one) - pixels(other)) > 4).any(axis=2))
    assert len(off) == 0, (where, len(off), off.min(axis=0)[::-1], off.max(axis=0)[::-1])


def at(canvas: Canvas, node: str, index: tuple[int, ...] = (), kind: str = "value") -> QPoint:
    """Where a number stands."""
    session = canvas.session
    grid = session.scene.boxes[session.document.graph.node(node).id].grid(kind)  # type: ignore[arg-type]
    assert grid is not None
    x, y, width, height = grid.rect(index)
    return canvas.transform.map(QPointF(x + width / 2, y + height / 2)).toPoint()


def title_of(canvas: Canvas, node: str) -> QPoint:
    session = canvas.session
    x, y, width, _ = session.scene.boxes[session.document.graph.node(node).id].rect
    return canvas.transform.map(QPointF(x + width / 2, y + 5)).toPoint()


def reference(canvas: Canvas, node: str, index: tuple[int, ...] = (), kind: str = "value") -> Reference:
    return Reference(canvas.session.document.graph.node(node).id, kind, index)  # type: ignore[arg-type]


# Painting -----------------------------------------------------------------------------------------------------------


def test_no_painter_stays_open_where_a_picture_cannot_be_painted(
    neuron: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    painters: list[QPainter] = []

    def fail(painter: QPainter, *_: object) -> None:
        painters.append(painter)
        raise ArithmeticError

    surface, session = neuron._surface, neuron.session
    neuron.grab()
    for method in ("paint", "paint_within", "sketch"):
        monkeypatch.setattr(surface.picture, method, fail)
    with pytest.raises(ArithmeticError):
        surface.bake()
    with pytest.raises(ArithmeticError):
        surface.prepare(session.glimpse(session.neighbours[0]))
    moment = surface.picture.moment(session.glimpse(session.neighbours[0]))
    with pytest.raises(ArithmeticError):
        surface.baked.catch_up(surface.picture, moment, surface.ground)
    with pytest.raises(ArithmeticError):
        neuron._navigation.minimap.show_picture(lambda painter: fail(painter))
    assert len(painters) == 4
    assert not any(painter.isActive() for painter in painters)


def baked(canvas: Canvas) -> QPixmap:
    """What the canvas shows when everything is painted at once."""
    canvas.rebake()
    return canvas.grab()


@every_lesson
def test_a_step_paints_in_parts_what_would_be_painted_at_once(name: str, qtbot: QtBot) -> None:
    session = Session(load_lesson(name))
    canvas = shown(qtbot, session)
    count = len(session.trace.steps)
    moves = [*range(count + 1), *range(count - 1, -1, -1), count // 2, count, 1, count - 1]
    parts = []
    for step in moves:
        session.go_to(step)
        parts.append(canvas.grab())
    for step, part in zip(moves, parts, strict=True):
        session.go_to(step)
        assert_alike(part, baked(canvas), step)


@pytest.mark.slow
def test_single_paths_picks_and_hovers_leave_nothing_behind(qtbot: QtBot) -> None:
    session = Session(load_lesson("fully-connected-layer"))
    canvas = shown(qtbot, session)
    session.walk()
    for _ in range(30):
        session.step_forward()
        session.hover(Reference(0, "value", (1,)))
        session.select(2)
        assert_alike(canvas.grab(), baked(canvas), session.position)
        session.hover(None)
        session.select(None)
        session.reveal()
        assert_alike(canvas.grab(), baked(canvas), session.position)


def test_a_step_while_the_view_moves_is_painted_where_it_is(neuron: Canvas) -> None:
    neuron.zoom(1.6)
    neuron.session.go_to(7)
    assert_alike(neuron.grab(), baked(neuron))


def test_what_is_painted_repaints_less_than_everything(neuron: Canvas) -> None:
    """A step touches its own boxes and edges: the rest of the canvas is not painted anew."""
    painted = []
    neuron.update = lambda *region: painted.extend(region)  # type: ignore[method-assign,assignment]
    neuron.session.step_forward()
    areas = sum(rect.width() * rect.height() for region in painted for rect in region)
    assert 0 < areas < neuron.width() * neuron.height() / 2


def test_hidden_numbers_are_not_in_the_picture(qtbot: QtBot) -> None:
    session = Session(load_lesson("fully-connected-layer"))
    canvas = shown(qtbot, session)
    session.go_to(next(step for step in range(len(session.trace.steps)) if session.asks_at(step)))
    hidden = canvas.grab()
    session.reveal()
    revealed = canvas.grab()
    grid = session.scene.boxes[session.document.graph.node("w").id].grid("gradient")
    assert grid is not None
    for index in grid.indices():
        area = canvas.scene_rect(QRectF(*grid.rect(index)))
        rows, columns = slice(area.top(), area.bottom()), slice(area.left(), area.right())
        assert (np.abs(pixels(hidden)[rows, columns] - pixels(revealed)[rows, columns]) > 30).any(), index
    assert_alike(revealed, baked(canvas))


def test_another_theme_repaints_everything(neuron: Canvas) -> None:
    neuron.set_theme(DARK)
    assert np.median(pixels(neuron.grab())[:, :, :3]) < 60
    neuron.set_theme(LIGHT)
    assert np.median(pixels(neuron.grab())[:, :, :3]) > 230


def test_an_edit_shows_the_new_numbers(neuron: Canvas) -> None:
    neuron.session.last()
    before = neuron.grab()
    neuron.session.set_leaf("x1", -1.0)
    assert_alike(neuron.grab(), baked(neuron))
    neuron.session.undo()
    assert_alike(neuron.grab(), before)


def test_another_document_is_fitted(neuron: Canvas) -> None:
    neuron.zoom(3.0)
    neuron.session.open(load_lesson("backpropagation-by-hand"))
    assert_inside(neuron)
    assert_alike(neuron.grab(), baked(neuron))


@pytest.mark.parametrize("text", ["y = -w", "y = w * w * w", "y = exp(w) / 0"])
def test_small_and_unusual_programs_are_painted(text: str, qtbot: QtBot) -> None:
    session = Session(parse(f"format = 1\ntitle = 't'\nprogram = '{text}'\n[parameters]\nw = 2.0\n"))
    canvas = shown(qtbot, session)
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        assert_alike(canvas.grab(), baked(canvas), step)


# The view -----------------------------------------------------------------------------------------------------------


def assert_inside(canvas: Canvas) -> None:
    for box in canvas.picture.scene.boxes:
        assert canvas.rect().contains(canvas.scene_rect(canvas.picture.painter.box_bounds(box))), box.name


@every_lesson
@pytest.mark.parametrize(("width", "height"), [(700, 480), (900, 640), (1500, 900)])
def test_everything_fits_at_any_size(name: str, width: int, height: int, qtbot: QtBot) -> None:
    canvas = shown(qtbot, Session(load_lesson(name)), width, height)
    canvas.fit()
    assert_inside(canvas)
    legend = QRect(0, round(canvas.height() - canvas.view.foot), canvas.width(), 200)
    for box in canvas.picture.scene.boxes:
        assert not legend.intersects(canvas.scene_rect(canvas.picture.painter.box_bounds(box))), box.name


def test_a_fitted_view_stays_fitted_when_the_canvas_grows(neuron: Canvas) -> None:
    before = neuron.transform.m11()
    neuron.resize(1400, 900)
    assert neuron.transform.m11() > before
    assert_inside(neuron)


def test_the_wheel_zooms_about_the_pointer(neuron: Canvas) -> None:
    point = at(neuron, "n")
    before = neuron.transform.m11()
    under = neuron.scene_point(QPointF(point))
    wheel(neuron, point, 2)
    assert neuron.transform.m11() > before * 1.2
    now = neuron.scene_point(QPointF(point))
    assert (now - under).manhattanLength() < 0.01
    wheel(neuron, point, -2)
    assert neuron.transform.m11() == pytest.approx(before)


def test_zoom_has_its_limits(neuron: Canvas) -> None:
    for _ in range(40):
        wheel(neuron, QPoint(400, 300), 5)
    assert neuron.transform.m11() == pytest.approx(ZOOM_RANGE[1])
    for _ in range(80):
        wheel(neuron, QPoint(400, 300), -5)
    assert neuron.transform.m11() == pytest.approx(ZOOM_RANGE[0])


@pytest.mark.parametrize("button", [LEFT, Qt.MouseButton.MiddleButton])
def test_a_drag_pans_and_picks_nothing(button: Qt.MouseButton, neuron: Canvas, qtbot: QtBot) -> None:
    start = at(neuron, "n")
    before = neuron.transform
    drag(neuron, start, QPoint(120, 60), button)
    assert neuron.transform.dx() - before.dx() == pytest.approx(120, abs=1)
    assert neuron.transform.dy() - before.dy() == pytest.approx(60, abs=1)
    assert neuron.transform.m11() == before.m11()
    assert neuron.session.picked is None
    assert neuron.session.selected is None
    qtbot.waitUntil(lambda: neuron._surface.baked.stale is False)
    assert_alike(neuron.grab(), baked(neuron))


def test_a_double_click_on_the_ground_fits(neuron: Canvas) -> None:
    fitted = neuron.transform
    neuron.zoom(2.5)
    drag(neuron, QPoint(450, 300), QPoint(200, 150))
    assert neuron.hit(QPointF(5, 5)) is None
    QTest.mouseDClick(neuron, LEFT, NONE, QPoint(5, 5))
    assert neuron.transform == fitted
    assert_alike(neuron.grab(), baked(neuron))


# Pointing -----------------------------------------------------------------------------------------------------------


@every_lesson
def test_a_click_on_any_cell_selects_its_node_and_picks_it(name: str, qtbot: QtBot) -> None:
    session = Session(load_lesson(name))
    canvas = shown(qtbot, session)
    session.go_to(len(session.trace.steps) // 2)
    for box in session.scene.boxes:
        for grid in box.grids:
            for index in grid.indices():
                QTest.mouseClick(canvas, LEFT, NONE, at(canvas, box.name, index, grid.kind))
                assert session.picked == Reference(box.node, grid.kind, index)
                assert session.selected == box.node


def test_a_click_on_a_title_selects_the_node_alone(neuron: Canvas) -> None:
    QTest.mouseClick(neuron, LEFT, NONE, at(neuron, "w1"))
    QTest.mouseClick(neuron, LEFT, NONE, title_of(neuron, "n"))
    assert neuron.session.selected == neuron.session.document.graph.node("n").id
    assert neuron.session.picked is None


@pytest.mark.parametrize("how", ["ground", "escape"])
def test_the_ground_and_escape_let_go(how: str, neuron: Canvas) -> None:
    QTest.mouseClick(neuron, LEFT, NONE, at(neuron, "w1"))
    assert neuron.session.selected is not None
    if how == "ground":
        QTest.mouseClick(neuron, LEFT, NONE, QPoint(5, 5))
    else:
        QTest.keyClick(neuron, Qt.Key.Key_Escape)
    assert neuron.session.selected is None
    assert neuron.session.picked is None


def test_the_pointer_lights_what_is_under_it_and_nothing_when_it_leaves(neuron: Canvas) -> None:
    dark = neuron.grab()
    QTest.mouseMove(neuron, at(neuron, "w1"))
    assert neuron.session.hovered == reference(neuron, "w1")
    lit = neuron.grab()
    x, y = at(neuron, "w1").x(), at(neuron, "w1").y()
    changed = np.argwhere((np.abs(pixels(lit) - pixels(dark)) > 4).any(axis=2))
    assert len(changed) > 50
    assert np.abs(changed - (y, x)).max() < 120
    QApplication.sendEvent(neuron, QEvent(QEvent.Type.Leave))
    assert neuron.session.hovered is None
    assert_alike(neuron.grab(), dark)


# Full precision -----------------------------------------------------------------------------------------------------


def tooltip(canvas: Canvas, node: str, kind: str = "value", index: tuple[int, ...] = ()) -> str:
    found = reference(canvas, node, index, kind)
    return canvas.picture.words(canvas.session, (found.node, found))


def test_hovering_tells_the_full_number_once_it_is_known(neuron: Canvas) -> None:
    session = neuron.session
    assert tooltip(neuron, "b") == "b = 6.881373587019543"
    assert tooltip(neuron, "o") == "o: not computed yet"
    assert "has not arrived yet" in tooltip(neuron, "w1", "gradient")
    session.go_to(5)
    assert tooltip(neuron, "o") == f"o = {float(session.trace.value('o'))!r}"
    session.last()
    after = float(session.trace.updates[reference(neuron, "w1").node].after)
    assert tooltip(neuron, "w1") == f"w1 = {after!r}".replace("-", "−")
    gradient = float(session.trace.gradient("x1"))
    assert tooltip(neuron, "x1", "gradient") == f"∂o/∂x1 = {gradient!r}".replace("-", "−")


def test_hovering_a_title_names_the_steps(neuron: Canvas) -> None:
    node = neuron.session.document.graph.node("n").id
    steps = neuron.session.steps_touching(node)
    assert neuron.picture.words(neuron.session, (node, None)).endswith(", ".join(map(str, steps)))


def test_hovering_does_not_tell_what_is_asked(qtbot: QtBot) -> None:
    session = Session(load_lesson("fully-connected-layer"))
    canvas = shown(qtbot, session)
    session.go_to(next(step for step in range(len(session.trace.steps)) if session.asks_at(step)))
    assert "1.5" not in tooltip(canvas, "w", "gradient", (0, 0))
    session.reveal()
    assert tooltip(canvas, "w", "gradient", (0, 0)).endswith("= 1.5")


# A graph too large for one look -------------------------------------------------------------------------------------


@pytest.fixture
def long(qtbot: QtBot) -> Canvas:
    return shown(qtbot, Session(parse(LONG)))


def sees_the_receiver(canvas: Canvas) -> bool:
    node = canvas._surface.light.receiver
    assert node is not None
    return canvas.rect().contains(canvas.scene_rect(QRectF(*canvas.session.scene.boxes[node].rect)))


def test_what_cannot_be_read_as_a_whole_is_followed(long: Canvas) -> None:
    session = long.session
    assert long.view.following
    assert FOLLOWING["layer"] <= long.transform.m11() <= 1.0
    scale, views = long.transform.m11(), set()
    for step in (*range(1, len(session.trace.steps) + 1), 1, len(session.trace.steps)):
        session.go_to(step)
        assert sees_the_receiver(long)
        assert long.transform.m11() == scale
        assert_alike(long.grab(), baked(long), step)
        views.add(long.transform.dx())
    assert 2 < len(views) < len(session.trace.steps)  # it stays where it can


def test_the_whole_can_be_seen_and_is_not_left_then(long: Canvas) -> None:
    long.fit()
    fitted = long.transform
    long.session.last()
    assert not long.view.following
    assert long.transform == fitted
    long.resize(1000, 640)
    assert long.transform.m11() > fitted.m11()
    assert not long.view.following


@pytest.mark.parametrize("gesture", ["zoom", "drag"])
def test_moving_the_view_by_hand_ends_the_following(long: Canvas, gesture: str) -> None:
    if gesture == "zoom":
        long.zoom(1.1)
    else:
        QTest.mousePress(long, LEFT, pos=QPoint(5, 5))
        QTest.mouseMove(long, QPoint(40, 40))
        QTest.mouseMove(long, QPoint(60, 60))
        QTest.mouseRelease(long, LEFT, pos=QPoint(60, 60))
    view = long.transform
    assert not long.view.following
    long.session.last()
    assert long.transform == view


def test_another_size_is_looked_at_anew(long: Canvas) -> None:
    long.session.go_to(20)
    long.resize(700, 500)
    assert long.view.following
    assert sees_the_receiver(long)
    long.resize(6000, 640)
    assert not long.view.following
    long.resize(700, 500)
    assert long.view.following
    assert sees_the_receiver(long)


def test_the_canvas_of_the_smallest_window_shows_the_receiver(qtbot: QtBot) -> None:
    canvas = shown(qtbot, Session(load_lesson("neuron-by-hand")), 320, 240)
    for step in range(1, len(canvas.session.trace.steps) + 1):
        canvas.session.go_to(step)
        assert sees_the_receiver(canvas)


@pytest.mark.parametrize("name", lesson_names(trains=False))
def test_the_lessons_are_shown_whole(name: str, qtbot: QtBot) -> None:
    """On the canvas of a window of 1280 by 800."""
    assert not shown(qtbot, Session(load_lesson(name)), 715, 647).view.following


# Layers that fold ---------------------------------------------------------------------------------------------------


def test_a_click_on_a_ribbon_folds_the_layer_and_another_opens_it(qtbot: QtBot) -> None:
    session = Session(load_lesson("backpropagation-by-hand"))
    canvas = Canvas(session, LIGHT)
    qtbot.addWidget(canvas)
    canvas.resize(900, 640)
    canvas.show()
    boxes = len(session.scene.drawn)
    for folded in (True, False):
        ribbon = session.scene.ribbons[1]
        QTest.mouseClick(canvas, LEFT, pos=canvas.scene_rect(QRectF(*ribbon.rect)).center())
        assert session.scene.ribbons[1].folded == folded
        assert (len(session.scene.drawn) < boxes) == folded
    assert session.selected is None


def test_what_lies_over_the_canvas_is_not_painted_again_with_every_step(neuron: Canvas) -> None:
    class Over(QWidget):
        paints = 0

        def paintEvent(self, event: QPaintEvent) -> None:
            if event.region().contains(self.rect().center()):
                self.paints += 1

    over = Over(neuron)
    over.setGeometry(20, 20, 200, 34)
    over.show()
    QTest.qWait(50)
    assert over.paints > 0
    neuron.prepare(neuron.session.glimpse(neuron.session.neighbours[0]))
    before = pixels(neuron.grab())
    over.paints = 0
    neuron.session.step_forward()
    QApplication.sendPostedEvents()
    assert over.paints == 0
    assert (pixels(neuron.grab()) != before).any()
    neuron.rebake()
    QApplication.sendPostedEvents()
    assert over.paints > 0
