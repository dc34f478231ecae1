"""Pictures of single numbers for tests: of every lesson, and of networks that all know."""

from functools import cache
from itertools import pairwise

import numpy as np

from engine.scalars import Scalars, scalars_of
from visualizer.session.appearance import Appearance, Direction
from visualizer.session.document import Document, parse
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.scalar import build_scalar_scene
from visualizer.session.scene import Scene
from visualizer.session.session import Prepared, prepare

SKIP = """format = 1
title = "A skip around a layer"
program = '''
h = tanh(linear(W1, x, b1))
k = h + relu(linear(W2, h, b2))
loss = mse(linear(W3, k, b3), t)
'''
inputs = {x = [0.5, -1.5], t = [1.0]}
[parameters]
W1 = [[0.5, -0.2], [1.5, 0.3], [0.7, 0.6]]
b1 = [0.1, 0.2, 0.3]
W2 = [[0.5, -0.2, 0.1], [1.5, 0.3, -0.4], [0.7, 0.6, -0.9]]
b2 = [0.1, 0.2, 0.3]
W3 = [[1.0, -1.0, 0.5]]
b3 = [0.25]
"""


def dense(*sizes: int, seed: int = 1) -> str:
    """A program of linear layers with relu between, and the squared error of one sample."""
    random = np.random.default_rng(seed)
    lines, parameters, before = [], [], "x"
    for number, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        lines.append(f"z{number} = linear(W{number}, {before}, b{number})")
        parameters.append(f"W{number} = {random.normal(size=(fan_out, fan_in)).round(3).tolist()}")
        parameters.append(f"b{number} = {random.normal(size=fan_out).round(3).tolist()}")
        before = f"z{number}"
        if number < len(sizes) - 1:
            lines.append(f"a{number} = relu(z{number})")
            before = f"a{number}"
    lines.append(f"loss = mse({before}, t)")
    inputs = f"x = {random.normal(size=sizes[0]).round(3).tolist()}, t = {[1.0] * sizes[-1]}"
    return "\n".join([
        'format = 1', 'title = "Dense"', "program = '''", *lines, "'''", f"inputs = {{{inputs}}}",
        "[parameters]", *parameters,
    ])  # fmt: skip


PROGRAMS = {"2-3-1": dense(2, 3, 1), "2-16-16-1": dense(2, 16, 16, 1), "skip": SKIP}
NAMES = [*lesson_names(), *PROGRAMS]


def document_of(name: str) -> Document:
    return parse(PROGRAMS[name]) if name in PROGRAMS else load_lesson(name)


@cache
def prepared(name: str) -> Prepared:
    return prepare(document_of(name))


@cache
def scalars(name: str) -> Scalars:
    return scalars_of(prepared(name).trace, 0)


@cache
def scalar_scene(name: str, direction: Direction = "right") -> Scene:
    return build_scalar_scene(prepared(name).document, scalars(name), Appearance(direction=direction))
