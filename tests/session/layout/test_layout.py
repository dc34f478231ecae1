"""Layouts compared as data: nothing overlaps, routes end at their ports, and known graphs look as they should."""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from tests.session.layout.layouts import (
    Parts,
    chain_with_hub,
    scalar_network,
    turned_over,
    with_one_less,
    with_one_more,
)
from visualizer.session.layout import Layout, Link, Route, Unit, arrange, crossings, through_units
from visualizer.session.pace import Cancelled, Pace

Sizes = tuple[float, float]

NEURON: dict[str, str] = {
    **dict.fromkeys(("x1", "w1", "x2", "w2", "b"), ""),
    "x1w1": "x1 w1",
    "x2w2": "x2 w2",
    "sum": "x1w1 x2w2",
    "n": "sum b",
    "o": "n",
}
PERCEPTRON: dict[str, tuple[str, Sizes]] = {
    "x": ("", (90, 80)),
    "W1": ("", (110, 190)),
    "b1": ("", (90, 100)),
    "z1": ("W1 x b1", (130, 100)),
    "a1": ("z1", (130, 100)),
    "W2": ("", (150, 130)),
    "b2": ("", (90, 70)),
    "z2": ("W2 a1 b2", (130, 70)),
    "a2": ("z2", (130, 70)),
    "W3": ("", (90, 150)),
    "b3": ("", (90, 90)),
    "z3": ("W3 a2 b3", (130, 90)),
    "y": ("z3", (130, 90)),
}


def unit(key: int, inputs: int, size: Sizes = (90, 44)) -> Unit:
    """A unit with its ports 8 apart around the middle of its left edge and its exit in the middle of the right."""
    width, height = size
    ports = tuple(height / 2 + 8 * (slot - (inputs - 1) / 2) for slot in range(inputs))
    return Unit(key, width, height, ports, height / 2)


def graph(inputs: dict[str, str], sizes: dict[str, Sizes] | None = None) -> tuple[list[Unit], list[Link]]:
    """Units and links of named nodes, each with the names of its inputs; keys follow the order of the names."""
    key = {name: index for index, name in enumerate(inputs)}
    units = [unit(key[name], len(names.split()), (sizes or {}).get(name, (90, 44))) for name, names in inputs.items()]
    links = [
        Link(key[source], key[name], slot)
        for name, names in inputs.items()
        for slot, source in enumerate(names.split())
    ]
    return units, links


def check(layout: Layout, units: list[Unit], links: list[Link]) -> None:
    """What holds for every layout."""
    by_key = {unit.key: unit for unit in units}
    width, height = layout.size
    assert set(layout.positions) == set(by_key)
    assert [route.link for route in layout.routes] == links
    for one in units:
        x, y = layout.positions[one.key]
        assert min(x, y, width - x - one.width, height - y - one.height) >= -1e-9
    for one, other in combinations(units, 2):
        (x, y), (u, v) = layout.positions[one.key], layout.positions[other.key]
        apart_in_x = x + one.width <= u or u + other.width <= x
        assert apart_in_x or y + one.height <= v + 1e-9 or v + other.height <= y + 1e-9, (one, other)
    for route in layout.routes:
        source, target = by_key[route.link.source], by_key[route.link.target]
        (x, y), (u, v) = layout.positions[source.key], layout.positions[target.key]
        assert np.allclose(route.points[0], (x + source.width, y + source.exit), rtol=0, atol=1e-9)
        assert np.allclose(route.points[-1], (u, v + target.ports[route.link.slot]), rtol=0, atol=1e-9)
        assert (np.diff(route.points[:, 0]) > 0).all()
        assert route.points.dtype == np.float64
        assert not route.points.flags.writeable
        assert route.points.min() >= -1e-9
        assert (route.points <= np.array(layout.size) + 1e-9).all()
    assert through_units(layout, units) == 0


def same(one: Layout, other: Layout) -> bool:
    return (
        one.positions == other.positions
        and one.size == other.size
        and all(np.array_equal(a.points, b.points) for a, b in zip(one.routes, other.routes, strict=True))
    )


def rises(layout: Layout) -> dict[tuple[int, int], float]:
    """How far each route falls from end to end, by its units."""
    return {
        (route.link.source, route.link.target): abs(float(route.points[-1, 1] - route.points[0, 1]))
        for route in layout.routes
    }


