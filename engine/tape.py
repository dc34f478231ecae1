"""Rules of the operation table as lists of array calls: noted once, replayed into fixed buffers.

The rules are plain functions of arrays. Run as they are, they make a new array for every intermediate result. Here a
rule runs once on stand-ins that note each call, and its replay writes every result to a place that was found for it
beforehand. The rule stays the only source of the arithmetic: a replay makes the calls that the rule made.

Three things are left out because they change no number: a call that was made before on the same arrays (the softmax of
the loss and of its gradient), a call on numbers that never change, which is made once, and a product with such a 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from engine.ops import Array
from engine.scratch import Call, Note, Scratch, place_results, replayed

Key = tuple[Any, ...]
# Calls on larger arrays are not made while a rule is noted.
SMALL = 256
Views = tuple[Callable[[Array], Any], ...]


class _NotTaped(TypeError):
    """The rule does something else than calls that can be noted."""


class _Noted(NDArrayOperatorsMixin):
    """Stands for an array while a rule runs: one given to the rule, the result of a call, or a view of either.

    ``key`` is equal for two that hold the same numbers.
    """

    # ndarray.__pow__ takes short cuts that np.power does not.
    __pow__ = __rpow__ = __ipow__ = None  # type: ignore[assignment]

    def __init__(self, tape: Tape, array: Any, note: Note | None = None, root: _Noted | None = None) -> None:
        self.tape = tape
        self.array = array
        self.note = note
        self.root = self if root is None else root
        self.views: Views = ()
        self.view_keys: Key = ()

    @cached_property
    def key(self) -> Key:
        if self.root is not self:
            return ("view", self.root.key, self.view_keys)
        return _address(self.array) if self.note is None else self.note.key

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape)

    @property
    def ndim(self) -> int:
        return int(self.array.ndim)

    @property
    def size(self) -> int:
        return int(self.array.size)

    @property
    def dtype(self) -> Any:
        return self.array.dtype

    # Calls

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> _Noted:
        if ufunc.nout != 1:
            raise _NotTaped
        if method == "outer" and not keywords:
            one, other = (self.tape.known(x) for x in inputs)
            if one.ndim == other.ndim == 1:
                return self.tape.note(ufunc, [one[:, None], other])
        if method != "__call__" or keywords.keys() - {"out", "where"}:
            raise _NotTaped
        if not keywords:
            return self.tape.note(ufunc, inputs)
        if keywords.keys() != {"out", "where"} or isinstance(keywords["out"][0], _Noted):
            raise _NotTaped
        return self.tape.note(ufunc, [*inputs, keywords["where"]], start=keywords["out"][0])

    def __array_function__(self, function: Any, types: Any, arguments: tuple[Any, ...], keywords: Any) -> Any:
        if function is np.where and len(arguments) == 3 and not keywords:
            return self.tape.note(function, arguments)
        if function in (np.size, np.shape, np.ndim):
            return function(*(x.array if isinstance(x, _Noted) else x for x in arguments), **keywords)
        if not isinstance(arguments[0], _Noted):
            raise _NotTaped
        if function in _REDUCTIONS:
            return getattr(arguments[0], _REDUCTIONS[function])(*arguments[1:], **keywords)
        if function in _VIEWS:
            return arguments[0]._view(function, *arguments[1:], **keywords)
        raise _NotTaped

    def sum(self, axis: Any = None, keepdims: bool = False) -> _Noted:
        return self.tape.note(np.add.reduce, [self], axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> _Noted:
        return self.tape.note(np.maximum.reduce, [self], axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        total = self.sum(axis, keepdims)
        return total / (self.size / max(total.size, 1))

    # Views

    @property
    def T(self) -> _Noted:
        return self._view(np.transpose)

    def reshape(self, *shape: Any) -> _Noted:
        return self._view(np.reshape, shape[0] if len(shape) == 1 else shape)

    def __getitem__(self, index: Any) -> _Noted:
        return self._view(_getitem, index)

    def _view(self, function: Any, *arguments: Any, **keywords: Any) -> _Noted:
        def view(array: Array) -> Any:
            return function(array, *arguments, **keywords)

        array = view(self.array)
        if not isinstance(array, np.ndarray) or not np.may_share_memory(array, self.array):
            raise _NotTaped
        noted = _Noted(self.tape, array, self.note, self.root)
        noted.views = (*self.views, view)
        noted.view_keys = (*self.view_keys, function, repr((arguments, keywords)))
        return noted

    # What would let the rule's numbers out

    def __array__(self, *_: Any, **__: Any) -> Array:
        if self.views:
            raise _NotTaped
        self.tape.exposed = True
        array: Array = self.array
        return array

    def __bool__(self) -> bool:
        raise _NotTaped

    def __float__(self) -> float:
        raise _NotTaped


_REDUCTIONS = {np.sum: "sum", np.max: "max", np.mean: "mean"}
_VIEWS = (np.transpose, np.reshape, np.expand_dims, np.broadcast_to)


def _getitem(array: Array, index: Any) -> Any:
    return array[index]


@dataclass
class Taped:
    """``calls`` that write a rule's result, and which of the arrays given (``reads``) they read."""

    calls: list[Call]
    reads: list[Array]


