"""Where the results of noted calls go, and the calls that write them there.

Most results are needed for a moment only. They go to the rule's own output, as long as nothing else is there, or to
buffers that all rules share, so that they stay in the processor's cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from engine.ops import Array

Call = tuple[Callable[..., Any], tuple[Any, ...]]

# The third positional argument of these is deprecated; for all others it is the fastest way to say where to write.
# They are also faster on a full array of one number than on the number.
_OUT_BY_NAME = (np.maximum, np.minimum)


@dataclass(eq=False)
class Note:
    """One call, known by its ``key``: ``function`` of ``inputs`` under ``keywords``.

    Where there is a ``start``, the last input is a mask, and ``start`` stays where it says no.

    ``out`` is where its result goes. ``readers`` are the calls that read it (None: the copy at the end of a rule);
    ``lasting`` results are read after their own rule, ``fixed`` ones never change.
    """

    key: tuple[Any, ...]
    function: Any
    inputs: list[Any]
    keywords: Mapping[str, Any]
    start: Array | None
    shape: tuple[int, ...]
    dtype: Any
    fixed: bool
    out: Any = None
    readers: list[Note | None] = field(default_factory=list)
    lasting: bool = False

    @property
    def in_place(self) -> bool:
        """True where the result may overwrite an input of its shape: each element depends on its like alone."""
        return isinstance(self.function, np.ufunc) and self.function.signature is None and self.start is None


class Scratch:
    """Buffers shared by all rules, each as large as the largest result that was in it, and arrays of one number."""

    def __init__(self) -> None:
        self._slots: list[Array] = []
        self._mask = np.empty(0, dtype=np.int64)
        self._filled: dict[tuple[float, tuple[int, ...]], Array] = {}

    def buffer(self, slot: int, shape: tuple[int, ...], dtype: Any) -> Array:
        """The start of a slot as an array."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        while len(self._slots) <= slot:
            self._slots.append(np.empty(0, dtype=np.uint8))
        if self._slots[slot].nbytes < size:
            self._slots[slot] = np.empty(size, dtype=np.uint8)
        return np.asarray(self._slots[slot][:size].view(dtype).reshape(shape))

    def mask(self, shape: tuple[int, ...]) -> Array:
        """Room for whole numbers of 64 bits, apart from all slots."""
        if self._mask.size < math.prod(shape):
            self._mask = np.empty(math.prod(shape), dtype=np.int64)
        return np.asarray(self._mask[: math.prod(shape)].reshape(shape))

    def filled(self, number: float, shape: tuple[int, ...]) -> Array:
        """An array of one number, to be read only."""
        key = (number, shape)
        if key not in self._filled:
            self._filled[key] = np.full(shape, number)
        return self._filled[key]


def place_results(notes: Sequence[Note], out: Array, scratch: Scratch) -> None:
    """Gives the results of one rule's notes their places; ``out`` is where the rule writes its own."""
    if all(note.out is not None for note in notes):
        return
    order = {id(note): i for i, note in enumerate(notes)} | {id(None): len(notes)}
    final = next((i for i, note in enumerate(notes) if note.out is out), len(notes))
    busy: dict[int, int] = {}  # slot: the call until which it is needed; -1 is the output
    for i, note in enumerate(notes):
        if note.out is not None:
            continue
        if note.lasting or note.fixed:
            note.out = np.empty(note.shape, dtype=note.dtype)
            continue
        ends = max((order[id(reader)] for reader in note.readers if id(reader) in order), default=i)
        # An input that is needed no longer makes room at once where the call may work in place.
        free_from = i if note.in_place and all(_plain(x, note) for x in note.inputs) else i - 1
        busy = {slot: until for slot, until in busy.items() if until > free_from}
        fits = note.shape == out.shape and note.dtype == out.dtype and out.flags.c_contiguous
        if fits and -1 not in busy and _may_stay(notes, final, ends):
            note.out, busy[-1] = out, ends
            continue
        slot = next(slot for slot in range(len(notes)) if slot not in busy)
        note.out, busy[slot] = scratch.buffer(slot, note.shape, note.dtype), ends


def _plain(x: Any, note: Note) -> bool:
    """True for an input that is no result, or is read element by element as the result is written."""
    return getattr(x, "note", None) is None or (not x.views and (x.shape, x.dtype) == (note.shape, note.dtype))


def _may_stay(notes: Sequence[Note], final: int, ends: int) -> bool:
    """True where a result may be in the output until call ``ends``, given that call ``final`` writes there."""
    if ends < final:
        return True
    if not ends == final < len(notes):
        return False
    return notes[final].in_place and all(_plain(x, notes[final]) for x in notes[final].inputs)


def replayed(note: Note, inputs: Sequence[Array], scratch: Scratch) -> list[Call]:
    """The calls that make a note's call on ``inputs`` again and write to its place."""
    function, out = note.function, note.out
    if note.start is not None:
        return [(np.copyto, (out, note.start)), (partial(function, out=out, where=inputs[-1]), tuple(inputs[:-1]))]
    if function is np.where:
        return _selected(inputs, [_is_zero(x) for x in note.inputs], out, scratch)
    if function in (np.add.reduce, np.maximum.reduce):
        return [(function, (inputs[0], note.keywords["axis"], None, out, note.keywords["keepdims"]))]
    if function is np.matmul and inputs[0].ndim == inputs[1].ndim == 2:
        return [_product(inputs[0], inputs[1], out)]
    if function in _OUT_BY_NAME:
        constant = [_is_number(x) and note.shape != () for x in note.inputs]
        full = [scratch.filled(float(x), note.shape) if c else x for x, c in zip(inputs, constant, strict=True)]
        return [(partial(function, out=out), tuple(full))]
    return [(function, (*inputs, out))]


def _selected(inputs: Sequence[Array], zero: Sequence[bool], out: Array, scratch: Scratch) -> list[Call]:
    """``np.where`` on the bits of its numbers, under a mask of all ones or none: exact, and without a branch for each
    element, which is what makes ``np.where`` itself several times as slow."""
    condition, yes, no = inputs
    mask, bits, result = scratch.mask(condition.shape), condition.view(np.int8), out.view(np.int64)
    ones: Call = (np.negative, (bits, mask))
    if zero[2]:
        return [ones, (np.bitwise_and, (yes.view(np.int64), mask, result))]
    if zero[1]:
        return [(np.subtract, (bits, np.int8(1), mask)), (np.bitwise_and, (no.view(np.int64), mask, result))]
    one, other = yes.view(np.int64), no.view(np.int64)
    return [
        ones,
        (np.bitwise_xor, (one, other, result)),
        (np.bitwise_and, (result, mask, result)),
        (np.bitwise_xor, (result, other, result)),
    ]


def _is_zero(x: Any) -> bool:
    return _is_number(x) and x == 0.0 and not np.signbit(x)


def _is_number(x: Any) -> bool:
    """True for a number that stands in a rule."""
    return isinstance(x, np.ndarray) and x.ndim == 0


def _product(a: Array, b: Array, out: Array) -> Call:
    """The matrix product by the bound method, which has the least to look up."""
    if out.flags.c_contiguous:
        return (a.dot, (b, out))
    if out.T.flags.c_contiguous:
        return (b.T.dot, (a.T, out.T))
    return (np.matmul, (a, b, out))
