"""Layers whose bias is folded into their matrix product.

``W @ a + b`` is ``[W b] @ [a; 1]``, as the worksheets write it: one product gives the pre-activations, and one gives
the gradients of weights and bias together. So a folded layer runs by the rules of the matrix product in the table.

``[W b]`` is kept transposed, in one block with the rows of W's transpose first: then W and b are stretches of the one
vector of all parameters, and both products meet whole rows. Activations that a folded layer reads have a row of ones
right behind them.
"""

from __future__ import annotations

from engine.graph import Graph, Node


def folded_layers(graph: Graph) -> list[Node]:
    """The linear layers over a batch in columns whose weights and bias are parameters that nothing else reads."""
    return [node for node in graph.nodes if node.op == "linear" and not node.attributes and _can_be(graph, node)]


def _can_be(graph: Graph, node: Node) -> bool:
    weight, activations, bias = (graph.nodes[i] for i in node.inputs)
    own = all(p.op == "parameter" and len(graph.consumers[p.id]) == 1 for p in (weight, bias))
    return own and node.id in graph.active and len(activations.shape) == 2 and graph.output != node.id
