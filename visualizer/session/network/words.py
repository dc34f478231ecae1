"""What is said of a unit, an edge or a layer that the pointer is on, in full precision."""

from __future__ import annotations

from visualizer.session.formatting import full_text
from visualizer.session.network.shape import Place, unit_name, weight_name
from visualizer.session.training.snapshot import LayerView, Snapshot

NONE_YET = "none before the first iteration"


def unit_words(snapshot: Snapshot, place: Place) -> str:
    """A unit: its name, its mean activation, its bias and the bias's gradient, a line each."""
    column, unit = place
    name = unit_name(place, snapshot.inputs)
    values = snapshot.input_values if column == 0 else snapshot.layers[column - 1].values
    mean = NONE_YET if values is None else full_text(float(values[unit]))
    if column == 0:
        return f"{name}\nmean over the last batch: {mean}"
    layer = snapshot.layers[column - 1]
    gradient = NONE_YET if layer.bias_gradient is None else full_text(float(layer.bias_gradient[unit]))
    return "\n".join(
        (
            f"{name}, {layer.activation}{_class_words(snapshot, place)}",
            f"mean over the last batch: {mean}",
            f"bias b{column}[{unit + 1}] = {full_text(float(layer.biases[unit]))}",
            f"∂L/∂b{column}[{unit + 1}] = {gradient}",
        )
    )


def _class_words(snapshot: Snapshot, place: Place) -> str:
    """Which class an output speaks for."""
    (column, unit), classes = place, snapshot.classes
    if column < len(snapshot.layers) or not classes:
        return ""
    if len(snapshot.layers[-1].biases) == 1:
        return f": high for class {classes[1]}, low for {classes[0]}" if len(classes) == 2 else ""
    return f": class {classes[unit]}" if unit < len(classes) else ""


def edge_words(snapshot: Snapshot, column: int, target: int, source: int) -> str:
    """An edge: where it leads, its weight and the weight's gradient, a line each."""
    layer = snapshot.layers[column - 1]
    name = weight_name(column, target, source)
    gradient = NONE_YET if layer.gradient is None else full_text(float(layer.gradient[target, source]))
    return "\n".join(
        (
            f"from {unit_name((column - 1, source), snapshot.inputs)} to z{column}[{target + 1}]",
            f"weight {name} = {full_text(float(layer.weights[target, source]))}",
            f"∂L/∂{name} = {gradient}",
        )
    )


def layer_words(layer: LayerView, column: int) -> str:
    """A layer: its name, the size of its matrix, and the norm of its gradient."""
    outputs, inputs = layer.weights.shape
    norm = NONE_YET if layer.norm is None else full_text(layer.norm)
    skip = f"\nadds a{layer.skip_from}" if layer.skip_from is not None else ""
    return (
        f"{layer.name}: W{column} is {outputs:,}×{inputs:,}, {layer.activation}{skip}\n"
        f"‖∇‖ = {norm}, of its weights and biases together"
    )


def inputs_words(snapshot: Snapshot) -> str:
    """The inputs: their names, as far as they are few."""
    names = snapshot.inputs
    more = f" and {len(names) - 8:,} more" if len(names) > 8 else ""
    return f"{len(names):,} input{'s' * (len(names) != 1)}: {', '.join(names[:8])}{more}"
