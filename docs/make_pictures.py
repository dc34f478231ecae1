"""Make the pictures of the documents anew: `make pictures`, or `make pictures ARGS="NAME..."`.

`make pictures ARGS=levels` paints every lesson and standard network at every level, light and dark, in two sizes of the
window and alone, into gradstep-pictures/levels/, to look through them; `ARGS="levels NAME..."` only those.

Every picture is one entry of PICTURES and one file in docs/pictures/. Qt paints offscreen, with the fonts that travel
with the program and without the user's settings, so that the same sources give the same pixels on one platform.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QImage, QPainter

    from visualizer.session.session import Session
    from visualizer.ui.theme import ThemeName
    from visualizer.ui.window import Window

sys.path.insert(0, str(Path(__file__).resolve().parent))  # wherever this is run from
from level_pages import PAGES
from three_levels import three_levels
from windows import WINDOW, grabbed, settle, shown

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
LEVELS = ROOT / "gradstep-pictures" / "levels"
GALLERY_HEIGHT = 1480
SCALE = 2.0  # pixels per unit: text stays sharp on dense screens
MIDDLE_SCALE = 1.25
SMALL_SCALE = 1.0
ROW_SCALE = 0.8  # for the rows of three
FREQUENT = 96  # of a palette's 256 colours, those that are there for being frequent

# A value that is used three times, which no lesson has: its gradient comes in three parts.
CUBIC = "square = x * x\ny = square * x"

Paint = Callable[[], "QImage"]


# Sessions -----------------------------------------------------------------------------------------------------------


def at(name: str, step: int, path: int = -1) -> Session:
    """A lesson's session behind ``step`` steps; ``path`` counts from 0 through the single paths of the last."""
    from visualizer.session.lessons import load_lesson
    from visualizer.session.session import Session

    session = Session(load_lesson(name))
    session.go_to(step)
    for _ in range(path + 1):
        session.walk()
    return session


def cubic(step: int) -> Session:
    """x cubed, behind ``step`` steps."""
    from engine import parse_program
    from visualizer.session.document import document_from_graph
    from visualizer.session.session import Session

    session = Session(document_from_graph(parse_program(CUBIC, parameters={"x": 1.5}), "x cubed"))
    session.go_to(step)
    return session


# Painting without a window ------------------------------------------------------------------------------------------


def page(make: Callable[[], Session], theme: ThemeName = "light", scale: float = SCALE) -> QImage:
    """What `gradstep export` paints."""
    from visualizer.ui.export import paint_page
    from visualizer.ui.theme import THEMES

    def paint(painter: QPainter) -> None:
        paint_page(painter, make(), THEMES[theme], *WINDOW, outlines=False)

    return painted(paint, *WINDOW, scale)


def graph(make: Callable[[], Session], width: int, height: int, theme: ThemeName = "light") -> QImage:
    """The graph alone, with a little ground around it."""
    from PySide6.QtCore import QRectF

    from visualizer.ui.export import paint_scene
    from visualizer.ui.theme import THEMES, color

    def paint(painter: QPainter) -> None:
        painter.fillRect(QRectF(0, 0, width, height), color(THEMES[theme].ground))
        paint_scene(painter, make(), THEMES[theme], QRectF(16, 16, width - 32, height - 32))

    return painted(paint, width, height, SCALE)


def painted(paint: Callable[[QPainter], None], width: int, height: int, scale: float) -> QImage:
    """An image of ``width`` times ``height`` units."""
    from PySide6.QtGui import QImage, QPainter

    image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    paint(painter)
    painter.end()
    return image


# Painting the window ------------------------------------------------------------------------------------------------


def window(
    name: str,
    step: int,
    theme: ThemeName = "light",
    act: Callable[[Window], None] = lambda opened: None,
    crop: Callable[[Window], QRect] | None = None,
    scale: float = SCALE,
) -> QImage:
    """The window on a lesson behind ``step`` steps, once ``act`` has been done to it; only its part ``crop``, which is
    not made smaller.
    """
    from visualizer.session.lessons import load_lesson
    from visualizer.session.session import prepare

    with shown(theme) as opened:
        opened.show_document(prepare(load_lesson(name)))
        settle()
        opened.session.go_to(step)
        act(opened)
        settle()
        if crop:
            return grabbed(opened, crop(opened))
        return smaller(grabbed(opened, opened.rect()), scale)


def gallery(theme: ThemeName = "light") -> QImage:
    """The page of lessons, its pictures painted."""
    with shown(theme) as opened:
        opened.resize(WINDOW[0], GALLERY_HEIGHT)
        opened.fill_gallery()
        while not all(card.has_picture for card in opened.gallery.cards):
            settle(100)
        settle()
        picture = grabbed(opened, opened.rect())
    return smaller(picture, SMALL_SCALE)