def heights(route: Route, x: ArrayLike) -> np.ndarray:
    """The y of a route at some x."""
    return np.asarray(np.interp(x, route.points[:, 0], route.points[:, 1]))


def test_neuron() -> None:
    units, links = graph(NEURON)
    key = {name: index for index, name in enumerate(NEURON)}
    layout = arrange(units, links)
    check(layout, units, links)
    assert crossings(layout) == 0
    left = {name: layout.positions[key[name]][0] for name in NEURON}
    assert left["b"] == left["sum"]
    assert left["x1"] == left["w1"] == left["x2"] == left["w2"] == 0
    assert left["x1"] < left["x1w1"] == left["x2w2"] < left["sum"] < left["n"] < left["o"]
    x1, w1, x2, w2 = (layout.positions[key[name]][1] for name in ("x1", "w1", "x2", "w2"))
    assert x1 < w1 < x2 < w2
    fall = rises(layout)
    assert fall[key["sum"], key["n"]] < 0.5
    assert fall[key["n"], key["o"]] < 0.5
    assert layout.size[1] <= 4 * 44 + 3 * 18 + 1


def test_perceptron_runs_level() -> None:
    units, links = graph(
        {name: inputs for name, (inputs, _) in PERCEPTRON.items()},
        {name: size for name, (_, size) in PERCEPTRON.items()},
    )
    key = {name: index for index, name in enumerate(PERCEPTRON)}
    layout = arrange(units, links)
    check(layout, units, links)
    assert crossings(layout) == 0
    fall = rises(layout)
    for source, target in pairwise(["x", "z1", "a1", "z2", "a2", "z3", "y"]):
        assert fall[key[source], key[target]] < 0.5
    for layer, inputs in enumerate((("W1", "x", "b1"), ("W2", "a1", "b2"), ("W3", "a2", "b3"))):
        tops = [layout.positions[key[name]][1] for name in inputs]
        assert tops == sorted(tops), f"layer {layer + 1} is not stacked in slot order"
        for above, top, below in zip(inputs, tops, tops[1:], strict=False):
            assert below - top == pytest.approx(units[key[above]].height + 18, abs=0.5)
    assert layout.size[1] == pytest.approx(190 + 80 + 100 + 2 * 18, abs=1)


def test_leaves_end_and_other_units_begin_at_the_edges_of_their_column() -> None:
    units, links = graph({"a": "", "b": "", "c": "a b", "d": "c", "w": "", "e": "d w"}, {"b": (50, 20), "d": (30, 20)})
    layout = arrange(units, links)
    check(layout, units, links)
    x = {name: layout.positions[index][0] for index, name in enumerate("abcdwe")}
    assert (x["a"], x["b"]) == (0, 40)
    assert x["d"] == x["w"] == x["c"] + 90 + 64


def test_long_links_pass_beside_units() -> None:
    chain = {"x": "", "p": "x", "q": "p", "r": "q", "s": "r x", "t": "s p", "u": "t x"}
    units, links = graph(chain)
    layout = arrange(units, links)
    check(layout, units, links)
    assert crossings(layout) <= 1
    fall = rises(layout)
    assert all(fall[one, other] < 0.5 for one, other in pairwise(range(len(units))))
    for route in layout.routes:
        if route.link.target - route.link.source > 1:
            first, last = layout.positions[route.link.source + 1][0], layout.positions[route.link.target - 1][0] + 90
            assert np.ptp(heights(route, np.linspace(first, last, 50))) < 1e-6, f"{route.link} bends on its way"


def test_links_of_one_source_share_one_way() -> None:
    units, links = chain_with_hub(40)
    layout = arrange(units, links, column_gap=64.0)
    check(layout, units, links)
    from_hub = [route for route in layout.routes if route.link.source == 0]
    longest = max(from_hub, key=lambda route: float(route.points[-1, 0]))
    for route in from_hub:
        together = np.linspace(route.points[0, 0], route.points[-1, 0] - 64.0, 50)
        assert np.allclose(heights(route, together), heights(longest, together), rtol=0, atol=1e-6), route.link
    # A line across costs no points in the columns that it passes.
    assert sum(len(route.points) for route in layout.routes) < 60 * len(links)
    assert crossings(layout) == 0


def test_a_hub_needs_no_more_height_in_a_longer_chain() -> None:
    short, long = (arrange(*chain_with_hub(lines)) for lines in (10, 150))
    rise = 150 * 4  # a level line enters the upper port of each product, 4 above its middle
    assert long.size[1] <= short.size[1] + rise


