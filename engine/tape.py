"""Rules of the operation table as lists of array calls: noted once, replayed into fixed buffers.

The rules are plain functions of arrays. Run as they are, they make a new array for every intermediate result. Here a
rule runs once on stand-ins that note each call, and its replay writes every result to a place that was found for it
beforehand. The rule stays the only source of the arithmetic: a replay makes the calls that the rule made.

Three things are left out because they change no number: a call that was made before on the same arrays (the softmax of
the loss and of its gradient), a call on numbers that never change, which is made once, and a product with such a 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from engine.ops import Array
from engine.scratch import Call, Note, Scratch, place_results, replayed
from engine.standins import Key, NotTaped, StandIn

# Calls on larger arrays are not made while a rule is noted.
SMALL = 256


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
    source: StandIn | None = None
    calls: list[Call] = field(default_factory=list)


@dataclass(frozen=True)
class _Pattern:
    """What a rule did with arrays of some shapes.

    ``given`` stand for the arrays, of which it used those at the places ``used``. ``steps`` are the views that it took
    and the results of its calls, in order, and ``result`` is its own. It does the same ``again`` with others of these
    shapes where that was nothing but calls of its own, on arrays that are not the same and do change.
    """

    given: list[StandIn]
    used: list[int]
    steps: list[StandIn]
    result: StandIn
    again: bool


class Tape:
    """Rules noted in the order in which they will run.

    ``fixed`` are arrays whose numbers never change. Numbers that are given several times are to be given as one array.
    ``finish`` gives every result its place and fills the ``calls`` of all segments, and ``once``, the calls on numbers
    that never change.
    """

    def __init__(self, fixed: Sequence[Array] = ()) -> None:
        self.once: list[Call] = []
        self.exposed = False
        self._segments: list[Segment] = []
        self._made: dict[Key, StandIn] = {}
        self._fixed = {id(array): array for array in fixed}
        self._filled = dict(self._fixed)  # those of them, and results, whose numbers are there while rules are noted
        self._by_identity: dict[int, StandIn] = {}
        self._current: list[Note] = []
        self._patterns: dict[Key, _Pattern] = {}

    def add(self, rule: Callable[..., Any], arrays: Sequence[Array], out: Array) -> Segment:
        """The calls that do ``out[...] = rule(*arrays)``. A rule that cannot be noted is one call, of itself."""
        self._current, self.exposed = [], False
        kind = (rule, out.shape, *((array.shape, array.strides) for array in arrays))
        pattern = self._patterns.get(kind)
        noted = None if pattern is None else self._repeated(pattern, arrays)
        if noted is None:
            given = [StandIn(self, array) for array in arrays]
            noted = self._run(rule, given, out.shape)
            pattern = None if noted is None else self._pattern(given, noted)
        segment = Segment(self._current, [], out)
        self._segments.append(segment)
        if noted is None or pattern is None:
            self._give_up()
            segment.notes, segment.reads = [], list(arrays)
            segment.calls = [(_store, (out, rule, arrays))]
            return segment
        if pattern.again:
            self._patterns[kind] = pattern
        segment.reads = [arrays[place] for place in pattern.used]
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
                self._fixed[id(out)] = out
                if id(noted.root.array) in self._filled:
                    np.copyto(out, noted.array)
                    self._filled[id(out)] = out
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

    def _run(
        self, rule: Callable[..., Any], given: Sequence[StandIn], shape: tuple[int, ...] | None = None
    ) -> StandIn | None:
        self._by_identity = {id(x.array): x for x in given}
        try:
            with np.errstate(all="ignore"):
                result = rule(*given)
            noted = self.known(result) if isinstance(result, np.ndarray | StandIn) else None
        except (TypeError, AttributeError):
            return None
        return noted if noted is not None and (shape is None or noted.shape == shape) else None

    # The same again ------------------------------------------------------------------------------------------------

    def _pattern(self, given: list[StandIn], result: StandIn) -> _Pattern:
        """The pattern of the rule that has just run."""
        steps: dict[int, StandIn] = {}
        for note in self._current:
            views = [x for x in note.inputs if isinstance(x, StandIn) and x.views]
            steps |= {id(x): x for x in (*views, self._made[note.key])}
        if result.views:
            steps[id(result)] = result
        read = [x for note in self._current for x in note.inputs if isinstance(x, StandIn)]
        roots = {id(x.root) for x in (*read, result)}
        used = [place for place, x in enumerate(given) if id(x) in roots]
        own = roots <= {*map(id, given), *steps}
        apart = len({id(x.array) for x in given}) == len(given)
        changing = not any(self._is_fixed(given[place]) for place in used)
        return _Pattern(given, used, list(steps.values()), result, own and apart and changing and not self.exposed)

    def _repeated(self, pattern: _Pattern, arrays: Sequence[Array]) -> StandIn | None:
        """The result of the same calls on other arrays, without running the rule.

        None where it would not make the same: on arrays that are one, or never change, or where a call was made before.
        """
        used = {id(arrays[place]) for place in pattern.used}
        if len(used) < len(pattern.used) or not self._fixed.keys().isdisjoint(used):
            return None
        moved = {id(pattern.given[place]): StandIn(self, arrays[place]) for place in pattern.used}

        for step in pattern.steps:
            note = step.note
            if step.views:
                moved[id(step)] = moved[id(step.root)].seen_as(step)
                continue
            assert note is not None
            inputs = [moved.get(id(x), x) for x in note.inputs]
            key = _key(note.function, inputs, note.start, note.keywords)
            if key in self._made:
                self._give_up()
                return None
            again = Note(key, note.function, inputs, note.keywords, note.start, note.shape, note.dtype, False)
            moved[id(step)] = self._make(again, step.array.view())
        return moved[id(pattern.result)]

    def _give_up(self) -> None:
        for note in self._current:
            del self._made[note.key]
        self._current = []

    # Notes ---------------------------------------------------------------------------------------------------------

    def known(self, value: Any) -> Any:
        """What stands for a value: itself, what it was given out as, or a constant as an array of shape ()."""
        if isinstance(value, StandIn):
            return value
        if id(value) in self._by_identity:
            return self._by_identity[id(value)]
        if isinstance(value, np.ndarray | np.generic) and (value.ndim > 0 or self.exposed):
            raise NotTaped  # it may have been computed from what was let out
        return np.asarray(value, dtype=np.float64)

    def note(self, function: Any, inputs: Sequence[Any], start: Array | None = None, **keywords: Any) -> StandIn:
        """The result of a call; ``start`` is what it has where the last input, a mask, says no."""
        known = [self.known(x) for x in inputs]
        if function is np.where and [x.dtype for x in known] != [np.bool_, np.float64, np.float64]:
            raise NotTaped
        key = _key(function, known, start, keywords)
        if key in self._made:
            found = self._made[key]
            self._by_identity[id(found.array)] = found
            return self._read(found)
        if function is np.multiply:
            for one, other in (known, known[::-1]):
                if isinstance(other, StandIn) and other.dtype == np.float64 and self._is_one(one, other):
                    return other
        arrays = [x.array if isinstance(x, StandIn) else x for x in known]
        if start is None:
            result = _result(function, arrays, keywords)
        else:
            start = start.copy()
            result = function(*arrays[:-1], where=arrays[-1], out=start.copy())
        fixed = all(not isinstance(x, StandIn) or self._is_fixed(x) for x in known)
        if fixed and all(array.size <= SMALL for array in arrays) and self._are_filled(known):
            self._filled[id(result)] = result
        noted = self._make(Note(key, function, known, keywords, start, result.shape, result.dtype, fixed), result)
        self._by_identity[id(result)] = noted
        return noted

    def _make(self, note: Note, result: Array) -> StandIn:
        for x in note.inputs:
            if isinstance(x, StandIn):
                self._read(x, note)
        self._current.append(note)
        noted = self._made[note.key] = StandIn(self, result, note)
        return noted

    def _read(self, noted: StandIn, reader: Note | None = None) -> StandIn:
        """Notes who reads a result; what another rule reads has to outlive its own."""
        if noted.note is not None:
            if reader is not None:
                noted.note.readers.append(reader)
            if noted.note not in self._current:
                noted.note.lasting = True
        return noted

    def _is_fixed(self, noted: StandIn) -> bool:
        if noted.note is not None:
            return noted.note.fixed
        return id(noted.root.array) in self._fixed

    def _are_filled(self, inputs: Sequence[Any]) -> bool:
        """Whether the numbers of all that never change are there already, and not only once the calls are made."""
        return all(not isinstance(x, StandIn) or id(x.root.array) in self._filled for x in inputs)

    def _is_one(self, x: Any, other: StandIn) -> bool:
        """True for a 1 that never changes and does not stretch what it is multiplied with."""
        if x.size != 1 or x.ndim > other.ndim:
            return False
        if isinstance(x, StandIn):
            return self._is_fixed(x) and self._are_filled([x]) and bool(x.array.item() == 1.0)
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
    alone = Tape()
    given = [StandIn(alone, np.ones(1)) for _ in range(count + 2)]
    noted = alone._run(rule, given)
    return noted is not None and noted.array is given[0].array


def _key(function: Any, inputs: Sequence[Any], start: Array | None, keywords: Mapping[str, Any]) -> Key:
    """Equal for calls that have the same result."""
    keys = tuple(x.key if isinstance(x, StandIn) else ("number", x.tobytes()) for x in inputs)
    return ("call", function, keys, None if start is None else start.tobytes(), tuple(keywords.items()))


def _placed(x: Any) -> Array:
    """Where the numbers of a stand-in will be."""
    if not isinstance(x, StandIn):
        return np.asarray(x)
    array = x.array if x.note is None else x.note.out
    if x.note is None and x.views:
        return np.asarray(x.array)
    for view in x.views:
        array = view(array)
    return np.asarray(array)


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