def training(
    name: str,
    iterations: int,
    theme: ThemeName = "light",
    chapter: int | None = None,
    plots: tuple[str, ...] = (),
    act: Callable[[Window], None] = lambda opened: None,
    scale: float = SCALE,
) -> QImage:
    """The window on a lesson that trains, after exactly so many iterations."""
    from dataclasses import replace

    import msgspec

    from visualizer.session.lessons import load_lesson
    from visualizer.session.session import prepare

    document = load_lesson(name)
    if chapter is not None:
        document = document.at_chapter(chapter)
    elif document.specification.chapters:  # the lab as it is without a story
        bare = msgspec.structs.replace(document.specification, chapters=[])
        document = replace(document, specification=bare)
    with shown(theme) as opened:
        opened.show_document(prepare(document))
        settle()
        laboratory = opened.laboratory
        laboratory.trainer.pause()
        lab = opened.session.lab
        assert lab is not None
        if plots:
            laboratory.plots.restore({"visible": list(plots)})
        laboratory.trainer.ask(lambda: lab.advance(iterations - lab.iteration), lambda _: laboratory.trainer.refresh())
        while laboratory.trainer.busy:
            settle(50)
        settle(1200)  # plots are painted finely once nothing changes any more
        act(opened)
        settle()
        picture = grabbed(opened, opened.rect())
    return smaller(picture, scale)


def inside_the_update(opened: Window) -> None:
    """The first update of the last iteration, in its steps."""
    opened.laboratory.enter()
    settle(1000)
    trace = opened.session.trace
    opened.session.go_to(next(i for i, step in enumerate(trace.steps, start=1) if step.phase == "update"))


def curves(name: str, iterations: int, chapter: int, theme: ThemeName = "light") -> QImage:
    """What `gradstep export --view plots` paints."""
    from visualizer.session.lessons import load_lesson
    from visualizer.session.plots.curves import plotted
    from visualizer.session.training.lab import Lab
    from visualizer.ui.pictures import painted as image_of
    from visualizer.ui.plots.picture import plots_page
    from visualizer.ui.theme import THEMES

    lab = Lab(load_lesson(name).at_chapter(chapter))
    lab.advance(iterations)
    return image_of(plots_page(plotted(lab), THEMES[theme], WINDOW), WINDOW, SMALL_SCALE)


def smaller(picture: QImage, scale: float) -> QImage:
    """A picture of the window at another scale."""
    from PySide6.QtCore import Qt

    return picture.scaledToWidth(round(WINDOW[0] * scale), Qt.TransformationMode.SmoothTransformation)


def card_and_answer(opened: Window) -> QRect:
    """The step card, down to the line for an answer."""
    from PySide6.QtCore import QPoint, QRect
    from PySide6.QtWidgets import QFrame

    answer = opened.card.findChild(QFrame, "answer")
    top = opened.card.mapTo(opened, QPoint(0, 0))
    return QRect(top, answer.mapTo(opened, answer.rect().bottomRight()))


def around_the_weights(opened: Window) -> QRect:
    """The left half of the graph."""
    from PySide6.QtCore import QPoint, QRect

    ids = opened.session.document.graph.ids
    left = opened.canvas.mapTo(opened, QPoint(0, 0)).x()
    top, bottom = (opened.canvas.mapTo(opened, opened.canvas.point_of(ids[name])).y() for name in ("x1", "w2"))
    return QRect(QPoint(left, top - 60), QPoint(left + 480, bottom + 60))


def edit_first_weight(opened: Window) -> None:
    """Open the field for another value of w1."""
    from engine.expression import Reference

    opened.canvas.edit(Reference(opened.session.document.graph.ids["w1"], "value", ()))


def other_sizes(opened: Window) -> None:
    """Four inputs and three outputs, W written as PyTorch stores it."""
    opened.session.set_size("n", 4)
    opened.session.set_size("m", 3)
    opened.session.set_variant("pytorch")
    opened.session.go_to(5)


# Files --------------------------------------------------------------------------------------------------------------


