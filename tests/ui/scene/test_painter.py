"""Pictures of scenes: every word fits where it stands, measured with the real fonts; gradients look their size."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.expression import Reference
from visualizer.session.document import parse
from visualizer.session.formatting import number_text
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.lighting import Lighting, lighting
from visualizer.session.scene import Scene, magnitude
from visualizer.session.session import Session, prepare
from visualizer.ui.pen import Pen
from visualizer.ui.scene.painter import ScenePainter
from visualizer.ui.theme import DARK, LIGHT, Theme, load_fonts

SCALARS = """format = 1
title = "Scalars"
program = '''
a_rather_long_name = p * p + p * q
result = tanh(a_rather_long_name) * p - q / a_rather_long_name
'''
[parameters]
p = -1.2345e-7
q = 98765.4321
"""

ARRAYS = """format = 1
title = "Arrays"
program = '''
H = sigmoid(X @ W)
Y = concatenate(H, H, axis=1) @ V
loss = binary_cross_entropy(sigmoid(Y), T)
'''
axes = {X = ["observation", "measurement"], T = ["observation", ""]}
[inputs]
X = [[1.0, -2.5], [3.25e-8, 4e10], [-123.456, 0.0]]
T = [[1.0], [0.0], [1.0]]
[parameters]
W = [[0.1, 0.2, 0.3], [-0.4, 0.5, -0.6]]
V = [[1.0], [-1.0], [0.5], [1e-12], [2.0], [3.0]]
"""

EXTREMES = """format = 1
title = "Not finite"
program = '''
u = log(x) + w
v = exp(w * 1000) * x
y = u * v
'''
inputs = {x = -1.0}
parameters = {w = 2.0}
"""

LARGE = """format = 1
title = "Large"
program = "loss = sum(relu(W @ x) * 0.5)"
inputs = {x = {shape = [50], fill = [1.0, -0.5, 0.25]}}
parameters = {W = {shape = [40, 50], fill = [0.1, -0.2, 0.3, 0.4]}}
"""

NARROW = """format = 1
title = "Short names and several messages"
program = '''
mu = m * WW
loss = mu * mu + m * WW + mu
'''
[parameters]
m = 1.0
WW = 2.0
"""

PROGRAMS = {"narrow": NARROW, "scalars": SCALARS, "arrays": ARRAYS, "extremes": EXTREMES, "large": LARGE}
NAMES = [*lesson_names(trains=False), *PROGRAMS]
# Three of them are enough for the fast set.
FAST = ("fully-connected-layer", "scalars", "large")
every_scene = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in NAMES]
)


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    load_fonts()


def session_of(name: str) -> Session:
    return Session(parse(PROGRAMS[name]) if name in PROGRAMS else load_lesson(name))


def painted(scene: Scene, position: int, theme: Theme = LIGHT, asked: Reference | None = None) -> QImage:
    image = QImage(math.ceil(scene.size[0]), math.ceil(scene.size[1]), QImage.Format.Format_RGB32)
    image.fill(QColor(theme.ground))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ScenePainter(scene, theme).paint(painter, position, asked)
    painter.end()
    return image


Word = tuple[QRectF, str, QFont]


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[Word]:
    """Every word that is painted: its ink from baseline to capital height."""
    found: list[Word] = []

    def written(pen: Pen, face: QFont, x: float, baseline: float, text: str, tone: QColor) -> None:
        measure = QFontMetricsF(face)
        height = measure.capHeight()
        found.append((QRectF(x, baseline - height, measure.horizontalAdvance(text), height), text, face))

    monkeypatch.setattr(Pen, "text_in", written)
    return found


def held(rect: QRectF, place: tuple[float, float, float, float], by: float = 0.5) -> bool:
    return QRectF(*place).adjusted(-by, -by, by, by).contains(rect)


# Words --------------------------------------------------------------------------------------------------------------


@every_scene
def test_every_word_stands_in_its_box_or_sign(name: str, words: list[Word]) -> None:
    session = session_of(name)
    scene = session.scene
    places = [rect for box in scene.boxes for rect in (box.rect, box.operation_rect) if rect is not None]
    places += [ribbon.rect for ribbon in scene.ribbons]
    for position in range(len(session.trace.steps) + 1):
        words.clear()
        painted(scene, position)
        assert words
        for rect, text, _ in words:
            assert any(held(rect, place) for place in places), (position, text, rect)


@every_scene
def test_no_word_runs_into_another(name: str, words: list[Word]) -> None:
    session = session_of(name)
    for position in {0, len(session.trace.steps) // 2, len(session.trace.steps)}:
        words.clear()
        painted(session.scene, position)
        for i, (rect, text, _) in enumerate(words):
            for other, second, _ in words[:i]:
                assert not rect.adjusted(0.5, 0.5, -0.5, -0.5).intersects(other), (position, text, second)


@every_scene
def test_titles_and_signs_are_written_in_full(name: str, words: list[Word]) -> None:
    """Also where k/n stands beside a wide name."""
    session = session_of(name)
    painted(session.scene, len(session.trace.steps))
    written = [text for _, text, _ in words]
    for box in session.scene.boxes:
        assert box.name in written
        assert box.operation in written or not box.operation
        assert box.summary in written or not box.summary


@every_scene
def test_every_number_stands_in_its_cell_and_can_be_read(name: str, words: list[Word]) -> None:
    """The number of a cell is the recorded one, inside the cell, and not set smaller than 9 pixels."""
    session = session_of(name)
    scene, trace = session.scene, session.trace
    for position in (0, len(trace.steps) // 2, len(trace.steps)):
        words.clear()
        painted(scene, position)
        for box in scene.boxes:
            state = scene.gradient_state(box.node, position)
            for grid in box.grids:
                known = scene.value_known(box.node, position) if grid.kind == "value" else state.value is not None
                array = scene.value(box.node, position) if grid.kind == "value" else state.value
                for index in grid.indices():
                    expected = number_text(float(array[index])) if known and array is not None else "·"
                    inside = [
                        (text, face) for rect, text, face in words
                        if text == expected and held(rect, grid.rect(index), 0.0)
                    ]  # fmt: skip
                    assert len(inside) == 1, (position, box.name, grid.kind, index, expected)
                    assert inside[0][1].pixelSize() >= 9


def test_updated_numbers_are_hardly_smaller(words: list[Word]) -> None:
    session = session_of("backpropagation-by-hand-exact")
    scene = session.scene
    painted(scene, len(session.trace.steps))
    for node in session.trace.updates:
        grid = scene.boxes[node].grid("value")
        assert grid is not None
        sizes = {face.pixelSize() for rect, _, face in words if QRectF(*grid.bounds).contains(rect)}
        assert min(sizes) >= 10


def test_a_summary_says_the_norms_of_value_and_gradient(words: list[Word]) -> None:
    session = session_of("large")
    scene, node = session.scene, session.document.graph.node("W").id
    place = QRectF(*scene.boxes[node].rect)
    gradient = session.trace.gradients[node]
    assert gradient is not None
    for position, asked, last in (
        (0, None, "·"),
        (len(session.trace.steps), None, number_text(magnitude(gradient))),
        (len(session.trace.steps), Reference(node, "gradient"), "?"),
    ):
        words.clear()
        painted(scene, position, asked=asked)
        inside = [text for rect, text, _ in words if place.contains(rect)]
        value = number_text(magnitude(scene.value(node, position)))
        assert inside == ["W", "40×50", "‖value‖", value, "‖grad‖", last]


def test_a_cell_of_a_summary_lights_its_box() -> None:
    scene = session_of("large").scene
    scene_painter = ScenePainter(scene, LIGHT)
    assert scene_painter.cell_rect(Reference(scene.boxes[0].node, "value", (3, 4))) == scene.boxes[0].rect


def test_a_message_that_is_asked_for_does_not_show_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(load_lesson("fully-connected-layer"))
    session.go_to(next(step for step in range(len(session.trace.steps)) if session.asks_at(step)))
    light = lighting(session)
    scene_painter = ScenePainter(session.scene, LIGHT)
    shown: list[float] = []
    strokes = scene_painter.edges.strokes
    monkeypatch.setattr(scene_painter.edges, "strokes", lambda norm: shown.append(norm) or strokes(norm))
    painter = QPainter(image := QImage(*map(math.ceil, session.scene.size), QImage.Format.Format_RGB32))
    edge = session.scene.edge_of[light.edges[0]]

    def sizes(light: Lighting) -> list[float]:
        shown.clear()
        scene_painter.paint(painter, session.position.step, light.asked)
        scene_painter.paint_lighting(painter, light)
        return list(shown)

    assert light.asked is not None
    assert edge.magnitude not in sizes(light)
    session.reveal()
    assert sizes(lighting(session)).count(edge.magnitude) == 2  # on the layer and lit
    painter.end()
    assert not image.isNull()


@every_scene
def test_the_numbers_of_one_grid_have_one_size(name: str, words: list[Word]) -> None:
    session = session_of(name)
    scene = session.scene
    painted(scene, len(session.trace.steps))
    for box in scene.boxes:
        for grid in box.grids:
            cells = QRectF(*grid.bounds)
            tops = 12 if grid.names else 0
            sizes = {
                face.pixelSize() for rect, text, face in words
                if cells.contains(rect) and (rect.center().y() - cells.top()) % grid.cell_height > tops
            }  # fmt: skip
            assert len(sizes) <= 1, (box.name, grid.kind, sizes)


def test_numbers_of_a_column_are_aligned_at_the_point(words: list[Word]) -> None:
    session = session_of("arrays")
    scene = session.scene
    painted(scene, len(session.trace.steps))
    for box in scene.boxes:
        for grid in (grid for grid in box.grids if grid.shape):
            for column in range(grid.columns):
                points = set()
                for row in range(grid.rows):
                    index = (row, column)[: len(grid.shape)]
                    for rect, text, face in words:
                        if held(rect, grid.rect(index), 0.0) and not text[0].isalpha():
                            points.add(
                                round(rect.x() + QFontMetricsF(face).horizontalAdvance(text.partition(".")[0]), 1)
                            )
                assert len(points) == 1, (box.name, grid.kind, column, points)


def test_elements_are_named_where_the_document_names_its_axes(words: list[Word]) -> None:
    session = session_of("linear-under-the-hood")
    painted(session.scene, len(session.trace.steps))
    written = [text for _, text, _ in words]
    for name in ("x₁₁", "x₁₂", "x₂₁", "x₂₂", "w₁", "w₂", "point 1", "feature 2"):
        assert name in written, name


# Gradients ----------------------------------------------------------------------------------------------------------


def test_the_three_states_of_a_gradient_are_told_apart(words: list[Word]) -> None:
    session = session_of("scalars")
    scene = session.scene
    arrivals = session.trace.arrivals[session.trace.graph.node("p").id]
    assert len(arrivals) > 2
    for count, position in enumerate(arrivals, start=1):
        words.clear()
        painted(scene, position)
        assert f"{count}/{len(arrivals)}" in [text for _, text, _ in words]


def strokes(name: str, magnitude: float, theme: Theme = LIGHT) -> list[tuple[str, float, int]]:
    pens = ScenePainter(session_of(name).scene, theme).edges.strokes(magnitude)
    return [(pen.color().name(), pen.widthF(), len(pen.dashPattern())) for pen in pens]


def test_larger_gradients_are_wider_and_further_along_the_colours() -> None:
    scene = session_of("scalars").scene
    decades = round(math.log10(scene.scale.high / scene.scale.low))
    magnitudes = [scene.scale.low * 10.0**i for i in range(decades + 1)]
    widths = [strokes("scalars", magnitude)[0][1] for magnitude in magnitudes]
    assert widths == sorted(widths)
    assert widths[-1] > 2 * widths[0]
    assert len({strokes("scalars", magnitude)[0][0] for magnitude in magnitudes}) == len(magnitudes)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_largest_gradient_has_the_most_contrast(theme: Theme) -> None:
    scene = session_of("scalars").scene
    ground = QColor(theme.ground).lightness()
    low, high = (
        abs(QColor(strokes("scalars", size, theme)[0][0]).lightness() - ground)
        for size in (scene.scale.low, scene.scale.high)
    )
    assert high > low > 25


def test_zero_is_dotted_and_what_is_not_finite_is_hatched_red() -> None:
    (zero,) = strokes("scalars", 0.0)
    assert zero[2] > 0
    for norm in (math.nan, math.inf):
        below, above = strokes("scalars", norm)
        assert below[0] == LIGHT.danger.lower()
        assert above[2] > 0


def test_what_is_not_a_number_is_red(monkeypatch: pytest.MonkeyPatch) -> None:
    tones: dict[str, str] = {}
    monkeypatch.setattr(Pen, "text_in", lambda pen, face, x, y, text, tone: tones.setdefault(text, tone.name()))
    session = session_of("extremes")
    painted(session.scene, len(session.trace.steps))
    assert tones["NaN"] == LIGHT.danger.lower()


# Questions and lighting ---------------------------------------------------------------------------------------------


def test_a_question_hides_the_numbers_it_asks_for(words: list[Word]) -> None:
    session = session_of("fully-connected-layer")
    session.go_to(next(step for step in range(len(session.trace.steps)) if session.asks_at(step)))
    light = lighting(session)
    assert light.asked is not None
    painted(session.scene, session.position.step, asked=light.asked)
    grid = session.scene.boxes[light.asked.node].grid(light.asked.kind)
    assert grid is not None
    for index in grid.indices():
        inside = [text for rect, text, _ in words if held(rect, grid.rect(index), 0.0)]
        assert [text for text in inside if not text[0].isalpha()] == ["?"]


@every_scene
def test_lighting_stays_within_the_bounds_it_names(name: str) -> None:
    """What is outside them is not painted anew when the light moves on."""
    session = session_of(name)
    scene, painter = session.scene, ScenePainter(session.scene, LIGHT)
    size = QPointF(*scene.size) + QPointF(60, 60)
    session.select(0)
    for step in range(1, len(session.trace.steps) + 1):
        session.go_to(step)
        session.reveal()
        light = lighting(session)
        image = QImage(math.ceil(size.x()), math.ceil(size.y()), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        paint = QPainter(image)
        paint.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.translate(30, 30)
        painter.paint_lighting(paint, light)
        paint.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        for rect in painter.lighting_bounds(light):
            paint.fillRect(rect.toAlignedRect().adjusted(-2, -2, 2, 2), QColor(0, 0, 0, 0))
        paint.end()
        left = np.frombuffer(image.constBits(), dtype=np.uint32)
        assert not left.any(), step


@every_scene
def test_geometry_and_words_are_the_same_in_both_themes(name: str) -> None:
    scene = prepare(session_of(name).document).scene
    assert painted(scene, 3, LIGHT) != painted(scene, 3, DARK)
    assert painted(scene, 3, LIGHT) == painted(scene, 3, LIGHT)
