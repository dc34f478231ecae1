"""The network of a run: it is painted in every state, and the pointer and the keyboard find its parts."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.snapshots import DEEP, DIGITS, SMALL, snapshot_of
from visualizer.session.training.snapshot import Snapshot
from visualizer.ui.network_view import NO_LAYERS, NetworkView
from visualizer.ui.theme import DARK, LIGHT, load_fonts

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
KINDS = {"small": (SMALL, "spiral", 0.03), "deep": (DEEP, "spiral", 1e-4), "digits": (DIGITS, "digits", 0.01)}


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> Iterator[None]:
    load_fonts()
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def taken(kind: str, iterations: int = 20) -> Snapshot:
    network, data, rate = KINDS[kind]
    return snapshot_of(network, data, iterations, rate)


def shown(qtbot: QtBot, snapshot: Snapshot, width: int = 1000, height: int = 560) -> NetworkView:
    view = NetworkView(LIGHT)
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    qtbot.waitExposed(view)
    view.show_snapshot(snapshot)
    return view


@pytest.fixture
def small(qtbot: QtBot) -> NetworkView:
    return shown(qtbot, taken("small"))


def pixels(view: NetworkView) -> np.ndarray:
    """Height x width x (blue, green, red)."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8)
    return flat.reshape(image.height(), image.width(), 4)[:, :, :3].astype(int)


def colors(picture: np.ndarray) -> int:
    return len(np.unique(picture @ (1, 256, 65536)))


