"""Which nodes run together: scalar operations of one kind at one depth, and chains of them side by side.

A chain is what ``b + w1 * x1 + w2 * x2 + ...`` makes: additions that each feed only the next. The sums along it are the
running sums of its terms, which numpy forms for many chains in one call, strictly one after the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.graph import Graph, Node
from engine.tape import hands_on

# Nodes of which each but the last feeds only the next one's slot 0.
Chain = tuple[Node, ...]
Group = list[Chain]


def schedule(graph: Graph) -> list[Group]:
    """The computed nodes in groups that run together, in an order in which every input is ready.

    The chains of a group have the same operation and the same length, most often 1. A node whose output or inputs are
    arrays is a group of its own.
    """
    depth = {node.id: 0 for node in graph.nodes if node.is_leaf}
    groups: dict[tuple[Any, ...], Group] = {}
    for chain in _chains(graph):
        members = {node.id for node in chain}
        reads = {i for node in chain for i in node.inputs} - members
        level = 1 + max(depth[i] for i in reads)
        depth |= dict.fromkeys(members, level)
        first = chain[0]
        alone = None if is_scalar(first) else first.id
        key = (level, first.op, first.attributes, len(chain), first.id in graph.active, alone)
        groups.setdefault(key, []).append(chain)
    return [groups[key] for key in sorted(groups, key=lambda key: (key[0], groups[key][0][0].id))]


def is_scalar(node: Node) -> bool:
    """True for an operation on single numbers, which can run in a row with others of its kind."""
    return node.rule.elementwise and node.shape == ()


def _chains(graph: Graph) -> list[Chain]:
    """All computed nodes as chains, in an order in which the inputs of each come from earlier ones."""
    chains: dict[int, Chain] = {}  # by the id of the last node
    for node in graph.nodes:
        if node.is_leaf:
            continue
        before = graph.nodes[node.inputs[0]]
        joined = before.id in chains and _continues(graph, before, node)
        chains[node.id] = (*chains.pop(before.id), node) if joined else (node,)
    return list(chains.values())


def _continues(graph: Graph, before: Node, node: Node) -> bool:
    rule = node.rule
    return (
        is_scalar(node)
        and (before.op, before.attributes) == (node.op, node.attributes)
        and before.id != graph.output
        and graph.consumers[before.id] == ((node.id, 0),)
        and isinstance(rule.forward, np.ufunc)
        and rule.forward.nin == 2
        # Then all gradients along the chain are the one that arrives at its end.
        and hands_on(rule.vjp(0), 2)
    )
