"""The rows of a network's layers: a hidden layer or a stretch of layers alike, and the output."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.network import LOSSES, Network
from visualizer.session.builder.choices import Edit
from visualizer.session.builder.network import (
    Stretch,
    with_activation,
    with_count,
    with_layer_removed,
    with_output_activation,
    with_width,
)
from visualizer.session.builder.offers import ACTIVATION_OFFERS, Offer, title_of
from visualizer.session.builder.typed import whole
from visualizer.ui.builder.boxes import HEIGHT, WordBox
from visualizer.ui.builder.rows import Refusal, attempt, number_label
from visualizer.ui.builder.stepper import Stepper

STEPPER = 66  # pixels

# Applies an edit to the selected run; raises GradStepError.
Change = Callable[[Edit], None]

_ACTIVATIONS = tuple(Offer(name, title_of(name)) for name in ACTIVATION_OFFERS)


class LayerRow(QWidget):
    """One hidden layer, or a stretch of layers alike."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        self._change = change
        self._stretch: Stretch | None = None
        self._first, self._number = number_label(), number_label()
        self._count = Stepper()
        self._of = number_label("layers of")
        self._width = Stepper()
        self._activation = WordBox()
        self._remove = QPushButton("×", objectName="remove")
        self._remove.setFixedSize(18, HEIGHT)
        self.refusal = Refusal()
        self._width.chosen.connect(self._set_width)
        self._count.chosen.connect(self._set_count)
        self._activation.chosen.connect(self._set_activation)
        self._remove.clicked.connect(self._take_away)
        for stepper in (self._width, self._count):
            stepper.abandoned.connect(lambda: self.refusal.say(""))
            stepper.setFixedWidth(STEPPER)
        self._lay_out()

    def _lay_out(self) -> None:
        self._above, below = QWidget(), QHBoxLayout()
        above = QHBoxLayout(self._above)
        for line in (above, below):
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(4)
        above.addWidget(self._first)
        above.addWidget(self._count)
        above.addWidget(self._of)
        above.addStretch(1)
        below.addWidget(self._number)
        below.addWidget(self._width)
        below.addWidget(self._activation, 1)
        below.addWidget(self._remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self._above)
        layout.addLayout(below)
        layout.addWidget(self.refusal)

    def show_stretch(self, stretch: Stretch, number_width: int, fresh: bool) -> None:
        """Show these layers; ``number_width`` is the room of the numbers at the left, in pixels."""
        if fresh or stretch != self._stretch:
            self.refusal.say("")
        self._stretch = stretch
        first, last = stretch.start + 1, stretch.start + stretch.count
        several = stretch.count > 1
        name = f"layers {first} to {last}" if several else f"layer {first}"
        self._above.setVisible(several)
        self._first.setText(str(first))
        self._number.setText("" if several else str(first))
        for label in (self._first, self._number):
            label.setFixedWidth(number_width)
            label.setToolTip(name.capitalize())
        self._count.set_value(stretch.count)
        self._count.name(f"Number of {name}")
        self._width.set_value(stretch.layer.width)
        self._width.name(f"Width of {name}")
        self._activation.set_choice(_ACTIVATIONS, stretch.layer.activation)
        self._activation.name(f"Activation of {name}", "")
        self._remove.setAccessibleName(f"Remove {name}")
        self._remove.setToolTip(f"Remove {name}")
        if fresh:
            self._count.settle()
            self._width.settle()

    def stops(self) -> list[QWidget]:
        """What the Tab key stops at, in order."""
        counts: list[QWidget] = [self._count.edit] if self._stretch and self._stretch.count > 1 else []
        return [*counts, self._width.edit, self._activation, self._remove]

    def _try(self, box: QWidget, edit: Callable[[Stretch], Edit]) -> None:
        if (stretch := self._stretch) is not None:
            attempt(lambda: self._change(edit(stretch)), box, self.refusal)

    def _set_width(self, text: str) -> None:
        self._try(
            self._width,
            lambda at: (
                lambda recipe: with_width(recipe, at.start, whole(f"the width of layer {at.start + 1}", text), at.count)
            ),
        )

    def _set_count(self, text: str) -> None:
        self._try(
            self._count,
            lambda at: lambda recipe: with_count(recipe, at.start, at.count, whole("the number of layers", text)),
        )

    def _set_activation(self, word: str) -> None:
        self._try(self._activation, lambda at: lambda recipe: with_activation(recipe, at.start, word, at.count))

    def _take_away(self) -> None:
        self._try(self._remove, lambda at: lambda recipe: with_layer_removed(recipe, at.start, at.count))


class OutputRow(QWidget):
    """The last layer: its width is what the data ask for, its activation one that the loss takes."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        self._number = number_label("out")
        self._width = number_label()
        self._width.setFixedWidth(STEPPER)
        self._width.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.activation = WordBox()
        self.activation.name("Activation of the output", "Applied to the output; the loss says which are possible")
        self.refusal = Refusal()
        self.activation.chosen.connect(
            lambda word: attempt(
                lambda: change(lambda recipe: with_output_activation(recipe, word)), self.activation, self.refusal
            )
        )
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self._number)
        line.addWidget(self._width)
        line.addWidget(self.activation, 1)
        line.addSpacing(22)  # of the buttons above, which remove
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(line)
        layout.addWidget(self.refusal)

    def show_output(self, network: Network, number_width: int) -> None:
        """Show the last layer."""
        self.refusal.say("")
        output = network.layers[-1]
        self._number.setFixedWidth(number_width)
        self._width.setText(f"{output.width:,}")
        self._width.setToolTip(f"The data ask for {output.width:,} output{'s' * (output.width != 1)}")
        words = sorted(LOSSES[network.loss].outputs, key=ACTIVATION_OFFERS.index)
        self.activation.set_choice([Offer(word, title_of(word)) for word in words], output.activation)
