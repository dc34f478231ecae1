"""What may stand in a document, field by field. msgspec checks types and names every field that does not fit."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the document: unknown fields are errors, and fields at their default are not written."""


class Anchor(_Table, frozen=True, rename={"source": "from"}):
    """A step by name: the first step of that phase that gives ``node`` a number (sent by ``source``, where given)."""

    phase: Literal["forward", "backward", "update"]
    node: str
    source: str = ""


class Section(_Table, frozen=True):
    """A stretch of the timeline, from its anchor to the next section's."""

    at: Anchor
    title: str


class Note(_Table, frozen=True):
    """Narration at one step. With ``ask``, the step's numbers stay hidden behind that question until it is answered."""

    at: Anchor
    text: str
    ask: str = ""


class Backward(_Table, frozen=True):
    """Where the backward pass starts: a scalar ``output``, or any output and the gradient ``incoming`` at it."""

    output: str = ""
    incoming: str = ""


class Training(_Table, frozen=True):
    """How parameters are updated."""

    learning_rate: float = 0.1


class Fill(_Table, frozen=True):
    """An array by its shape: sizes are whole numbers or names under [sizes]; ``fill`` is repeated as needed."""

    shape: list[int | str]
    fill: list[float]


class Variant(_Table, frozen=True):
    """Another way to write the same program; the leaves in ``transpose`` exchange rows and columns."""

    title: str
    program: str
    transpose: list[str] = []


class Specification(_Table, frozen=True):
    """A whole document. ``inputs`` and ``parameters`` hold numbers, nested lists of numbers, or a Fill."""

    format: Literal[1]
    title: str
    program: str
    summary: str = ""
    order: int = 1000
    backward: Backward = Backward()
    inputs: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    training: Training = Training()
    axes: dict[str, list[str]] = {}
    roles: dict[str, str] = {}
    variants: dict[str, Variant] = {}
    sections: list[Section] = []
    notes: list[Note] = []
    expect: dict[str, Any] = {}
