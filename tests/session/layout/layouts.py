"""Graphs to be laid out, larger than one writes by hand."""

from itertools import combinations

from visualizer.session.layout import Layout, Link, Unit

NEAR = 60.0  # units of one column are no further apart than that
Parts = tuple[list[Unit], list[Link]]


class Growing:
    """Units and links that are added one operation after another; keys count from 0."""

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.links: list[Link] = []

    def add(self, *inputs: int) -> int:
        """Another unit, which uses these; its key."""
        key = len(self.units)
        ports = tuple(10 + 8 * (slot - (len(inputs) - 1) / 2) for slot in range(len(inputs)))
        self.units.append(Unit(key, 60, 20, ports, 10.0))
        self.links += [Link(source, key, slot) for slot, source in enumerate(inputs)]
        return key

    @property
    def parts(self) -> Parts:
        return self.units, self.links


def scalar_network(*sizes: int) -> Parts:
    """Every multiplication, addition and activation of a network, as micrograd writes its sums: ((b + p1) + p2) ..."""
    graph = Growing()
    before = [graph.add() for _ in range(sizes[0])]
    for size in sizes[1:]:
        layer = []
        for _ in range(size):
            total = graph.add()
            for unit in before:
                total = graph.add(total, graph.add(graph.add(), unit))
            layer.append(graph.add(total))
        before = layer
    return graph.parts


def chain_with_hub(lines: int) -> Parts:
    """A program of so many lines ``v = tanh(v * w)``: key 0 is w."""
    graph = Growing()
    hub, value = graph.add(), graph.add()
    for _ in range(lines):
        value = graph.add(graph.add(value, hub))
    return graph.parts


def with_one_more(parts: Parts, index: int) -> Parts:
    """A unit put into the middle of a link."""
    units, links = parts
    link, key = links[index], max(unit.key for unit in units) + 1
    longer = [Link(link.source, key, 0), Link(key, link.target, link.slot)]
    return [*units, Unit(key, 60, 20, (10.0,), 10.0)], [*links[:index], *longer, *links[index + 1 :]]


def with_one_less(parts: Parts, key: int) -> Parts:
    """A unit taken out; what used it uses its first input instead."""
    units, links = parts
    source = next(link.source for link in links if link.target == key)
    kept = [link for link in links if link.target != key]
    rewired = [Link(source, link.target, link.slot) if link.source == key else link for link in kept]
    return [unit for unit in units if unit.key != key], rewired


def turned_over(before: Layout, after: Layout) -> float:
    """The part of all pairs of units that stand above each other in both layouts of which the other is on top now."""
    turned = total = 0
    for one, other in combinations(sorted(before.positions.keys() & after.positions.keys()), 2):
        (x, was), (u, now) = (
            tuple(a - b for a, b in zip(layout.positions[one], layout.positions[other], strict=True))
            for layout in (before, after)
        )
        if max(abs(x), abs(u)) < NEAR:
            total += 1
            turned += was * now < 0
    return turned / max(total, 1)
