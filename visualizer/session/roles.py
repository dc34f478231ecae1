"""What each value is in a network: input, weight, bias, pre-activation, activation or loss. The picture's colours."""

from __future__ import annotations

from engine.graph import Graph, Node
from visualizer.session.document import Document


def roles_of(document: Document) -> tuple[str, ...]:
    """The role of every node, by id: the document's own word where it says one, else read off the program."""
    graph = document.graph
    return tuple(document.specification.roles.get(node.name) or _role(graph, node) for node in graph.nodes)


def _role(graph: Graph, node: Node) -> str:
    if node.op in ("input", "constant"):
        return "input"
    if node.op == "parameter":
        uses = graph.consumers[node.id]
        adds = all(
            graph.nodes[consumer].op in ("add", "subtract") or (graph.nodes[consumer].op == "linear" and slot == 2)
            for consumer, slot in uses
        )
        return "bias" if uses and adds else "weight"
    if node.rule.role:
        return node.rule.role
    return "value" if node.scope == "incoming" else "pre-activation"
