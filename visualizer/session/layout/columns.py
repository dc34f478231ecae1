"""Which column each unit of a layered layout stands in, and which units hang together."""

from collections.abc import Iterable, Sequence

import networkx as nx  # type: ignore[import-untyped, unused-ignore]

from visualizer.session.pace import Pace

Links = Sequence[tuple[int, int]]


def graph_of(keys: Iterable[int], links: Links) -> "nx.DiGraph[int]":
    """The units, and which feeds which."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(keys)
    graph.add_edges_from(links)
    return graph


def connected_parts(graph: "nx.DiGraph[int]", links: Links) -> list[tuple[list[int], list[int]]]:
    """Keys, ascending, and indices of links of each connected part, the one with the smallest key first."""
    parts = sorted(sorted(part) for part in nx.weakly_connected_components(graph))
    part_of = {key: number for number, part in enumerate(parts) for key in part}
    indices: list[list[int]] = [[] for _ in parts]
    for index, (source, _) in enumerate(links):
        indices[part_of[source]].append(index)
    return list(zip(parts, indices, strict=True))


def columns_of(graph: "nx.DiGraph[int]", links: Links, pace: Pace) -> dict[int, int]:
    """Column of each unit: behind all that feeds it, but beside its consumers where that shortens the way of links.

    A unit that nothing feeds stands right before its first consumer. Raises ValueError for a cycle.
    """
    keys = list(graph)
    number = {key: index for index, key in enumerate(keys)}
    consumers: list[list[int]] = [[] for _ in keys]
    sources: list[list[int]] = [[] for _ in keys]
    for source, target in links:
        consumers[number[source]].append(number[target])
        sources[number[target]].append(number[source])
    pace.check()
    columns = [0] * len(keys)
    in_turn: list[int] = []
    try:
        for column, generation in enumerate(nx.topological_generations(graph)):
            for key in generation:
                columns[number[key]] = column
                in_turn.append(number[key])
    except nx.NetworkXUnfeasible:
        raise ValueError("the links form a cycle") from None
    pace.check()
    _move_right(in_turn, columns, sources, consumers)
    for unit, feeding in enumerate(sources):
        if not feeding:
            columns[unit] = min([columns[consumer] for consumer in consumers[unit]], default=1) - 1
    return dict(zip(keys, columns, strict=True))


def _move_right(
    in_turn: Sequence[int], columns: list[int], sources: Sequence[list[int]], consumers: Sequence[list[int]]
) -> None:
    """Move units up to their first consumers where the links get shorter: all links of one source share one way.

    A source that only this unit uses and that nothing feeds moves along. What others use as well need not go that way
    for this unit alone, so its longer way counts as their part of it.
    """
    reach: dict[int, int] = {}
    for unit in reversed(in_turn):
        users = consumers[unit]
        if not (users and sources[unit]):
            continue
        here, there = columns[unit], min([columns[user] for user in users]) - 1
        if here == there:
            continue
        cost = 0.0
        for source in sources[unit]:
            sharing = consumers[source]
            if source not in reach:
                reach[source] = max([columns[user] for user in sharing])
            if reach[source] < there and (sources[source] or len(sharing) > 1):
                cost += (there - reach[source]) / len(sharing)
        if cost < there - here:
            columns[unit] = there
            for source in sources[unit]:
                reach[source] = max(reach[source], there)
