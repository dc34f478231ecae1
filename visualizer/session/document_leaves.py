"""The inputs and parameters of a document: from numbers, rows of numbers and fills to arrays."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from engine.errors import GradStepError, ProgramError
from engine.graph import frozen_array
from engine.ops import Array
from engine.program import check_name
from engine.shapes import MAX_ELEMENTS
from visualizer.session.refusals import FieldError, type_refusal
from visualizer.session.specification import Fill, Specification

MAX_LEAVES = 10_000
MAX_DIMENSIONS = 4


def leaves_of(
    specification: Specification, sizes: Mapping[str, int], transposed: Sequence[str] = ()
) -> dict[str, Array]:
    """The arrays by name; those ``transposed`` have rows and columns exchanged. Raises FieldError."""
    found: dict[str, Array] = {}
    for section in ("inputs", "parameters"):
        given = getattr(specification, section)
        if len(given) > MAX_LEAVES:
            raise FieldError((section,), f"there are {len(given):,} of them, and at most {MAX_LEAVES:,} are supported")
        for name, raw in given.items():
            value = _leaf((section, name), raw, sizes)
            if name in found:
                raise FieldError((section, name), "it stands under [inputs] too: choose one")
            found[name] = _frozen_transpose(value) if name in transposed else value
    return found


def _leaf(where: tuple[str, str], raw: Any, sizes: Mapping[str, int]) -> Array:
    try:
        check_name(where[1])
        if isinstance(raw, dict):
            return _filled(where, raw, sizes)
        check_numbers(where, raw)
        return frozen_array(raw, where[1])
    except ProgramError as error:
        raise FieldError(where, error.sentence) from None
    except FieldError:
        raise
    except GradStepError as error:
        raise FieldError(where, str(error)) from None


def check_numbers(where: tuple[str, ...], raw: Any) -> None:
    """Raises FieldError where anything but numbers and lists stands in nested lists, or too many of them."""
    level, count = [raw], 0
    while level:
        lists = [item for item in level if isinstance(item, list)]
        count += len(level) - len(lists)
        if count > MAX_ELEMENTS:
            raise FieldError(where, f"it has more than {MAX_ELEMENTS:,} elements, the most that are supported")
        for item in level:
            if isinstance(item, bool) or not isinstance(item, int | float | list):
                raise FieldError(where, "only numbers and rows of numbers may stand here")
            if isinstance(item, int) and item.bit_length() > 1023:
                raise FieldError(where, "a number here is too large: the largest is about 1.8e308")
        level = list(itertools.chain.from_iterable(lists))


def whole(number: int) -> str:
    """A whole number as text, where it is not too long for a sentence."""
    return f"{number:,}" if abs(number) < 10**12 else "a number of more than 12 digits"


def _filled(where: tuple[str, str], raw: dict[str, Any], sizes: Mapping[str, int]) -> Array:
    try:
        fill = msgspec.convert(raw, Fill)
    except msgspec.ValidationError as error:
        at = "".join(part for part in ("shape", "fill") if f"$.{part}" in str(error))
        reason = f"in {at}, {type_refusal(error)}" if at else type_refusal(error)
        raise FieldError(
            where, f"it is a number, rows of numbers, or a table with a shape and a fill: {reason}"
        ) from None
    if len(fill.shape) > MAX_DIMENSIONS:
        raise FieldError(where, f"it has {len(fill.shape):,} dimensions, and at most {MAX_DIMENSIONS} are supported")
    check_numbers(where, fill.fill)
    if not fill.fill or not np.all(np.isfinite(fill.fill)):
        raise FieldError(where, "the fill must be at least one number, and all of them finite")
    shape = []
    for size in fill.shape:
        if isinstance(size, str) and size not in sizes:
            raise FieldError(where, f"there is no size named “{size}” under [sizes]")
        shape.append(sizes[size] if isinstance(size, str) else size)
    for size in shape:
        if not 1 <= size <= MAX_ELEMENTS:
            raise FieldError(where, f"a size must be from 1 to {MAX_ELEMENTS:,}, not {whole(size)}")
    count = math.prod(shape)
    if count > MAX_ELEMENTS:
        raise FieldError(where, f"it would have {whole(count)} elements, and at most {MAX_ELEMENTS:,} are supported")
    return frozen_array(np.resize(np.array(fill.fill, dtype=np.float64), shape), where[1])


def _frozen_transpose(value: Array) -> Array:
    return frozen_array(value.T, "")