@dataclass
class Segment:
    """The notes of one rule in order, and what is known of the result: ``source`` is to be copied to ``out``."""

    notes: list[Note]
    reads: list[Array]
    out: Array
    source: _Noted | None = None
    calls: list[Call] = field(default_factory=list)


class Tape:
    """Rules noted in the order in which they will run.

    ``fixed`` are arrays whose numbers never change. ``finish`` gives every result its place and fills the ``calls`` of
    all segments, and ``once``, the calls on numbers that never change.
    """

    def __init__(self, fixed: Sequence[Array] = ()) -> None:
        self.once: list[Call] = []
        self.exposed = False
        self._segments: list[Segment] = []
        self._made: dict[Key, _Noted] = {}
        self._fixed = {_address(array) for array in fixed}
        self._by_identity: dict[int, _Noted] = {}
        self._current: list[Note] = []

    def add(self, rule: Callable[..., Any], arrays: Sequence[Array], out: Array) -> Segment:
        """The calls that do ``out[...] = rule(*arrays)``. A rule that cannot be noted is one call, of itself."""
        self._current, self.exposed = [], False
        noted = self._run(rule, arrays, out.shape)
        segment = Segment(self._current, [], out)
        self._segments.append(segment)
        if noted is None:
            for given_up in self._current:
                del self._made[given_up.key]
            segment.notes, segment.reads = [], list(arrays)
            segment.calls = [(_store, (out, rule, arrays))]
            return segment
        note = noted.note
        if note in self._current and not noted.views and not self._is_fixed(noted) and noted.dtype == out.dtype:
            assert note is not None
            note.out = out
        else:
            segment.source = noted
            if note is not None:
                note.readers.append(None)
                self._read(noted)
            if self._is_fixed(noted):
                self._fixed.add(_address(out))
        used = {id(x.root.array) for note in self._current for x in note.inputs if isinstance(x, _Noted)}
        used.add(id(noted.root.array))
        segment.reads = [array for array in arrays if id(array) in used]
        return segment

    def finish(self) -> None:
        """Finds a place for every result. To be called once, after the last rule."""
        scratch = Scratch()
        for segment in self._segments:
            place_results(segment.notes, segment.out, scratch)
            for note in segment.notes:
                inputs = [_placed(x) for x in note.inputs]
                (self.once if note.fixed else segment.calls).extend(replayed(note, inputs, scratch))
            if segment.source is not None:
                calls = self.once if self._is_fixed(segment.source) else segment.calls
                calls.append((np.copyto, (segment.out, _placed(segment.source))))

    def _run(self, rule: Callable[..., Any], arrays: Sequence[Array], shape: tuple[int, ...] | None) -> _Noted | None:
        self._by_identity = {}
        try:
            with np.errstate(all="ignore"):
                result = rule(*(self._given(array) for array in arrays))
            noted = self.known(result) if isinstance(result, np.ndarray | _Noted) else None
        except (TypeError, AttributeError):
            return None
        return noted if noted is not None and (shape is None or noted.shape == shape) else None

    def _given(self, array: Array) -> _Noted:
        noted = _Noted(self, array)
        self._by_identity[id(array)] = noted
        return noted

    def known(self, value: Any) -> Any:
        """What stands for a value: itself, what it was given out as, or a constant as an array of shape ()."""
        if isinstance(value, _Noted):
            return value
        if id(value) in self._by_identity:
            return self._by_identity[id(value)]
        if isinstance(value, np.ndarray | np.generic) and (value.ndim > 0 or self.exposed):
            raise _NotTaped  # it may have been computed from what was let out
        return np.asarray(value, dtype=np.float64)

    def note(self, function: Any, inputs: Sequence[Any], start: Array | None = None, **keywords: Any) -> _Noted:
        """The result of a call; ``start`` is what it has where the last input, a mask, says no."""
        known = [self.known(x) for x in inputs]
        if function is np.where and [x.dtype for x in known] != [np.bool_, np.float64, np.float64]:
            raise _NotTaped
        keys = tuple(x.key if isinstance(x, _Noted) else ("number", x.tobytes()) for x in known)
        key = ("call", function, keys, None if start is None else start.tobytes(), tuple(keywords.items()))
        if key in self._made:
            found = self._made[key]
            self._by_identity[id(found.array)] = found
            return self._read(found)
        if function is np.multiply:
            for one, other in (known, known[::-1]):
                if isinstance(other, _Noted) and other.dtype == np.float64 and self._is_one(one, other):
                    return other
        arrays = [x.array if isinstance(x, _Noted) else x for x in known]
        if start is None:
            result = _result(function, arrays, keywords)
        else:
            start = start.copy()
            result = function(*arrays[:-1], where=arrays[-1], out=start.copy())
        fixed = all(not isinstance(x, _Noted) or self._is_fixed(x) for x in known)
        note = Note(key, function, known, keywords, start, result.shape, result.dtype, fixed)
        for x in known:
            if isinstance(x, _Noted):
                self._read(x, note)
        self._current.append(note)
        noted = self._made[key] = _Noted(self, result, note)
        self._by_identity[id(result)] = noted
        return noted

    def _read(self, noted: _Noted, reader: Note | None = None) -> _Noted:
        """Notes who reads a result; what another rule reads has to outlive its own."""
        if noted.note is not None:
            if reader is not None:
                noted.note.readers.append(reader)
            if noted.note not in self._current:
                noted.note.lasting = True
        return noted

    def _is_fixed(self, noted: _Noted) -> bool:
        if noted.note is not None:
            return noted.note.fixed
        return noted.root.key in self._fixed

    def _is_one(self, x: Any, other: _Noted) -> bool:
        """True for a 1 that never changes and does not stretch what it is multiplied with."""
        if x.size != 1 or x.ndim > other.ndim:
            return False
        if isinstance(x, _Noted):
            return self._is_fixed(x) and bool(x.array.item() == 1.0)
        return bool(x.item() == 1.0)


