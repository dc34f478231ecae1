"""The layers of a network: their rows, one more, one activation for all, and the depth."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.network import Network
from visualizer.session.builder.network import stretches, with_hidden_activation, with_layer_added
from visualizer.session.builder.offers import ACTIVATION_OFFERS, Offer, title_of
from visualizer.ui.builder.boxes import WordBox
from visualizer.ui.builder.depth import DepthSlider
from visualizer.ui.builder.layer_rows import Change, LayerRow, OutputRow
from visualizer.ui.builder.rows import Refusal, attempt, number_label

# More hidden layers than this are shown as stretches of layers alike.
MOST_ROWS = 6
# And no more stretches than this: a row costs milliseconds, and a text says as much in less room.
MOST_STRETCHES = 24


class Layers(QWidget):
    """All rows of a network, a button for one layer more, and the slider of the depth.

    ``all_hidden`` is the choice of one activation for all hidden layers, for the section's heading.
    """

    def __init__(self, change: Change) -> None:
        super().__init__()
        self._change = change
        self._rows: list[LayerRow] = []
        self._more = number_label()
        self._output = OutputRow(change)
        self.all_hidden = WordBox()
        self.all_hidden.name("Activation of all hidden layers", "One activation for all hidden layers")
        self.all_hidden.chosen.connect(self._set_all)
        self._add = QPushButton("+ layer", objectName="link")
        self._add.setAccessibleName("Add a hidden layer")
        self._add.setToolTip("Add a hidden layer like the last one")
        self.depth = DepthSlider("", "Number of hidden layers")
        self.refusal = Refusal(self._add, self.depth)
        self._add.clicked.connect(lambda: attempt(lambda: change(with_layer_added), self._add, self.refusal))
        self._above = QVBoxLayout()
        self._above.setSpacing(4)
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(4)
        below.addWidget(self._add)
        below.addWidget(self.depth, 1)
        below.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._above)
        layout.addWidget(self._more)
        layout.addWidget(self._output)
        layout.addLayout(below)
        layout.addWidget(self.refusal)

    def show_network(self, network: Network, fresh: bool = False) -> None:
        """Show the layers of a network."""
        self.refusal.say("")
        found = stretches(network, MOST_ROWS)
        left = sum(stretch.count for stretch in found[MOST_STRETCHES:])
        self._more.setText(f"and {left} more, in the text below" if left else "")
        self._more.setVisible(left > 0)
        found = found[:MOST_STRETCHES]
        while len(self._rows) > len(found):
            row = self._rows.pop()
            self._above.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self._rows) < len(found):
            self._rows.append(LayerRow(self._change))
            self._above.addWidget(self._rows[-1])
        several = any(stretch.count > 1 for stretch in found)
        width = 24 if several else 18
        for row, stretch in zip(self._rows, found, strict=True):
            row.show_stretch(stretch, width, fresh)
        self._output.show_output(network, width)
        self._show_all(network)
        self.depth.show_depth(len(network.layers) - 1)

    def _show_all(self, network: Network) -> None:
        hidden = {layer.activation for layer in network.layers[:-1]}
        offers = tuple(Offer(name, title_of(name), brief=f"all {title_of(name)}") for name in ACTIVATION_OFFERS)
        mixed = (Offer("", "mixed" if hidden else "none hidden"),) if len(hidden) != 1 else ()
        self.all_hidden.set_choice((*mixed, *offers), hidden.pop() if len(hidden) == 1 else "")
        self.all_hidden.setEnabled(len(network.layers) > 1)

    def _set_all(self, word: str) -> None:
        if word:
            attempt(
                lambda: self._change(lambda recipe: with_hidden_activation(recipe, word)), self.all_hidden, self.refusal
            )

    def stops(self) -> list[QWidget]:
        """What the Tab key stops at, in order."""
        rows = [stop for row in self._rows for stop in row.stops()]
        return [*rows, self._output.activation, self._add, self.depth.slider]
