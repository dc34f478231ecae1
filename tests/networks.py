"""Shapes of networks, from the smallest to the deepest and the widest, for tests of where they stand."""

from visualizer.session.network.shape import NetworkShape


def shape(*units: int, maps: bool = True, skips: tuple[tuple[int, int], ...] = ()) -> NetworkShape:
    count = len(units)
    names = ("inputs", *(f"layer {i}" for i in range(1, count - 1)), "output")
    return NetworkShape(names, ("", *["tanh"] * (count - 1)), units, skips, maps)


SHAPES = {
    "2-1": shape(2, 1),
    "2-4-2-1": shape(2, 4, 2, 1),
    "2-6-6-4-1": shape(2, 6, 6, 4, 1),
    "2-8x5-1": shape(2, *[8] * 5, 1, skips=((1, 3), (3, 5))),
    "64-32-10": shape(64, 32, 10, maps=False),
    "2-16x10-1": shape(2, *[16] * 10, 1),
    "2-16x30-1": shape(2, *[16] * 30, 1, maps=False),
    "2-16x50-1": shape(2, *[16] * 50, 1, maps=False, skips=tuple((i, i + 2) for i in range(1, 49, 2))),
    "2-1000-1": shape(2, 1000, 1, maps=False),
    "784-128-10": shape(784, 128, 10, maps=False),
    "2-3x499-1": shape(2, *[3] * 499, 1, maps=False),
}