def test_a_product_stands_beside_its_sum() -> None:
    sums = {
        "w0": "",
        "x": "",
        "p0": "w0 x",
        **{f"w{i}": "" for i in range(1, 6)},
        **{f"p{i}": f"w{i} x" for i in range(1, 6)},
    }
    sums |= {f"s{i}": f"{'p0' if i == 1 else f's{i - 1}'} p{i}" for i in range(1, 6)}
    units, links = graph(sums)
    layout = arrange(units, links)
    check(layout, units, links)
    key = {name: index for index, name in enumerate(sums)}
    x = {name: layout.positions[key[name]][0] for name in sums}
    for i in range(1, 6):
        assert x[f"s{i}"] - x[f"p{i}"] == x[f"p{i}"] - x[f"w{i}"] == 90 + 64
    assert layout.size[1] < 5 * (44 + 18)


def test_diamond_is_symmetric() -> None:
    units, links = graph({"a": "", "b": "a", "c": "a", "d": "b c"})
    layout = arrange(units, links)
    check(layout, units, links)
    assert crossings(layout) == 0
    tops = [layout.positions[key][1] for key in range(4)]
    assert tops[0] == pytest.approx(tops[3], abs=0.5)
    assert (tops[1] + tops[2]) / 2 == pytest.approx(tops[0], abs=0.5)


def test_square_has_a_route_to_each_slot() -> None:
    units, links = graph({"x": "", "y": "x x"})
    layout = arrange(units, links)
    check(layout, units, links)
    assert crossings(layout) == 0
    assert [route.points[-1, 1] - layout.positions[1][1] for route in layout.routes] == pytest.approx([18, 26])


def test_isolated_units_stand_in_the_first_column_in_order() -> None:
    units, links = graph({"a": "", "b": "", "c": "b", "d": ""})
    layout = arrange(units, links)
    check(layout, units, links)
    assert [layout.positions[key] for key in (0, 1, 3)] == [(0, 0), (0, 62), (0, 124)]


def test_empty() -> None:
    layout = arrange([], [])
    assert (dict(layout.positions), layout.routes, layout.size) == ({}, (), (0, 0))
    assert crossings(layout) == 0
    assert through_units(layout, []) == 0


def test_crossings_and_through_units_see_what_is_there() -> None:
    units, links = graph({"a": "", "b": "", "c": "a b", "d": "b a"})
    assert crossings(arrange(units, links)) >= 1
    units, links = graph({"x": "", "p": "x", "q": "p x"})
    layout = arrange(units, links)
    x = layout.positions[1][0] + 45
    y = float(heights(layout.routes[2], x))
    moved = Layout({**layout.positions, 1: (x - 45, y - 22)}, layout.routes, layout.size)
    assert through_units(moved, units) == 1


