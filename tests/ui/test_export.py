"""Pictures without a window: their sizes, what is in them, and that an old file outlives a failure."""

import os
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from engine.errors import GradStepError
from visualizer.cli import main
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.lighting import Lighting
from visualizer.session.session import Session
from visualizer.ui import export
from visualizer.ui.export import export_pictures
from visualizer.ui.legend import HEIGHT as LEGEND_HEIGHT
from visualizer.ui.pen import painting
from visualizer.ui.scene.painter import ScenePainter
from visualizer.ui.theme import THEMES

# One lesson is enough for the fast set.
every_lesson = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "neuron-by-hand" else pytest.mark.slow)
        for name in lesson_names(trains=False)
    ],
)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> None:
    """The process' own: what is made without one is tried in a process of its own."""


def colors(image: QImage) -> int:
    return len({image.pixel(x, y) for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)})


def last(name: str) -> int:
    return len(Session(load_lesson(name)).trace.steps)


# PNG ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "scale", "pixels"),
    [
        ((1280, 800), 1.0, (1280, 800)),
        ((640, 400), 2.0, (1280, 800)),
        ((801, 601), 1.5, (1202, 902)),
        ((900, 300), 0.5, (450, 150)),
    ],
)
def test_a_png_has_the_size_times_the_scale(
    size: tuple[int, int], scale: float, pixels: tuple[int, int], tmp_path: Path
) -> None:
    (path,) = export_pictures(load_lesson("neuron-by-hand"), [7], "png", tmp_path / "p.png", size, scale)
    image = QImage(str(path))
    assert (image.width(), image.height()) == pytest.approx(pixels, abs=1)
    assert not image.hasAlphaChannel()


@every_lesson
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_first_and_last_step_of_every_lesson(name: str, theme: str, tmp_path: Path) -> None:
    document = load_lesson(name)
    images = []
    for step in (0, last(name)):
        (path,) = export_pictures(document, [step], "png", tmp_path / f"{step}.png", (960, 600), theme=theme)  # type: ignore[arg-type]
        images.append(QImage(str(path)))
    assert all(colors(image) > 30 for image in images)
    assert images[0] != images[1]
    assert images[0].pixelColor(2, 2).name().upper() == THEMES[theme].ground  # type: ignore[index]


def test_several_steps_are_numbered(tmp_path: Path) -> None:
    document = load_lesson("neuron-by-hand")
    paths = export_pictures(document, [1, 9, 18], "png", tmp_path / "steps.png", (320, 200))
    assert [path.name for path in paths] == ["steps-01.png", "steps-09.png", "steps-18.png"]
    assert sorted(tmp_path.iterdir()) == paths
    assert len({path.read_bytes() for path in paths}) == 3


@pytest.mark.slow
def test_the_same_picture_is_the_same_file(tmp_path: Path) -> None:
    document = load_lesson("backpropagation-by-hand")
    for format in ("png", "svg"):
        one, other = (
            export_pictures(document, [12], format, tmp_path / f"{i}.{format}", (800, 500))[0].read_bytes()
            for i in range(2)
        )
        assert one == other


# SVG ----------------------------------------------------------------------------------------------------------------


