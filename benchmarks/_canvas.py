"""Large pictures on one canvas, measured in one process; prints as JSON what was found. Run by ``benchmarks.canvas``.

Usage: ``python -m benchmarks._canvas STEPS``, on the platform that QT_QPA_PLATFORM names.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QApplication
from shiboken6 import Shiboken

from benchmarks._steps import PAUSE, SIZE, Blit, count_paints, frame, wait
from engine.graph import Graph
from engine.network import graph_of, parse_network
from engine.ops import Array
from engine.scalars import scalars_of
from engine.trace import record
from visualizer.session.appearance import Appearance
from visualizer.session.document import parse
from visualizer.session.scene import Scene
from visualizer.session.session import Session, prepare
from visualizer.ui.app import make_application
from visualizer.ui.canvas import Canvas
from visualizer.ui.frames import Ahead
from visualizer.ui.theme import LIGHT, color, magnitude_colors

STUB = 'format = 1\ntitle = "t"\nprogram = "y = a * b"\n[parameters]\na = 1.0\nb = 1.0\n'
DEEP, BATCH, STRONGEST = "50-50x199-1 tanh, init xavier", 2, 250
MNIST, MNIST_BATCH = "784-128-64-10 relu, loss cross_entropy", 64
NUMBERS, MOST = "2-55-55-1 tanh", 12_000
BINS = 16  # pens of the bare drawing
PANS, BAKES = 60, 9


def graph(network: str, batch: int) -> Graph:
    """A network over made data."""
    random = np.random.default_rng(7)
    shape = parse_network(network)
    classes = shape.loss == "cross_entropy"
    target = np.zeros(batch) if classes else random.standard_normal((shape.layers[-1].width, batch))
    return graph_of(shape, random.standard_normal((shape.inputs, batch)), target)


def session_of(made: Graph) -> Session:
    """What a person would have open."""
    return Session(prepare(parse(STUB).of(made)))


def numbers(network: str) -> Graph:
    """Every multiply and add of a network as a graph of its own."""
    return scalars_of(record(graph(network, 1)), 0, most=MOST).trace.graph


def strands(session: Session) -> Array:
    """The edges of neurons that are drawn, as straight lines: (edges, 4)."""
    scene = session.neuron
    ends = scene.edge_sources, scene.edge_targets
    return np.column_stack([scene.x[ends[0]], scene.y[ends[0]], scene.x[ends[1]], scene.y[ends[1]]])


def links(scene: Scene) -> Array:
    """The edges of boxes, as straight lines."""
    return np.array([(*edge.points[0], *edge.points[-1]) for edge in scene.edges])


class Bench:
    """One large picture that fills a canvas of the window's size, and a window that shows one picture."""

    def __init__(self, session: Session, edges: Array) -> None:
        self.session = session
        self.canvas = Canvas(session, LIGHT)
        self.canvas.setFixedSize(SIZE)
        self.canvas.show()
        wait(300)
        self.canvas.fit()
        self.blit = Blit(self.canvas.grab())
        self.blit.show()
        self.edges = np.array_split(np.ascontiguousarray(edges, dtype=np.float64), BINS)
        self._ahead = Ahead(session, (self.canvas,), self.canvas)
        wait(300)

    def steps(self, count: int, pause: float) -> dict[str, list[float]]:
        """The seconds of steps from several places of the iteration, and of the blit between each two."""
        total = len(self.session.trace.steps)
        places = [round(total * share) for share in (0.1, 0.3, 0.55, 0.75, 0.95)]
        steps, blits = [], []
        for place in places:
            self.session.go_to(place)
            wait(400)
            for _ in range(count // len(places)):
                steps.append(frame(self.session.step_forward, "Canvas"))
                wait(pause / 2)
                blits.append(frame(self.blit.update, "Blit"))
                wait(pause / 2)
        return {"above": steps, "below": blits}

    def pans(self) -> dict[str, list[float]]:
        """The seconds of moving the view, and of the blit."""
        self.canvas.zoom(1.5)
        wait(400)
        pans, blits = [], []
        for number in range(PANS):
            by = 9 if number % 20 < 10 else -9
            pans.append(frame(lambda by=by: self.canvas.pan(by, by / 2), "Canvas"))
            blits.append(frame(self.blit.update, "Blit"))
        wait(400)
        self.canvas.fit()
        wait(400)
        return {"above": pans, "below": blits}

    def bakes(self) -> dict[str, list[float]]:
        """The seconds of painting all of it anew, and of nothing but its edges."""
        baked, bare = [], []
        for _ in range(BAKES + 1):
            baked.append(timed(self.canvas.rebake))
            bare.append(timed(self._bare))
        return {"above": baked[1:], "below": bare[1:]}

    def _bare(self) -> None:
        """The same edges as hairlines by colour."""
        picture = QPixmap(SIZE)
        picture.fill(color(LIGHT.ground))
        painter = QPainter(picture)
        painter.setTransform(QTransform(self.canvas.transform))
        tones = magnitude_colors("light")
        for number, lines in enumerate(self.edges):
            pen = QPen(tones[number * 255 // (BINS - 1)], 1.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(Shiboken.wrapInstance(lines.ctypes.data, QLineF), len(lines))
        painter.end()

    def close(self) -> None:
        """Take both windows away."""
        for widget in (self.blit, self.canvas):
            widget.close()
            widget.deleteLater()
        wait(50)


def timed(function: Callable[[], object]) -> float:
    """The seconds of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def found(bench: Bench, steps: int) -> dict[str, Any]:
    """What a picture is measured by, and its size."""
    return {
        "edges": sum(map(len, bench.edges)),
        "steps": bench.steps(steps, PAUSE),
        "hurried": bench.steps(steps, 0),
        "pans": bench.pans(),
        "bakes": bench.bakes(),
    }


def subjects(steps: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each large picture with what was found."""
    session = session_of(graph(DEEP, BATCH))
    session.set_appearance(Appearance(strongest=STRONGEST))
    session.set_level("neuron")
    bench = Bench(session, strands(session))
    yield "neurons", {"nodes": len(session.neuron.x), **found(bench, steps)}
    bench.close()

    session = session_of(numbers(NUMBERS))
    bench = Bench(session, links(session.scene))
    yield "numbers", {"nodes": len(session.scene.boxes), **found(bench, steps)}
    bench.close()

    session = session_of(graph(MNIST, MNIST_BATCH))
    canvas = Canvas(session, LIGHT)
    canvas.setFixedSize(SIZE)
    canvas.show()
    wait(300)
    opened = frame(lambda: session.set_level("neuron"), "Canvas")
    canvas.close()
    session = session_of(graph(MNIST, MNIST_BATCH))  # the canvas would go on following the other one
    session.set_level("neuron")
    bench = Bench(session, strands(session))
    yield "mnist", {"nodes": len(session.neuron.x), "opened": opened, **found(bench, steps)}
    bench.close()


def main() -> None:
    """All of them."""
    application = make_application()
    count_paints(Canvas)
    json.dump(dict(subjects(int(sys.argv[1]))), sys.stdout)
    QApplication.processEvents()
    application.quit()


if __name__ == "__main__":
    main()
