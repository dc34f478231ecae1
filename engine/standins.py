"""What stands for an array while a rule runs, so that the calls that the rule makes are noted on a tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from engine.ops import Array
from engine.scratch import Note

if TYPE_CHECKING:
    from engine.tape import Tape

Key = tuple[Any, ...]
Views = tuple[Callable[[Array], Any], ...]


class NotTaped(TypeError):
    """The rule does something else than calls that can be noted."""


class StandIn(NDArrayOperatorsMixin):
    """Stands for an array while a rule runs: one given to the rule, the result of a call, or a view of either.

    ``key`` is equal for two that hold the same numbers. An array that is given more than once is known by its identity.
    """

    # ndarray.__pow__ takes short cuts that np.power does not.
    __pow__ = __rpow__ = __ipow__ = None  # type: ignore[assignment]

    def __init__(self, tape: Tape, array: Any, note: Note | None = None, root: StandIn | None = None) -> None:
        self.tape = tape
        self.array = array
        self.note = note
        self.root = self if root is None else root
        self.views: Views = ()
        self.view_keys: Key = ()
        self._key: Key = ()

    @property
    def key(self) -> Key:
        if not self._key:
            if self.root is not self:
                self._key = ("view", self.root.key, self.view_keys)
            else:
                self._key = ("at", id(self.array)) if self.note is None else self.note.key
        return self._key

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

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> StandIn:
        if ufunc.nout != 1:
            raise NotTaped
        if method == "outer" and not keywords:
            one, other = (self.tape.known(x) for x in inputs)
            if one.ndim == other.ndim == 1:
                return self.tape.note(ufunc, [one[:, None], other])
        if method != "__call__" or keywords.keys() - {"out", "where"}:
            raise NotTaped
        if not keywords:
            return self.tape.note(ufunc, inputs)
        if keywords.keys() != {"out", "where"} or isinstance(keywords["out"][0], StandIn):
            raise NotTaped
        return self.tape.note(ufunc, [*inputs, keywords["where"]], start=keywords["out"][0])

    def __array_function__(self, function: Any, types: Any, arguments: tuple[Any, ...], keywords: Any) -> Any:
        if function is np.where and len(arguments) == 3 and not keywords:
            return self.tape.note(function, arguments)
        if function in (np.size, np.shape, np.ndim):
            return function(*(x.array if isinstance(x, StandIn) else x for x in arguments), **keywords)
        if not isinstance(arguments[0], StandIn):
            raise NotTaped
        if function in _REDUCTIONS:
            return getattr(arguments[0], _REDUCTIONS[function])(*arguments[1:], **keywords)
        if function in _VIEWS:
            return arguments[0]._view(function, *arguments[1:], **keywords)
        raise NotTaped

    def sum(self, axis: Any = None, keepdims: bool = False) -> StandIn:
        return self.tape.note(np.add.reduce, [self], axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> StandIn:
        return self.tape.note(np.maximum.reduce, [self], axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:
        total = self.sum(axis, keepdims)
        return total / (self.size / max(total.size, 1))

    # Views

    @property
    def T(self) -> StandIn:
        return self._view(np.transpose)

    def reshape(self, *shape: Any) -> StandIn:
        return self._view(np.reshape, shape[0] if len(shape) == 1 else shape)

    def __getitem__(self, index: Any) -> StandIn:
        return self._view(_getitem, index)

    def _view(self, function: Any, *arguments: Any, **keywords: Any) -> StandIn:
        def view(array: Array) -> Any:
            return function(array, *arguments, **keywords)

        array = view(self.array)
        if not isinstance(array, np.ndarray) or not np.may_share_memory(array, self.array):
            raise NotTaped
        noted = StandIn(self.tape, array, self.note, self.root)
        noted.views = (*self.views, view)
        noted.view_keys = (*self.view_keys, function, repr((arguments, keywords)))
        return noted

    def seen_as(self, other: StandIn) -> StandIn:
        """The same view of this array as ``other`` is of another."""
        array = self.array
        for view in other.views:
            array = view(array)
        noted = StandIn(self.tape, array, self.note, self)
        noted.views, noted.view_keys = other.views, other.view_keys
        return noted

    # What would let the rule's numbers out

    def __array__(self, *_: Any, **__: Any) -> Array:
        if self.views:
            raise NotTaped
        self.tape.exposed = True
        array: Array = self.array
        return array

    def __bool__(self) -> bool:
        raise NotTaped

    def __float__(self) -> float:
        raise NotTaped


_REDUCTIONS = {np.sum: "sum", np.max: "max", np.mean: "mean"}
_VIEWS = (np.transpose, np.reshape, np.expand_dims, np.broadcast_to)


def _getitem(array: Array, index: Any) -> Any:
    return array[index]
