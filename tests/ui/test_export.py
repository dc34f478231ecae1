"""Pictures without a window: their sizes, what is in them, and that an old file outlives a failure."""

import os
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from engine.errors import GradStepError
from engine.expression import Reference
from visualizer.cli import main
from visualizer.session.appearance import Appearance, Level, Shows
from visualizer.session.document import parse
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.lighting import Lighting
from visualizer.session.session import Session
from visualizer.ui import export
from visualizer.ui.canvas.levels import picture_of
from visualizer.ui.edges.strip import Strip, strip_of
from visualizer.ui.export import Look, export_pictures
from visualizer.ui.legend import HEIGHT as LEGEND_HEIGHT
from visualizer.ui.pen import Pen, painting
from visualizer.ui.scene.painter import ScenePainter
from visualizer.ui.theme import THEMES, Theme, ThemeName

# One lesson is enough for the fast set.
every_lesson = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "neuron-by-hand" else pytest.mark.slow)
        for name in lesson_names(trains=False)
    ],
)
SMOOTH = Qt.TransformationMode.SmoothTransformation
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


# Levels -------------------------------------------------------------------------------------------------------------

LEVELS: tuple[Level, ...] = ("layer", "neuron", "scalar")
BATCH = """\
format = 1
title = "A batch"
network = "2-3-1 tanh, loss half_squared"
[data]
set = "spiral"
"""


def at(level: Level, step: int = 9, shows: Shows = "message", sample: int | None = 0, text: str = "") -> Session:
    session = Session(parse(text) if text else load_lesson("backpropagation-by-hand"))
    Look(level, Appearance(shows=shows), sample).apply(session)
    session.go_to(step)
    return session


def page(session: Session, size: tuple[int, int] = (960, 600)) -> QImage:
    image = QImage(*size, QImage.Format.Format_RGB32)
    with painting(image) as painter:
        export.paint_page(painter, session, THEMES["light"], *size, outlines=False)
    return image


def test_every_level_has_its_picture(tmp_path: Path) -> None:
    document = load_lesson("neuron-by-hand")
    plain, *others = (
        export_pictures(document, [9], "png", tmp_path / f"{level}.png", (640, 400), look=Look(level))[0].read_bytes()
        for level in LEVELS
    )
    unsaid = export_pictures(document, [9], "png", tmp_path / "unsaid.png", (640, 400))[0].read_bytes()
    assert unsaid == plain
    assert len({plain, *others}) == 3


def test_a_picture_is_of_the_same_graph_as_the_window(qapp: QApplication) -> None:
    """What the level's own picture paints is what is on the page, at any level."""
    for level in LEVELS:
        session = at(level)
        image = QImage(500, 400, QImage.Format.Format_RGB32)
        image.fill(0)
        bare = QImage(image)
        area = QRectF(10, 10, 480, 380)
        with painting(image) as painter:
            export.paint_scene(painter, session, THEMES["light"], area)
        picture = picture_of(session, THEMES["light"])
        width, height = picture.size
        scale = min(480 / (width + 40), 380 / (height + 40))
        if level == "neuron":  # the room around it is of the page
            scale = min(scale, 440 / width, 340 / height)
        with painting(bare) as painter:
            painter.translate(250 - picture.size[0] * scale / 2, 200 - picture.size[1] * scale / 2)
            painter.scale(scale, scale)
            picture.paint(painter, picture.moment(session), scale)
            picture.paint_light(painter, picture.light(session), scale)
        assert image == bare, level


@pytest.mark.parametrize("level", ["neuron", "scalar"])
@pytest.mark.parametrize("format", ["png", "svg"])
def test_a_page_keeps_the_place_within_a_step(level: Level, format: str, tmp_path: Path) -> None:
    """As it is exported from the window, with one neuron or one number done."""
    session = at(level)
    written = []
    for _ in range(3):
        session.step_back()
        export.export_session(session, format, tmp_path / f"p.{format}", (640, 400), 1.0, "light")
        written.append((tmp_path / f"p.{format}").read_bytes())
    assert len(set(written)) == 3


