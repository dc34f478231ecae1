"""Columns and parts, held against networkx."""

from itertools import groupby

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.session.layout.columns import columns_of, connected_parts, graph_of
from visualizer.session.pace import Pace

Links = list[tuple[int, int]]
graphs = st.integers(1, 16).flatmap(
    lambda size: st.tuples(
        st.permutations(range(size)),
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda ends: ends[0] < ends[1])),
    )
)


def digraph(keys: list[int], links: Links) -> "nx.DiGraph[int]":
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(keys)
    graph.add_edges_from(links)
    return graph


def length(columns: dict[int, int], links: Links) -> int:
    """Over how many gaps all trunks and the last hops of all links run."""
    trunks = (
        max(columns[target] for _, target in group) - columns[source] - 1
        for source, group in groupby(sorted(links), key=lambda link: link[0])
    )
    return sum(trunks) + len(links)


def generations(graph: "nx.DiGraph[int]") -> dict[int, int]:
    """Columns by networkx, with leaves moved beside their first consumers."""
    columns = {key: index for index, keys in enumerate(nx.topological_generations(graph)) for key in keys}
    for key, arriving in graph.in_degree():
        if not arriving:
            columns[key] = min((columns[consumer] for consumer in graph[key]), default=1) - 1
    return columns


@given(graphs)
def test_columns_are_generations_or_further_right(drawn: tuple[list[int], Links]) -> None:
    keys, links = drawn
    columns = columns_of(graph_of(keys, links), links, Pace())
    plain = generations(digraph(keys, links))
    assert all(columns[source] < columns[target] for source, target in links)
    assert all(columns[key] >= plain[key] for key in keys)
    assert max(columns.values()) == max(plain.values())
    for key in keys:
        consumers = [columns[target] for source, target in links if source == key]
        if not any(target == key for _, target in links):
            assert columns[key] == min(consumers, default=1) - 1


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_what_is_shared_gets_no_longer_way_in_sums_of_products(counts: list[int]) -> None:
    # Leaves 0 to 4 are shared; each product has a leaf of its own and one of those.
    keys, links, total = list(range(5)), [], 0
    for shared in counts:
        own, product, following = range(len(keys), len(keys) + 3)
        links += [(own, product), (shared, product), (total, following), (product, following)]
        keys += [own, product, following]
        total = following
    columns = columns_of(graph_of(keys, links), links, Pace())
    assert length(columns, links) <= length(generations(digraph(keys, links)), links)
    assert all(columns[key + 2] - columns[key + 1] == 1 for key in range(5, len(keys), 3))


@given(graphs)
def test_parts_are_the_connected_components(drawn: tuple[list[int], Links]) -> None:
    keys, links = drawn
    parts = connected_parts(graph_of(keys, links), links)
    components = nx.connected_components(digraph(keys, links).to_undirected())
    assert sorted(found for found, _ in parts) == sorted(sorted(keys) for keys in components)
    assert [found[0] for found, _ in parts] == sorted(found[0] for found, _ in parts)
    for found, indices in parts:
        assert indices == [index for index, link in enumerate(links) if link[0] in found]


def test_a_cycle_is_refused() -> None:
    links = [(0, 1), (1, 2), (2, 1)]
    with pytest.raises(ValueError, match="cycle"):
        columns_of(graph_of(range(3), links), links, Pace())
