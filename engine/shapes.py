"""Shape rules of the operations. Each takes the input shapes and gives the output's, or says what does not fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

Shape = tuple[int, ...]
Attributes = Mapping[str, float]
ShapeRule = Callable[[Sequence[Shape], Attributes], Shape]

# A single value of more elements than this is refused: a step card or a grid has no use for it.
MAX_ELEMENTS = 500_000


class ShapeError(ValueError):
    """Shapes that do not fit together; the text names them all."""


def shape_text(shape: Shape) -> str:
    """A shape as people write it: ``4×3``, ``3``, or ``scalar``."""
    return "×".join(str(size) for size in shape) if shape else "scalar"


def broadcast(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """numpy's broadcasting rule."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeError(f"shapes {_listed(shapes)} do not broadcast together") from None


def same(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """A scalar out of inputs that must have one shape."""
    if len(set(shapes)) != 1:
        raise ShapeError(f"shapes {_listed(shapes)} must be equal")
    return ()


def unchanged(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """The shape of the first input; ``axis`` must exist."""
    axis_of(shapes[0], attributes, default=-1)
    return shapes[0]


def axis_of(shape: Shape, attributes: Attributes, default: int | None = None) -> int | None:
    """The axis that ``attributes`` name, counted from 0; None where all elements are meant."""
    axis = attributes.get("axis", default)
    if axis is None:
        return None
    if axis != int(axis) or not -len(shape) <= axis < len(shape):
        raise ShapeError(f"shape {shape_text(shape)} has no axis {axis:g}")
    return int(axis) % len(shape)


def reduced(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """All elements into a scalar, or one axis gone."""
    axis = axis_of(shapes[0], attributes)
    return () if axis is None else shapes[0][:axis] + shapes[0][axis + 1 :]


def matmul(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """Vectors and matrices: the last axis of the first meets the first axis of the second."""
    a, b = shapes
    if not (1 <= len(a) <= 2 and 1 <= len(b) <= 2):
        raise ShapeError(f"a matrix product takes vectors and matrices, not {_listed(shapes)}")
    if a[-1] != b[0]:
        raise ShapeError(
            f"a matrix product needs {a[-1]} rows on the right to meet {a[-1]} columns on the left, "
            f"not {_listed(shapes)}"
        )
    return a[:-1] + b[1:]


def linear(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """W (outputs, inputs), or (inputs, outputs) with ``inputs_first=1``; a one vector or a batch of columns, of rows
    with ``rows=1``; b (outputs,)."""
    weight, a, bias = shapes
    if len(weight) != 2 or not 1 <= len(a) <= 2 or len(bias) != 1:
        raise ShapeError(f"linear takes a matrix W, a vector or matrix a and a vector b, not {_listed(shapes)}")
    inputs_first, rows = bool(attributes.get("inputs_first")), bool(attributes.get("rows"))
    outputs, inputs = reversed(weight) if inputs_first else weight
    features = a[-1] if rows else a[0]
    if features != inputs:
        raise ShapeError(
            f"W of shape {shape_text(weight)} takes {inputs} features, but a of shape {shape_text(a)} has {features}"
        )
    if bias != (outputs,):
        raise ShapeError(f"b must have shape {outputs} to fit W of shape {shape_text(weight)}, not {shape_text(bias)}")
    if len(a) == 1:
        return (outputs,)
    return (a[0], outputs) if rows else (outputs, a[1])


def transpose(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """The axes in reverse order."""
    return shapes[0][::-1]


def reshape(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """The shape given as numbers: ``reshape(x, 2, 3)``."""
    target = tuple(attributes[key] for key in sorted(attributes))
    if any(size != int(size) or size < 0 for size in target):
        raise ShapeError("reshape takes whole numbers, such as reshape(x, 2, 3)")
    shape = tuple(int(size) for size in target)
    if math.prod(shape) != math.prod(shapes[0]):
        raise ShapeError(
            f"shape {shape_text(shapes[0])} has {math.prod(shapes[0])} elements and cannot become {shape_text(shape)}"
        )
    return shape


def concatenate(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """The inputs end to end along ``axis`` (0)."""
    first = shapes[0]
    axis = axis_of(first, attributes, default=0) if first else None
    if axis is None:
        raise ShapeError("concatenate takes vectors or matrices, not scalars")
    rest = {(len(shape), shape[:axis] + shape[axis + 1 :]) for shape in shapes}
    if len(rest) != 1:
        raise ShapeError(f"shapes {_listed(shapes)} cannot be joined along axis {axis}")
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])


def cross_entropy(shapes: Sequence[Shape], attributes: Attributes) -> Shape:
    """Logits with a target of their shape (probabilities), or without the class axis (indices of classes)."""
    logits, target = shapes
    if not logits:
        raise ShapeError("cross_entropy takes logits with a class axis, not a scalar")
    axis = axis_of(logits, attributes, default=-1)
    assert axis is not None
    if target not in (logits, logits[:axis] + logits[axis + 1 :]):
        raise ShapeError(
            f"a target of shape {shape_text(target)} does not fit logits of shape {shape_text(logits)}: "
            "give class indices, or a probability for each class"
        )
    return ()


def _listed(shapes: Sequence[Shape]) -> str:
    texts = [shape_text(shape) for shape in shapes]
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
