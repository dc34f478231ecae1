"""A rule of the operation table as the list of array calls it makes: noted once, replayed into fixed buffers.

The rules are plain functions of arrays. Run as they are, they make a new array for every intermediate result. Here a
rule runs once on stand-ins that note each call, and its replay writes every result to where it was written the first
time. The rule stays the only source of the arithmetic, and the numbers are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from engine.ops import Array

Call = tuple[Callable[..., Any], tuple[Any, ...]]

# The third positional argument of these is deprecated; for all others it is the fastest way to say where to write.
_OUT_BY_NAME = (np.maximum, np.minimum)
# Beyond this size the buffers would cost more memory than the calls cost time.
MAX_SIZE = 4096


@dataclass(frozen=True, slots=True)
class Taped:
    """``calls`` that write a rule's result, and which of the arrays given (``reads``) they read."""

    calls: list[Call]
    reads: list[Array]


class _NotTaped(TypeError):
    """The rule does something else than calls of ufuncs and ``where``."""


class _Noted(NDArrayOperatorsMixin):
    """Stands for ``array`` while a rule runs, and appends every call to ``notes`` as (function, arrays, result)."""

    # ndarray.__pow__ takes short cuts that np.power does not.
    __pow__ = __rpow__ = __ipow__ = None  # type: ignore[assignment]

    def __init__(self, array: Any, notes: list[tuple[Any, list[Any], Any]]) -> None:
        self.array = array
        self.notes = notes

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> _Noted:
        if method != "__call__" or keywords or ufunc.nout != 1:
            raise _NotTaped
        return self._note(ufunc, inputs)

    def __array_function__(self, function: Any, types: Any, arguments: tuple[Any, ...], keywords: Any) -> _Noted:
        if function is not np.where or len(arguments) != 3 or keywords:
            raise _NotTaped
        return self._note(function, arguments)

    def __array__(self, *_: Any, **__: Any) -> Array:
        raise _NotTaped

    def __bool__(self) -> bool:
        raise _NotTaped

    def __float__(self) -> float:
        raise _NotTaped

    def _note(self, function: Any, inputs: Sequence[Any]) -> _Noted:
        arrays = [x.array if isinstance(x, _Noted) else np.asarray(x, dtype=np.float64) for x in inputs]
        result = np.asarray(function(*arrays))  # of scalars numpy makes a number, which cannot be written to
        self.notes.append((function, arrays, result))
        return _Noted(result, self.notes)


def tape(rule: Callable[..., Any], arrays: Sequence[Array], out: Array) -> Taped:
    """The calls that do ``out[...] = rule(*arrays)``. A rule that cannot be noted is one call, of itself."""
    noted = _run(rule, arrays) if out.size <= MAX_SIZE else None
    if noted is None or noted.array.shape != out.shape or noted.array.dtype != out.dtype:
        return Taped([(_store, (out, rule, arrays))], list(arrays))
    given = [array for array in arrays if array is noted.array]
    if given:
        return Taped([(np.copyto, (out, given[0]))], given)
    calls: list[Call] = []
    reads: list[Array] = []
    for function, inputs, result in noted.notes:
        calls += _replay(function, inputs, out if result is noted.array else result)
        reads += [array for array in inputs if any(array is one for one in arrays)]
    return Taped(calls, reads)


@lru_cache(maxsize=1024)
def hands_on(rule: Callable[..., Any], count: int) -> bool:
    """True where a gradient rule of ``count`` inputs gives the arriving gradient as it is, as that of a sum does."""
    arrays = [np.ones(1) for _ in range(count + 2)]
    noted = _run(rule, arrays)
    return noted is not None and noted.array is arrays[0]


def _run(rule: Callable[..., Any], arrays: Sequence[Array]) -> _Noted | None:
    notes: list[tuple[Any, list[Any], Any]] = []
    try:
        with np.errstate(all="ignore"):
            result = rule(*(_Noted(array, notes) for array in arrays))
    except (TypeError, AttributeError):
        return None
    return result if isinstance(result, _Noted) else None


def _replay(function: Any, inputs: Sequence[Any], out: Any) -> list[Call]:
    if function is np.where:
        condition, yes, no = inputs
        return [(np.copyto, (out, no)), (np.copyto, (out, yes, "same_kind", condition))]
    if function in _OUT_BY_NAME:
        return [(partial(function, out=out), tuple(inputs))]
    return [(function, (*inputs, out))]


def _store(out: Array, rule: Callable[..., Any], arrays: Sequence[Array]) -> None:
    out[...] = rule(*arrays)
