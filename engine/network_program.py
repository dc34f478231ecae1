"""A network as program text: every network can be stepped, read and edited as text."""

from __future__ import annotations

from engine.layers import LOSSES, Network
from engine.ops import OPS


def skips_of(network: Network) -> dict[int, int]:
    """Which layer is added to which: {later layer: earlier layer}, counted from 1. Hidden layers only."""
    found: dict[int, int] = {}
    start = 1
    for number in range(2, len(network.layers)):
        if network.layers[number - 1].width != network.layers[number - 2].width:
            start = number
        elif number - start == network.skip_every:
            found[number] = start
            start = number
    return found


def program_of(network: Network) -> str:
    """The network as program text over x, t and the parameters; the same for one sample and for a batch.

    ``z2`` is a weighted sum, ``a2`` a layer's activation, ``f2`` the activation before a skip connection is added. The
    last line is ``loss``.
    """
    skips = skips_of(network)
    lines: list[str] = []
    values = ["x"]
    for number, layer in enumerate(network.layers, start=1):
        lines.append(f"z{number} = linear(W{number}, {values[-1]}, b{number})")
        value = f"z{number}"
        if layer.activation != "linear":
            axis = ", axis=0" if "axis" in OPS[layer.activation].attributes else ""
            value = f"{'f' if number in skips else 'a'}{number}"
            lines.append(f"{value} = {layer.activation}(z{number}{axis})")
        if number in skips:
            lines.append(f"a{number} = {value} + {values[skips[number]]}")
            value = f"a{number}"
        values.append(value)
    lines.append(f"loss = {LOSSES[network.loss].line.format(output=values[-1])}")
    return "\n".join(lines)