@pytest.mark.parametrize("level", ["neuron", "scalar"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_svg_of_any_level_needs_no_fonts_and_looks_like_the_png(
    level: Level, theme: ThemeName, tmp_path: Path
) -> None:
    # Numbers of a lesson of which all can be read in the PNG too.
    document, look = load_lesson({"neuron": "backpropagation-by-hand"}.get(level, "neuron-by-hand")), Look(level)
    files = [
        export_pictures(document, [12], format, tmp_path / f"p.{format}", (1000, 700), theme=theme, look=look)[0]
        for format in ("png", "svg")
    ]
    assert list(xml.etree.ElementTree.parse(files[1]).getroot().iter(f"{SVG}text")) == []
    one, other = QImage(str(files[0])), QImage(1000, 700, QImage.Format.Format_RGB32)
    with painting(other) as painter:
        QSvgRenderer(str(files[1])).render(painter)
    small = one.scaled(100, 70, mode=SMOOTH), other.scaled(100, 70, mode=SMOOTH)
    off = [
        (x, y) for x in range(100) for y in range(70)
        if abs(small[0].pixelColor(x, y).lightness() - small[1].pixelColor(x, y).lightness()) > 40
    ]  # fmt: skip
    assert len(off) < 30, off


def test_the_legend_says_what_edges_show_and_of_which_sample() -> None:
    def said(session: Session) -> tuple[str, ...]:
        strip = strip_of(session, picture_of(session, THEMES["light"]))
        return strip.sign, *strip.notes

    assert said(at("layer")) == ("|message|",)
    assert said(at("neuron")) == ("|message|",)
    assert said(at("neuron", shows="weight", sample=2, text=BATCH)) == ("w", "sample 3 of 10")
    assert said(at("neuron", shows="gradient", sample=None, text=BATCH)) == ("|∂L/∂w|", "mean over 10 samples")
    assert said(at("scalar", shows="update", sample=9, text=BATCH)) == ("Δw", "sample 10 of 10")
    assert said(at("layer", shows="update", sample=9, text=BATCH)) == ("Δw",)
    assert said(Session(load_lesson("digits"))) == ("|message|",)
    wide = Session(load_lesson("digits"))
    wide.set_level("neuron")
    assert said(wide)[1].startswith("strongest ")


def test_a_signed_scale_has_both_signs_in_the_legend() -> None:
    strip = strip_of(session := at("neuron", shows="weight"), picture_of(session, THEMES["light"]))
    assert strip.scale.signed
    assert strip.scale.ends[0].startswith("−")
    image = QImage(round(strip.width) + 1, 40, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    with painting(image) as painter:
        strip.paint(Pen(painter), THEMES["light"], 0, 0)
    hues = {image.pixelColor(x, 17).hue() for x in range(60, 190) if image.pixelColor(x, 17).saturation() > 100}
    assert any(15 < hue < 45 for hue in hues), "orange"
    assert any(205 < hue < 235 for hue in hues), "blue"


@pytest.mark.parametrize("size", [(1280, 800), (600, 800), (900, 300), (320, 200)])
def test_a_legend_is_never_wider_than_the_graph(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[float] = []
    keep = Strip.paint

    def painted(strip: Strip, pen: Pen, theme: Theme, x: float, y: float) -> None:
        ends.append(pen.painter.worldTransform().map(strip.width, 0.0)[0])
        keep(strip, pen, theme, x, y)

    monkeypatch.setattr(Strip, "paint", painted)
    page(at("neuron", shows="weight", sample=None, text=BATCH), size)
    assert 0 < ends[0] <= size[0] * 0.75


def test_of_too_many_numbers_it_is_said_which_are_shown() -> None:
    session = Session(load_lesson("digits"))
    session.set_level("scalar")
    assert session.scalars.words
    before = page(session)
    object.__setattr__(session.scalars, "words", "")
    after = page(session)
    strip = (range(20, 600, 2), range(40, 75, 2))
    assert any(before.pixel(x, y) != after.pixel(x, y) for x in strip[0] for y in strip[1])


def test_of_a_long_program_nothing_that_is_lit_stands_outside_the_page() -> None:
    lines = ["h0 = x * w", *(f"h{i + 1} = tanh(h{i})" for i in range(400)), "y = h400 * h400"]
    text = "\n".join(lines)
    session = Session(
        parse(f'format = 1\ntitle = "Long"\nprogram = """\n{text}\n"""\n[inputs]\nx = 1\n[parameters]\nw = -2\n')
    )
    session.set_level("neuron")
    picture = picture_of(session, THEMES["light"])
    page = QRectF(0, 0, 900, 600)
    for step in (1, 2, len(session.trace.steps) // 3, len(session.trace.steps)):
        session.go_to(step)
        image = QImage(900, 600, QImage.Format.Format_RGB32)
        with painting(image) as painter:
            lit: list[QRectF] = []

            def paint_light(painter: QPainter, light: object, scale: float, lit: list[QRectF] = lit) -> None:
                lit += [painter.worldTransform().mapRect(rect) for rect in picture.light_bounds(light)]

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(picture, "paint_light", paint_light)
                export.paint_picture(painter, session, picture, page, False)
        assert lit
        assert all(page.contains(rect) for rect in lit), step


def test_focus_fades_in_a_file_too() -> None:
    session = at("layer")
    before = page(session)
    session.set_focus(Reference(session.document.graph.ids["b1"], "value"))
    assert page(session) != before


def test_a_sample_that_is_not_there() -> None:
    with pytest.raises(GradStepError, match="there is no sample 11"):
        Look("neuron", sample=10).apply(Session(parse(BATCH)))


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
    keep = ScenePainter.paint_lighting

    def lit(scene_painter: ScenePainter, painter: QPainter, light: Lighting) -> None:
        box = session.scene.boxes[light.receiver] if light.receiver is not None else session.scene.boxes[0]
        halo = QRectF(*box.rect).adjusted(-8, -18, 14, 8)
        areas.append(painter.worldTransform().mapRect(halo))
        keep(scene_painter, painter, light)

    monkeypatch.setattr(ScenePainter, "paint_lighting", lit)
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