@pytest.mark.parametrize(
    ("units", "links", "gap", "message"),
    [
        ([unit(0, 0), unit(0, 0)], [], 64.0, "share a key"),
        ([unit(0, 0)], [Link(0, 1, 0)], 64.0, "no unit at an end"),
        ([unit(0, 0), unit(1, 1)], [Link(0, 1, 1)], 64.0, "unit 1 has 1"),
        ([unit(0, 1), unit(1, 1)], [Link(0, 1, 0), Link(1, 0, 0)], 64.0, "cycle"),
        ([], [], 0.0, "must be positive"),
    ],
)
def test_what_cannot_be_drawn_is_refused(units: list[Unit], links: list[Link], gap: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        arrange(units, links, column_gap=gap)


# While it works ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 10, 100, 200])
def test_it_stops_as_soon_as_it_is_cancelled(after: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Cancelled):
        arrange(*scalar_network(2, 8, 8, 1), pace=Pace(cancelled))
    assert asked == after + 1


def test_progress_runs_from_nothing_to_all_of_it() -> None:
    told: list[float] = []
    units, links = scalar_network(2, 8, 8, 1)
    more, others = scalar_network(3, 2)
    units += [Unit(unit.key + len(units), unit.width, unit.height, unit.ports, unit.exit) for unit in more]
    links += [
        Link(link.source + len(units) - len(more), link.target + len(units) - len(more), link.slot) for link in others
    ]
    layout = arrange(units, links, pace=Pace(progress=told.append))
    assert same(layout, arrange(units, links))
    assert (told[0], told[-1]) == (0, 1)
    assert told == sorted(told)
    assert len({round(part, 1) for part in told}) >= 6


# After an edit ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sizes", "most"), [((2, 3, 1), 0.25), ((2, 5, 5, 1), 0.01)])
@pytest.mark.parametrize("edit", range(4))
def test_an_edit_turns_few_pairs_over(sizes: tuple[int, ...], most: float, edit: int) -> None:
    parts = scalar_network(*sizes)
    before = arrange(*parts)
    computed = [unit.key for unit in parts[0] if unit.ports]
    for edited in (
        with_one_more(parts, (edit * 37 + 5) % len(parts[1])),
        with_one_less(parts, computed[(edit * 31 + 3) % len(computed)]),
    ):
        after = arrange(*edited, like=before)
        check(after, *edited)
        assert turned_over(before, after) <= most
        assert crossings(after) <= crossings(before) * 1.2 + 4


def test_what_is_known_stays_where_it_would_not_be_anew() -> None:
    # Two ways that nothing tells apart: anew, the smaller key is on top.
    units, links = graph({"a": "", "b": "a", "c": "a", "d": "b c"})
    links = [Link(link.source, link.target, 0 if link.target < 3 else link.slot) for link in links]
    upside_down = arrange(units, links).renamed({0: 0, 1: 2, 2: 1, 3: 3})
    assert upside_down.positions[2][1] < upside_down.positions[1][1]
    free = [Unit(unit.key, unit.width, unit.height, (22.0,) * len(unit.ports), unit.exit) for unit in units]
    joined = [Link(0, 1, 0), Link(0, 2, 0)]
    kept = arrange(free[:3], joined, like=upside_down)
    assert kept.positions[2][1] < kept.positions[1][1]
    assert arrange(free[:3], joined).positions[1][1] < arrange(free[:3], joined).positions[2][1]


def test_a_layout_with_other_keys_has_the_same_places() -> None:
    units, links = graph({"a": "", "b": "a", "c": "b a"})
    layout = arrange(units, links)
    renamed = layout.renamed({0: 7, 1: 8})
    assert dict(renamed.positions) == {7: layout.positions[0], 8: layout.positions[1]}
    assert [route.link for route in renamed.routes] == [Link(7, 8, 0)]
    assert renamed.size == layout.size


@st.composite
def random_graphs(draw: st.DrawFn) -> tuple[list[Unit], list[Link]]:
    units: list[Unit] = []
    links: list[Link] = []
    length = st.floats(8, 200)
    for key in range(draw(st.integers(0, 14))):
        sources = draw(st.lists(st.integers(0, key - 1), max_size=4)) if key else []
        width, height = draw(length), draw(length)
        offset = st.floats(0, height)
        ports = sorted(draw(st.lists(offset, min_size=len(sources), max_size=len(sources))))
        units.append(Unit(key, width, height, tuple(ports), draw(offset)))
        links.extend(Link(source, key, slot) for slot, source in enumerate(sources))
    return draw(st.permutations(units)), draw(st.permutations(links))


@settings(deadline=None)
@given(random_graphs(), st.floats(1, 100), st.floats(1, 40))
def test_any_graph(drawn: tuple[list[Unit], list[Link]], column_gap: float, row_gap: float) -> None:
    units, links = drawn
    layout = arrange(units, links, column_gap=column_gap, row_gap=row_gap)
    check(layout, units, links)
    assert same(layout, arrange(units, links, column_gap=column_gap, row_gap=row_gap))
    assert dict(arrange(units[::-1], links).positions) == dict(arrange(units, links).positions)
    after = arrange(
        units[:-1], [link for link in links if units[-1].key not in (link.source, link.target)], like=layout
    )
    check(after, units[:-1], [route.link for route in after.routes])
    assert all(math.isfinite(length) for length in layout.size)


@pytest.mark.parametrize(("sizes", "most"), [((2, 3, 1), 6), ((4, 5, 3), 74), ((2, 5, 5, 1), 90)])
def test_crossings_of_scalar_networks(sizes: tuple[int, ...], most: int) -> None:
    parts: Parts = scalar_network(*sizes)
    layout = arrange(*parts)
    assert through_units(layout, parts[0]) == 0
    assert crossings(layout) <= most
