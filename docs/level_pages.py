"""The pictures of the page about levels, each an entry of PAGES: name -> an image of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from windows import WINDOW, enter_steps, grabbed, settle, shown

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPainter

    from visualizer.session.appearance import Appearance, Level, Shows
    from visualizer.session.document import Document
    from visualizer.session.session import Session
    from visualizer.ui.theme import ThemeName
    from visualizer.ui.window import Window

SCALE, WINDOW_SCALE = 1.0, 1.25  # pixels per unit
FEW = """\
format = 1
title = "Two inputs, three neurons, one output"
network = "2-3-1 tanh, loss half_squared"
[data]
set = "spiral"
[training]
batch_size = 1
"""


def lesson(name: str, chapter: int = 0, iterations: int = 0) -> Session:
    """A lesson; of one that trains, the steps of an iteration of it."""
    from visualizer.session.lessons import load_lesson

    document = load_lesson(name)
    return begun(document.at_chapter(chapter) if chapter else document, iterations)


def begun(document: Document, iterations: int = 0) -> Session:
    """A document, of which the steps of an iteration are shown."""
    from visualizer.session.session import Session, prepare_iteration
    from visualizer.session.training.lab import Lab

    if not document.recipes:
        return Session(document)
    lab = Lab(document)
    lab.advance(iterations)
    return Session(prepare_iteration(lab, iterations))


def few() -> Session:
    """Numbers that all fit into one picture."""
    from visualizer.session.document import parse

    return begun(parse(FEW))


def seen(session: Session, level: Level, step: int, appearance: Appearance | None = None) -> Session:
    """A session at a level, behind so many steps."""
    if appearance is not None:
        session.set_appearance(appearance)
    session.set_level(level)
    session.go_to(step)
    return session


def page(make: Callable[[], Session], theme: ThemeName = "light") -> QImage:
    """What `gradstep export` paints of a session."""
    from visualizer.ui.export import ensure_application, paint_page
    from visualizer.ui.pictures import painted
    from visualizer.ui.theme import THEMES

    ensure_application()

    def paint(painter: QPainter, outlines: bool) -> None:
        paint_page(painter, make(), THEMES[theme], *WINDOW, outlines)

    return painted(paint, WINDOW, SCALE)


def alone(make: Callable[[], Session], width: int, height: int) -> QImage:
    """The graph alone."""
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from visualizer.ui.export import ensure_application, paint_scene
    from visualizer.ui.pictures import painted
    from visualizer.ui.theme import THEMES, color

    ensure_application()

    def paint(painter: QPainter, outlines: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, width, height), color(THEMES["light"].ground))
        paint_scene(painter, make(), THEMES["light"], QRectF(0, 0, width, height), outlines)

    return painted(paint, (width, height), WINDOW_SCALE)


def stage(make: Callable[[], Session], act: Callable[[Window], None], theme: ThemeName = "light") -> QImage:
    """The graph in the window with what lies over it, once ``act`` has been done."""
    from PySide6.QtCore import QPoint, QRect, Qt

    from visualizer.session.session import prepare

    with shown(theme, (1280, 760)) as opened:
        document = make().source
        opened.show_document(prepare(document))
        settle()
        if document.recipes:
            opened.laboratory.trainer.pause()
            enter_steps(opened)
        act(opened)
        settle(900)
        part = QRect(opened.stage.mapTo(opened, QPoint(0, 0)), opened.stage.size())
        picture = grabbed(opened, part)
    return picture.scaledToWidth(round(part.width() * WINDOW_SCALE), Qt.TransformationMode.SmoothTransformation)


# What is done in the window ------------------------------------------------------------------------------------------


def find_large_gradients(opened: Window) -> None:
    """Look for gradients above 1 in the worksheet, behind its way back."""
    opened.session.go_to(19)
    opened.stage.finder.open()
    opened.stage.finder.field.setText("|gradient| > 1")
    opened.stage.finder.field.textEdited.emit("|gradient| > 1")


def look_at_a_part(opened: Window) -> None:
    """Single numbers of the worksheet, of which a part is in view."""
    opened.stage.enter("scalar")
    opened.session.go_to(14)


# What is looked at ----------------------------------------------------------------------------------------------------


def neurons() -> Session:
    """The first neuron of layer 2 collects its gradient."""
    session = seen(lesson("backpropagation-by-hand"), "neuron", 11)
    session.step_back()
    return session


def numbers() -> Session:
    """The third neuron of 2-3-1 has its gradient."""
    return seen(few(), "scalar", 12)


def heat_maps() -> Session:
    """All weights of the digits, of which the largest are drawn."""
    return seen(lesson("digits", iterations=300), "neuron", 5, shows("weight"))


def downwards() -> Session:
    """The Playground's network from top to bottom."""
    return seen(lesson("playground", iterations=300), "neuron", 18, shows("gradient", down=True))


def focused() -> Session:
    """A neuron of the second layer, and what it is connected to."""
    from engine.expression import Reference

    session = lesson("two-spirals", iterations=200)
    trace, bias = session.trace, session.document.graph.ids["b1"]
    back = [at for at, step in enumerate(trace.steps, start=1) if step.phase == "backward"]
    seen(session, "neuron", next(at for at in back if trace.receiver(trace.steps[at - 1]) == bias))
    session.set_focus(Reference(session.document.graph.ids["a2"], "value", (2, 0)))
    return session


def folded() -> Session:
    """Fifty layers, of which those that are alike are one box."""
    from visualizer.session.blocks import Folds

    session = lesson("exploding-gradients", 8)
    session.set_folds(Folds(repeats=True))
    session.go_to(len(session.trace.steps) // 2)
    return session


def shows(what: Shows, down: bool = False) -> Appearance:
    """Edges that show something else, and a graph that runs down."""
    from visualizer.session.appearance import Appearance

    return Appearance(shows=what, direction="down" if down else "right")


def compared() -> QImage:
    """One network in the styles of Playground, draw_dot and GradStep."""
    from compared import comparison

    return comparison(SCALE)


PAGES: Mapping[str, Callable[[], QImage]] = {
    "levels-neurons": partial(page, neurons),
    "levels-numbers": partial(alone, numbers, 1120, 440),
    "levels-heat-maps": partial(page, heat_maps, "dark"),
    "levels-down": partial(page, downwards),
    "levels-focus": partial(alone, focused, 860, 560),
    "levels-folded": partial(alone, folded, 1120, 220),
    "levels-find": partial(stage, partial(lesson, "backpropagation-by-hand"), find_large_gradients),
    "levels-minimap": partial(stage, partial(lesson, "backpropagation-by-hand"), look_at_a_part),
    "levels-compared": compared,
}
