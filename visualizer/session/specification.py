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


class Data(_Table, frozen=True):
    """The samples that a document trains on; the fields are those of ``visualizer.session.training.recipe.DataChoice``.

    ``targets`` is for documents with a program of their own: how targets become ``t``, as ``engine.training.TARGETS``.
    """

    set: str = ""
    file: str = ""
    target: str = ""
    features: list[str] = []
    header: bool | None = None
    kind: str = ""
    samples: int | None = None
    noise: float = 0.0
    train_share: float = 0.5
    standardise: bool = False
    inputs: list[str] = []
    targets: str = ""
    seed: int = 0


class Training(_Table, frozen=True):
    """How parameters are updated; all but the learning rate is for documents with data.

    ``settings`` are the optimiser's own. ``iterations`` and ``loss_below`` say when a run stops by itself.
    """

    optimizer: str = "sgd"
    learning_rate: float | None = None
    settings: dict[str, float] = {}
    batch_size: int = 10
    schedule: str = "constant"
    schedule_settings: dict[str, float] = {}
    regularisation: str = ""
    regularisation_rate: float = 0.0
    clipping: str = ""
    clipping_limit: float = 1.0
    seed: int = 0
    iterations: int = 0
    loss_below: float | None = None


class Compare(_Table, frozen=True):
    """A further run beside the document's: what is not given is as in the document."""

    label: str = ""
    network: str = ""
    training: Training | None = None


class Chapter(_Table, frozen=True):
    """A chapter of a story told with runs: what it changes of the document, and what it says.

    ``iterations`` is how far to train when it is opened. ``inside`` opens the steps of the iteration reached.
    """

    title: str
    text: str
    network: str = ""
    data: Data | None = None
    training: Training | None = None
    compare: list[Compare] | None = None
    iterations: int = 0
    inside: bool = False


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
    """A whole document. ``inputs`` and ``parameters`` hold numbers, nested lists of numbers, or a Fill.

    ``network`` is a line as in ``engine.network``; it stands for program, inputs and parameters.
    """

    format: Literal[1]
    title: str
    program: str = ""
    network: str = ""
    label: str = ""
    summary: str = ""
    order: int = 1000
    backward: Backward = Backward()
    inputs: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    data: Data | None = None
    training: Training = Training()
    compare: list[Compare] = []
    chapters: list[Chapter] = []
    axes: dict[str, list[str]] = {}
    roles: dict[str, str] = {}
    variants: dict[str, Variant] = {}
    sections: list[Section] = []
    notes: list[Note] = []
    expect: dict[str, Any] = {}
