"""Every lesson and standard network at every level: `make pictures ARGS=levels`.

Each is painted in the window at two sizes, and the graph alone at twice its size, light and dark. The pictures go to
gradstep-pictures/levels/, which is not kept, with an index.html to look through them.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from windows import enter_steps, settle, shown

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from visualizer.session.appearance import Level
    from visualizer.session.document import Document
    from visualizer.session.session import Session
    from visualizer.ui.theme import ThemeName
    from visualizer.ui.window import Window

SIZES = ((1280, 800), (1920, 1080))
LEVELS: tuple[Level, ...] = ("layer", "neuron", "scalar")
THEMES: tuple[ThemeName, ...] = ("light", "dark")
GRAPH = (1280, 720)  # the graph alone, at twice as many pixels
NETWORK = """\
format = 1
title = "{line}"
network = "{line}"
[data]
set = "spiral"
[training]
batch_size = {batch}
"""
# The standard networks, and samples of a batch.
STANDARD = {
    "2-3-1": ("2-3-1 tanh, loss half_squared", 1),
    "2-16-16-1": ("2-16-16-1 relu, loss mse", 100),
    "8-layers-with-skips": ("2-8x8-1 tanh, loss half_squared, skip 2", 10),
}
PAGE = """\
<!doctype html><meta charset="utf-8"><title>Levels</title>
<style>body {{ font: 14px system-ui; margin: 2rem; }} img {{ width: 30%; border: 1px solid #8884; }}
h2 {{ margin: 2rem 0 .3rem; }}</style>
<h1>Every lesson and standard network, at every level</h1>
{rows}
"""


def documents() -> Iterator[tuple[str, Document]]:
    """The lessons and the standard networks, by name."""
    from visualizer.session.document import parse
    from visualizer.session.lessons import lesson_names, load_lesson

    for name in lesson_names():
        yield name, load_lesson(name)
    for name, (line, batch) in STANDARD.items():
        yield name, parse(NETWORK.format(line=line, batch=batch))


def telling_step(session: Session) -> int:
    """A place in the middle of the way back."""
    back = [place for place, step in enumerate(session.trace.steps, start=1) if step.phase == "backward"]
    return back[len(back) // 2]


def make(folder: Path, names: list[str]) -> None:
    """Paint the whole matrix into ``folder``, or the rows of these names; with a page to look through it."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [(name, document) for name, document in documents() if not names or name in names]
    for theme in THEMES:
        for size in SIZES:
            with shown(theme, size) as opened:
                for name, document in chosen:
                    _paint(opened, name, document, folder, theme, size)
    rows = []
    for name, _ in chosen:
        files = sorted(file.name for file in folder.glob(f"{name},*.png"))
        pictures = (f'<a href="{html.escape(f)}"><img loading="lazy" src="{html.escape(f)}"></a>' for f in files)
        rows.append(f"<h2>{html.escape(name)}</h2>\n" + "\n".join(pictures))
    (folder / "index.html").write_text(PAGE.format(rows="\n".join(rows)), encoding="utf-8")


def _paint(
    opened: Window, name: str, document: Document, folder: Path, theme: ThemeName, size: tuple[int, int]
) -> None:
    from visualizer.session.session import prepare

    opened.show_document(prepare(document))
    settle()
    if document.recipes:
        opened.laboratory.trainer.pause()
        enter_steps(opened)
    session = opened.session
    for level in LEVELS:
        opened.stage.enter(level)
        while session.level != level:
            settle(50)
        session.go_to(telling_step(session))
        opened.canvas.frame()
        settle()
        wide, high = size
        file = folder / f"{name}, {level}, {theme}, {wide}x{high}.png"
        opened.grab().save(str(file))
        if size == SIZES[0]:
            graph(session, theme).save(str(folder / f"{name}, {level}, {theme}, graph.png"))
        print(file.name, flush=True)


def graph(session: Session, theme: ThemeName) -> QImage:
    """The graph alone, at twice its size."""
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from visualizer.ui.export import paint_scene
    from visualizer.ui.pictures import painted
    from visualizer.ui.theme import THEMES as LOOKS
    from visualizer.ui.theme import color

    def paint(painter: QPainter, outlines: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0, 0, *GRAPH)
        painter.fillRect(area, color(LOOKS[theme].ground))
        paint_scene(painter, session, LOOKS[theme], area.adjusted(16, 16, -16, -16), outlines)

    return painted(paint, GRAPH, 2.0)