def in_few_colours(image: QImage) -> QImage:
    """The image with a palette of 256 colours, which makes its file less than half as large.

    The most frequent colours are kept exactly, so areas stay as they are; the rest of the palette goes to those that
    would change most, so colour scales stay smooth. Edges of letters move a little.
    """
    import numpy as np
    from PySide6.QtGui import QImage

    width, height = image.width(), image.height()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(height, -1)[:, :width] & 0xFFFFFF
    colours, where, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    channels = (colours[:, None] >> np.array([16, 8, 0]) & 255).astype(np.int32)
    chosen = list(np.argsort(-counts, kind="stable")[:FREQUENT])
    nearest = np.zeros(len(colours), np.uint8)
    distance = np.full(len(colours), np.iinfo(np.int32).max, np.int32)
    for place in range(min(256, len(colours))):
        if place == len(chosen):
            chosen.append(np.argmax(distance))
        to_this = ((channels - channels[chosen[place]]) ** 2).sum(axis=1, dtype=np.int32)
        nearest[to_this < distance] = place
        distance = np.minimum(distance, to_this)
    indexed = np.zeros((height, -(-width // 4) * 4), np.uint8)  # rows begin at whole words
    indexed[:, :width] = nearest[where].reshape(height, width)
    few = QImage(indexed.tobytes(), width, height, indexed.shape[1], QImage.Format.Format_Indexed8)
    few.setColorTable([0xFF000000 | int(colours[i]) for i in chosen])
    return few.copy()


# The pictures -------------------------------------------------------------------------------------------------------

# Of each lesson, a forward step, a backward step and the step at the end.
TELLING_STEPS: Mapping[str, tuple[int, int, int]] = {
    "neuron-by-hand": (4, 14, 16),
    "linear-under-the-hood": (1, 4, 5),
    "fully-connected-layer": (1, 5, 6),
    "backpropagation-by-hand": (5, 16, 20),
    "backpropagation-by-hand-exact": (7, 9, 27),
}

PICTURES: Mapping[str, Paint] = {
    "window-light": partial(window, "backpropagation-by-hand", 13, scale=MIDDLE_SCALE),
    "window-dark": partial(window, "backpropagation-by-hand", 13, "dark", scale=MIDDLE_SCALE),
    "levels-light": partial(three_levels, "light", SMALL_SCALE),
    "levels-dark": partial(three_levels, "dark", SMALL_SCALE),
    "gallery": gallery,
    "lab-light": partial(training, "two-spirals", 4000, scale=MIDDLE_SCALE),
    "lab-dark": partial(training, "two-spirals", 4000, "dark", scale=MIDDLE_SCALE),
    "lab-depth": partial(training, "exploding-gradients", 1, chapter=4, scale=SMALL_SCALE),
    "lab-skips": partial(training, "exploding-gradients", 500, "dark", 9, ("loss", "depth", "heat"), scale=SMALL_SCALE),
    "lab-digits": partial(training, "digits", 1000, scale=SMALL_SCALE),
    "lab-inside": partial(training, "two-spirals", 100, act=inside_the_update, scale=MIDDLE_SCALE),
    "lab-plots": partial(curves, "vanishing-gradients", 300, 1),
    "neuron": partial(window, "neuron-by-hand", 14, scale=MIDDLE_SCALE),
    "state-none": partial(graph, partial(cubic, 4), 720, 220),
    "state-partial": partial(graph, partial(cubic, 6), 720, 220),
    "path": partial(page, partial(at, "linear-under-the-hood", 4, 2), "light", 1.5),
    "one-row": partial(page, partial(at, "backpropagation-by-hand", 9), "light", 1.5),
    "question": partial(window, "fully-connected-layer", 3, crop=card_and_answer),
    "editing": partial(window, "neuron-by-hand", 15, act=edit_first_weight, crop=around_the_weights),
    "sizes": partial(window, "fully-connected-layer", 1, "dark", act=other_sizes, scale=MIDDLE_SCALE),
    **PAGES,
    **{
        f"{name}-{word}": partial(page, partial(at, name, step), theme, ROW_SCALE)
        for name, steps in TELLING_STEPS.items()
        for word, step, theme in zip(("forward", "backward", "update"), steps, ("light", "light", "dark"), strict=True)
    },
}


def main(names: list[str]) -> int:
    """Make the pictures of these names, all of them where none is given; the exit code."""
    if names[:1] == ["levels"]:
        return levels(names[1:])
    if unknown := [name for name in names if name not in PICTURES]:
        print(f"no such picture: {', '.join(unknown)}; there are {', '.join(PICTURES)}", file=sys.stderr)
        return 2
    with qt(SCALE):
        FOLDER.mkdir(exist_ok=True)
        for name in names or PICTURES:
            file = FOLDER / f"{name}.png"
            in_few_colours(PICTURES[name]()).save(str(file), "PNG", 0)  # 0: the smallest file
            print(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1000:.0f} kB")
        for file in FOLDER.glob("*.png"):
            if not names and file.stem not in PICTURES:
                file.unlink()
    print(f"{sum(file.stat().st_size for file in FOLDER.glob('*.png')) / 1e6:.1f} MB in all")
    return 0


def levels(names: list[str]) -> int:
    """Paint lessons and standard networks at every level, all of them where no name is given; the exit code."""
    with qt(1.0):
        import level_pictures

        if unknown := sorted({*names} - {name for name, _ in level_pictures.documents()}):
            print(f"no such lesson or standard network: {', '.join(unknown)}", file=sys.stderr)
            return 2
        level_pictures.make(LEVELS, names)
    print(LEVELS / "index.html")
    return 0


@contextmanager
def qt(scale: float) -> Iterator[None]:
    """An application that paints offscreen, ``scale`` pixels for each of a window, without the user's settings."""
    home = tempfile.mkdtemp(prefix="gradstep-pictures-")
    try:
        # Before Qt is loaded, which reads these once.
        os.environ |= {"XDG_CONFIG_HOME": home, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": f"{scale:g}"}
        os.environ.pop("QT_STYLE_OVERRIDE", None)
        sys.path.insert(0, str(ROOT))
        from PySide6.QtCore import qInstallMessageHandler

        from visualizer.ui.app import make_application

        # The offscreen platform remarks on each window that it cannot size it.
        qInstallMessageHandler(lambda kind, context, text: None if "does not support" in text else print(text))
        application = make_application()
        yield
        application.processEvents()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