def tape(rule: Callable[..., Any], arrays: Sequence[Array], out: Array) -> Taped:
    """The calls that do ``out[...] = rule(*arrays)``, on their own."""
    alone = Tape()
    segment = alone.add(rule, arrays, out)
    alone.finish()
    return Taped(segment.calls, segment.reads)


@lru_cache(maxsize=1024)
def hands_on(rule: Callable[..., Any], count: int) -> bool:
    """True where a gradient rule of ``count`` inputs gives the arriving gradient as it is, as that of a sum does."""
    arrays = [np.ones(1) for _ in range(count + 2)]
    noted = Tape()._run(rule, arrays, None)
    return noted is not None and noted.array is arrays[0]


def _placed(x: Any) -> Array:
    """Where the numbers of a stand-in will be."""
    if not isinstance(x, _Noted):
        return np.asarray(x)
    array = x.array if x.note is None else x.note.out
    if x.note is None and x.views:
        return np.asarray(x.array)
    for view in x.views:
        array = view(array)
    return np.asarray(array)


def _address(array: Array) -> Key:
    return ("at", array.__array_interface__["data"][0], array.shape, array.strides)


def _result(function: Any, arrays: Sequence[Any], keywords: Any) -> Any:
    """The result of a call, or of a large one an array like it: while a rule is noted the numbers do not matter."""
    if isinstance(function, np.ufunc) and any(array.size > SMALL for array in arrays):
        if function is np.matmul and arrays[0].ndim == arrays[1].ndim == 2:
            return np.empty((len(arrays[0]), arrays[1].shape[1]))
        if function.signature is None:
            shapes = {array.shape for array in arrays}
            shape = shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)
            return np.empty(shape, function.resolve_dtypes((*(array.dtype for array in arrays), None))[-1])
    return np.asarray(function(*arrays, **keywords))  # of scalars numpy makes a number


def _store(out: Array, rule: Callable[..., Any], arrays: Sequence[Array]) -> None:
    out[...] = rule(*arrays)