def differing(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where two pictures differ: (n, 2), x and y."""
    return np.argwhere((np.abs(one - other) > 6).any(axis=2))[:, ::-1]


# Painting -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(320, 260), (560, 430), (1400, 700)])
def test_every_network_is_painted_at_every_size_in_both_themes(kind: str, size: tuple[int, int], qtbot: QtBot) -> None:
    view = shown(qtbot, taken(kind), *size)
    light = pixels(view)
    view.set_theme(DARK)
    dark = pixels(view)
    assert np.median(light) > 230
    assert np.median(dark) < 60
    for picture in (light, dark):
        assert colors(picture) > 100
    view.set_edges("weight")
    assert len(differing(pixels(view), dark)) > 200


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_look_has_no_gradients(kind: str, qtbot: QtBot) -> None:
    view = shown(qtbot, taken(kind, 0))
    before = pixels(view)
    view.show_snapshot(taken(kind))
    assert len(differing(pixels(view), before)) > 500


def test_a_map_is_painted_with_its_largest_second_feature_at_the_top(qtbot: QtBot) -> None:
    snapshot = taken("small")
    maps = np.full((6, 50, 50), -1.0)
    maps[:, 25:] = 1.0
    layer = dataclasses.replace(snapshot.layers[0], maps=maps)
    view = shown(qtbot, dataclasses.replace(snapshot, layers=(layer, *snapshot.layers[1:])))
    picture, at = pixels(view), view.point_of((1, 2))
    blue, _, red = picture[at.y() - 15, at.x()]
    assert blue > red + 60
    blue, _, red = picture[at.y() + 15, at.x()]
    assert red > blue + 60


def test_what_is_not_finite_is_red(qtbot: QtBot) -> None:
    snapshot = taken("small")
    view = shown(qtbot, snapshot)

    def red(picture: np.ndarray) -> int:
        return int(((picture[:, :, 2] > 190) & (picture[:, :, 1] < 70) & (picture[:, :, 0] < 70)).sum())

    before = red(pixels(view))
    gradient = np.full((6, 6), np.nan)
    layer = dataclasses.replace(snapshot.layers[1], gradient=gradient, norm=float("nan"))
    view.show_snapshot(dataclasses.replace(snapshot, layers=(snapshot.layers[0], layer, *snapshot.layers[2:])))
    assert red(pixels(view)) > before + 800


def test_a_deep_network_shows_where_the_gradient_dies(qtbot: QtBot) -> None:
    snapshot = taken("deep")
    layers = tuple(dataclasses.replace(layer, norm=10.0 ** (place - 51)) for place, layer in enumerate(snapshot.layers))
    view = shown(qtbot, dataclasses.replace(snapshot, layers=layers))
    scene = view._painter.scene
    picture, ground = pixels(view), pixels(view)[2, 2]

    def height(column: int) -> int:
        left, right = scene.gap(column)
        return int((np.abs(picture[: round(scene.caption_top), round((left + right) / 2)] - ground) > 25).any(1).sum())

    heights = [height(column) for column in (5, 15, 25, 35, 45, 51)]
    assert heights == sorted(heights)
    assert heights[-1] > 4 * heights[0]


def test_a_program_of_its_own_is_said_so(qtbot: QtBot) -> None:
    view = shown(qtbot, dataclasses.replace(taken("small"), layers=()))
    assert view.accessibleDescription() == NO_LAYERS
    assert colors(pixels(view)) > 1
    QTest.mouseMove(view, QPoint(300, 200))
    QTest.keyClick(view, Qt.Key.Key_Right)
    view.show_snapshot(taken("small"))
    assert "2 inputs" in view.accessibleDescription()


def test_before_any_snapshot_it_is_calm(qtbot: QtBot) -> None:
    view = NetworkView(LIGHT)
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    assert colors(pixels(view)) < 200
    QTest.mouseClick(view, LEFT, NONE, QPoint(300, 200))


def test_another_network_is_laid_out_and_lets_go_of_what_is_no_more(small: NetworkView) -> None:
    small.set_selection((2, 5))
    small.show_snapshot(snapshot_of("2-3-2-1 tanh, output tanh, loss half_squared"))
    assert small._selected is None
    assert small._painter.scene.shape.units == (2, 3, 2, 1)


def test_the_layout_is_made_once_for_a_shape(small: NetworkView) -> None:
    scene = small._painter.scene
    for iterations in (21, 22, 23):
        small.show_snapshot(taken("small", iterations))
    assert small._painter.scene is scene
    small.resize(700, 480)
    assert small._painter.scene.size == (700, 480)


def test_the_scale_begins_anew_with_the_run(small: NetworkView) -> None:
    snapshot = taken("small")
    huge = tuple(dataclasses.replace(layer, gradient=layer.gradient * 1e6) for layer in snapshot.layers)
    small.show_snapshot(dataclasses.replace(snapshot, layers=huge))
    wide = small._scales.decades
    small.show_snapshot(snapshot)
    assert small._scales.decades == wide
    small.show_snapshot(taken("small", 0))
    small.show_snapshot(snapshot)
    assert small._scales.decades.high < wide.high


# The choice of what edges show --------------------------------------------------------------------------------------


def test_the_legend_chooses_what_edges_show(small: NetworkView) -> None:
    before = pixels(small)
    assert small.edges_show == "gradient"
    QTest.mouseClick(small._legend.buttons["weight"], LEFT)
    assert small.edges_show == "weight"
    assert len(differing(pixels(small), before)) > 500
    QTest.mouseClick(small._legend.buttons["gradient"], LEFT)
    assert small.edges_show == "gradient"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(320, 260), (560, 430), (1400, 700)])
def test_the_legend_is_inside_and_below_the_captions(kind: str, size: tuple[int, int], qtbot: QtBot) -> None:
    view = shown(qtbot, taken(kind), *size)
    legend = view._legend.geometry()
    assert view.rect().contains(legend)
    if size[1] > 400:
        assert legend.top() > view._painter.scene.caption_top + 40


# The pointer --------------------------------------------------------------------------------------------------------


def move(view: NetworkView, point: QPoint) -> None:
    QTest.mouseMove(view, point)
    QApplication.processEvents()


def test_the_pointer_lights_a_unit_with_what_leads_to_it(small: NetworkView, qtbot: QtBot) -> None:
    before = pixels(small)
    with qtbot.waitSignal(small.unit_hovered) as heard:
        move(small, small.point_of((2, 3)))
    assert heard.args == [(2, 3)]
    assert "a2[4]" in QToolTip.text()
    changed = differing(pixels(small), before)
    assert len(changed) > 1000
    left = small._painter.scene.columns[2].x
    lit = pixels(small)
    ring = small.point_of((2, 3)) - QPoint(round(small._painter.scene.columns[2].width / 2) + 3, 0)
    assert lit[ring.y() - 10, ring.x()].sum() < 300
    assert changed[:, 0].min() < left
    with qtbot.waitSignal(small.unit_hovered) as heard:
        QApplication.sendEvent(small, QEvent(QEvent.Type.Leave))
    assert heard.args == [None]
    assert not len(differing(pixels(small), before))


def test_the_pointer_finds_an_edge_and_tells_its_weight(small: NetworkView) -> None:
    scene, edges = small._painter.scene, small._edges[2]
    curve = scene.curves(3, edges.sources[-1:], edges.targets[-1:], 41)[0]
    x, y = curve[-6]
    move(small, QPoint(round(x), round(y)))
    assert small._hovered.edge is not None
    column, target, source = small._hovered.edge
    assert (column, target) == (3, edges.targets[-1])
    assert f"from a2[{source + 1}] to z3[{target + 1}]" in QToolTip.text()


def test_a_tooltip_follows_the_numbers(small: NetworkView) -> None:
    move(small, small.point_of((1, 0)))
    before = QToolTip.text()
    small.show_snapshot(taken("small", 40))
    assert QToolTip.text() != before
    assert "a1[1]" in QToolTip.text()


def test_clicks_choose_units_and_layers(small: NetworkView, qtbot: QtBot) -> None:
    heard: list[object] = []
    small.unit_chosen.connect(heard.append)
    small.layer_chosen.connect(heard.append)
    QTest.mouseClick(small, LEFT, NONE, small.point_of((3, 1)))
    QTest.mouseClick(small, LEFT, NONE, QPoint(5, 5))
    scene = small._painter.scene
    QTest.mouseClick(small, LEFT, NONE, QPointF(scene.columns[2].middle, scene.caption_top + 8).toPoint())
    assert heard == [(3, 1), None, 2]


def test_a_band_is_a_layer(qtbot: QtBot) -> None:
    view = shown(qtbot, taken("deep"))
    scene = view._painter.scene
    left, right = scene.gap(30)
    point = QPointF((left + right) / 2, scene.axis).toPoint()
    move(view, point)
    assert "layer 30: W30" in QToolTip.text()
    with qtbot.waitSignal(view.layer_chosen) as heard:
        QTest.mouseClick(view, LEFT, NONE, point)
    assert heard.args == [30]


def test_a_double_click_steps_inside(small: NetworkView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(small.opened):
        QTest.mouseDClick(small, LEFT, NONE, small.point_of((2, 0)))
    with qtbot.assertNotEmitted(small.opened):
        QTest.mouseDClick(small, LEFT, NONE, QPoint(4, 4))


# The keyboard -------------------------------------------------------------------------------------------------------


def test_arrows_move_through_the_units(small: NetworkView, qtbot: QtBot) -> None:
    heard: list[object] = []
    small.unit_chosen.connect(heard.append)
    keys = Qt.Key
    for key in (keys.Key_Right, keys.Key_Down, keys.Key_Right, keys.Key_Down, keys.Key_Left, keys.Key_Up):
        QTest.keyClick(small, key)
    assert heard[:2] == [(0, 0), (0, 1)]
    column, unit = heard[2]
    assert column == 1
    assert unit in (3, 4)  # at the height of the second input
    assert heard[3] == (1, unit + 1)
    assert heard[4][0] == 0
    for _ in range(9):
        QTest.keyClick(small, keys.Key_Right)
    assert small._selected == (4, 0)
    assert "a4[1], tanh" in small.accessibleDescription()
    with qtbot.waitSignal(small.opened):
        QTest.keyClick(small, keys.Key_Return)
    QTest.keyClick(small, keys.Key_Escape)
    assert small._selected is None


def test_the_focus_and_the_selection_are_seen(small: NetworkView) -> None:
    small.activateWindow()
    plain = pixels(small)
    small.set_selection((2, 2))
    selected = pixels(small)
    at = small.point_of((2, 2))
    changed = differing(selected, plain)
    assert len(changed) > 100
    assert np.abs(changed - (at.x(), at.y())).max() < 60
    small.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    assert small.hasFocus()
    assert differing(pixels(small), selected)[:, 0].min() < 5


def test_it_has_a_name_and_a_description(small: NetworkView) -> None:
    assert small.accessibleName() == "Network"
    assert "2 inputs, 2 layers of 6 units (tanh)" in small.accessibleDescription()
    assert "Arrows" in small.accessibleDescription()
    assert all(button.accessibleName() for button in small._legend.buttons.values())
