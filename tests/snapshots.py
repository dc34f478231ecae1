"""Snapshots of networks that have been trained, for tests of what is painted of them."""

from functools import lru_cache

from visualizer.session.document import parse
from visualizer.session.training.lab import Lab
from visualizer.session.training.snapshot import Snapshot
from visualizer.session.training.snapshots import Snapshots

DOCUMENT = """
format = 1
title = "A network"
network = "{network}"
[data]
set = "{data}"
[training]
learning_rate = {rate}
"""
SMALL = "2-6-6-4-1 tanh, output tanh, loss half_squared"
DEEP = "2-16x50-1 tanh, output tanh, loss half_squared, skip 2, init normal"
DIGITS = "64-32-10 relu, loss cross_entropy, init he"
SINE = "1-8-8-1 tanh"
BLOBS = "2-6-3 tanh, loss cross_entropy"


@lru_cache(maxsize=32)
def snapshot_of(network: str = SMALL, data: str = "spiral", iterations: int = 20, rate: float = 0.03) -> Snapshot:
    """What a run of this network looks like after so many iterations."""
    lab = Lab(parse(DOCUMENT.format(network=network, data=data, rate=rate)))
    lab.advance(iterations)
    return Snapshots(lab).take(0)