@every_lesson
@pytest.mark.parametrize("step", ["first", "middle", "last"])
def test_an_svg_is_well_formed_needs_no_fonts_and_can_be_opened(name: str, step: str, tmp_path: Path) -> None:
    at = {"first": 0, "middle": last(name) // 2, "last": last(name)}[step]
    (path,) = export_pictures(load_lesson(name), [at], "svg", tmp_path / "p.svg", (1280, 800))
    root = xml.etree.ElementTree.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    assert list(root.iter(f"{SVG}text")) == []
    assert list(root.iter(f"{SVG}image")) == []
    assert root.get("viewBox") == "0 0 1280 800"
    assert root.findtext(f"{SVG}title") == load_lesson(name).title
    renderer = QSvgRenderer(QByteArray(path.read_bytes()))
    assert renderer.isValid()
    image = QImage(640, 400, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    assert colors(image) > 30


def test_an_svg_looks_like_the_png(tmp_path: Path) -> None:
    document = load_lesson("neuron-by-hand")
    (png,) = export_pictures(document, [12], "png", tmp_path / "p.png", (800, 500))
    (svg,) = export_pictures(document, [12], "svg", tmp_path / "p.svg", (800, 500))
    one = QImage(str(png))
    other = QImage(800, 500, QImage.Format.Format_RGB32)
    painter = QPainter(other)
    QSvgRenderer(str(svg)).render(painter)
    painter.end()
    small = (one.scaled(80, 50), other.scaled(80, 50))
    off = [
        (x, y) for x in range(80) for y in range(50)
        if abs(small[0].pixelColor(x, y).lightness() - small[1].pixelColor(x, y).lightness()) > 90
    ]  # fmt: skip
    assert len(off) < 40, off


def test_light_and_dark_differ(tmp_path: Path) -> None:
    document = load_lesson("neuron-by-hand")
    for format in ("png", "svg"):
        light, dark = (
            export_pictures(document, [5], format, tmp_path / f"{theme}.{format}", (640, 400), theme=theme)[0]  # type: ignore[arg-type]
            for theme in ("light", "dark")
        )
        assert light.read_bytes() != dark.read_bytes()


# Failures -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["png", "svg"])
def test_an_error_while_painting_ends_the_painter(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or Qt would end the process when the picture goes away."""
    painters = []

    def fail(painter: QPainter, *_: object, **__: object) -> None:
        painters.append(painter)
        raise ZeroDivisionError

    monkeypatch.setattr(export, "paint_page", fail)
    with pytest.raises(ZeroDivisionError):
        export_pictures(load_lesson("neuron-by-hand"), [1], format, tmp_path / f"p.{format}")
    assert not painters[0].isActive()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", lesson_names(trains=False))
@pytest.mark.parametrize("size", [(1280, 800), (600, 800), (900, 300)])
def test_the_graph_keeps_apart_from_title_legend_and_card(
    name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(load_lesson(name))
    image = QImage(*size, QImage.Format.Format_RGB32)
    areas: list[QRectF] = []
    keep = export.ScenePainter.paint_lighting

    def lit(scene_painter: ScenePainter, painter: QPainter, light: Lighting) -> None:
        box = session.scene.boxes[light.receiver] if light.receiver is not None else session.scene.boxes[0]
        halo = QRectF(*box.rect).adjusted(-8, -18, 14, 8)
        areas.append(painter.worldTransform().mapRect(halo))
        keep(scene_painter, painter, light)

    monkeypatch.setattr(export.ScenePainter, "paint_lighting", lit)
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        with painting(image) as painter:
            export.paint_page(painter, session, THEMES["light"], *size, outlines=False)
    for area in areas:
        assert area.top() >= 34
        assert area.left() >= 0
        assert area.bottom() <= size[1] - LEGEND_HEIGHT - 10
        assert area.right() <= size[0] * 0.74


def test_an_old_file_outlives_a_failing_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.png"
    export_pictures(load_lesson("neuron-by-hand"), [5], "png", path, (320, 200))
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for call in ("replace", "fsync"):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, full)
            with pytest.raises(GradStepError, match="No space left"):
                export_pictures(load_lesson("neuron-by-hand"), [6], "png", path, (320, 200))
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path], "nothing half-written is left"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(GradStepError, match="nowhere"):
        export_pictures(load_lesson("neuron-by-hand"), [6], "png", tmp_path / "nowhere" / "p.png", (320, 200))


# The command --------------------------------------------------------------------------------------------------------


def test_the_command_writes_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "p.png"
    arguments = ["export", "linear-under-the-hood", "--format", "png", "--size", "400x300", "--out", str(out)]
    assert main([*arguments, "--step", "last", "--scale", "2", "--theme", "dark"]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert (QImage(str(out)).width(), QImage(str(out)).height()) == (800, 600)
    assert main([*arguments, "--step", "all"]) == 0
    assert len(list(tmp_path.glob("p-*.png"))) == last("linear-under-the-hood")


WITHOUT_DISPLAY = """
import sys
from visualizer.cli import main
status = main(sys.argv[1:])
from PySide6.QtGui import QGuiApplication
assert QGuiApplication.platformName() == "offscreen", QGuiApplication.platformName()
from PySide6.QtWidgets import QApplication
assert isinstance(QApplication.instance(), QApplication), "a window could not be shown after it"
sys.exit(status)
"""


@pytest.mark.parametrize("variables", [{}, {"DISPLAY": ":4711"}, {"DISPLAY": ":4711", "QT_QPA_PLATFORM": "xcb"}])
@pytest.mark.slow
def test_no_display_is_needed(variables: dict[str, str], tmp_path: Path) -> None:
    kept = {key: value for key, value in os.environ.items()
            if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}  # fmt: skip
    out = tmp_path / "p.svg"
    command = [sys.executable, "-c", WITHOUT_DISPLAY, "export", "neuron-by-hand", "--step", "4", "--format", "svg",
               "--out", str(out)]  # fmt: skip
    done = subprocess.run(command, env=kept | variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert QSvgRenderer(str(out)).isValid()
