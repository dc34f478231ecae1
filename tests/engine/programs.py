"""A plain interpreter to hold the engine to, and random programs to run on both."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import Graph, parse_program
from engine.ops import Array
from engine.plan import summed_to


@dataclass(frozen=True)
class Numbers:
    """All numbers of one pass."""

    values: dict[int, Array]
    gradients: dict[int, Array]
    messages: dict[tuple[int, int], Array]


def interpret(graph: Graph) -> Numbers:
    """The straightforward way: node after node, the rules as they stand in the table, messages added as they come."""
    values: dict[int, Array] = {}
    for node in graph.nodes:
        if node.is_leaf:
            values[node.id] = graph.leaves[node.id]
        else:
            inputs = [values[i] for i in node.inputs]
            values[node.id] = np.asarray(node.rule.forward(*inputs, **dict(node.attributes)))
    gradients = {graph.output: np.ones(()) if graph.incoming is None else values[graph.incoming]}
    messages: dict[tuple[int, int], Array] = {}
    for node in reversed(graph.nodes):
        if node.is_leaf or node.id not in gradients:
            continue
        shapes, inputs = graph.input_shapes(node), [values[i] for i in node.inputs]
        for slot in node.rule.messages_order(len(inputs)):
            receiver = node.inputs[slot]
            if graph.nodes[receiver].op == "constant" or not node.rule.flows(slot, shapes):
                continue
            extra = {"slot": slot} if node.rule.variadic else {}
            attributes = dict(node.attributes)
            message = np.asarray(
                node.rule.vjp(slot)(gradients[node.id], values[node.id], *inputs, **attributes, **extra)
            )
            if node.rule.elementwise:
                message = summed_to(message, shapes[slot], node.shape)
            messages[node.id, slot] = message
            gradients[receiver] = gradients[receiver] + message if receiver in gradients else message
    return Numbers(values, gradients, messages)


SCALAR_LINES: list[Callable[[random.Random, list[str]], str]] = [
    lambda choose, names: f"{choose.choice(['relu', 'negate', 'sqrt', 'leaky_relu'])}({choose.choice(names[-6:])})",
    lambda choose, names: " + ".join(choose.choice(names) for _ in range(choose.randint(2, 9))),
    lambda choose, names: " - ".join(choose.choice([*names, "2"]) for _ in range(choose.randint(2, 9))),
    lambda choose, names: f"{names[-1]} {choose.choice('+-*')} {choose.choice(names)}",
    lambda choose, names: f"{choose.choice(names)} {choose.choice('+-*/')} {choose.choice([*names, '3'])}",
    lambda choose, names: f"{choose.choice(names)} * {choose.choice(names)} + {choose.choice(names)} * -1",
]


def scalar_program(seed: int) -> Graph:
    """A program of scalars, without transcendental functions: those may differ in a bit from row to number."""
    choose = random.Random(seed)
    names = [f"x{i}" for i in range(choose.randint(1, 5))]
    inputs = {name: choose.choice([choose.gauss(0, 1), 0.0, -0.0, 1.0, choose.gauss(0, 5)]) for name in names}
    lines = []
    for number in range(choose.randint(1, 25)):
        lines.append(f"v{number} = {choose.choice(SCALAR_LINES)(choose, names)}")
        names.append(f"v{number}")
    output = names[-1] if choose.random() < 0.7 else choose.choice(names[len(inputs) :])
    return parse_program("\n".join(lines), inputs, output=output)


ARRAY_LINES = [
    "{out} = tanh({a})",
    "{out} = sigmoid({a})",
    "{out} = gelu({a})",
    "{out} = {a} * {b}",
    "{out} = {a} + {b} * s",
    "{out} = {a} - r",
    "{out} = {a} / (2 + {b} ** 2)",
    "{out} = W @ {a}",
    "{out} = linear(W, {a}, k)",
    "{out} = transpose(transpose({a}) @ V)",
    "{out} = softmax({a}, axis=0)",
    "{out} = log_softmax({a})",
    "{out} = {a} * sum({b}, axis=0)",
    "{out} = {a} - max({b})",
    "{out} = exp(-{a} ** 2) * mean({b})",
    "{out} = reshape(reshape({a}, 2, 3), 3, 2) + {b}",
    "{out} = transpose(concatenate({a}, {b}, axis=1) @ U)",
    "{out} = relu({a}) + leaky_relu({b}, slope=0.1)",
]


def array_program(seed: int) -> Graph:
    """A program over 3×2 matrices, a row, a vector and a scalar, that ends in a loss."""
    choose, numbers = random.Random(seed), np.random.default_rng(seed)
    inputs: dict[str, Any] = {"x": numbers.normal(size=(3, 2)), "r": numbers.normal(size=(1, 2)), "s": 0.7}
    shapes = {"W": (3, 3), "V": (3, 3), "k": (3,), "U": (4, 3)}
    parameters = {name: numbers.normal(size=shape) * 0.7 for name, shape in shapes.items()}
    parameters["w"] = numbers.normal(size=(3, 2))
    names, lines = ["x", "w"], []
    for number in range(choose.randint(1, 6)):
        text = choose.choice(ARRAY_LINES).format(out=f"v{number}", a=choose.choice(names), b=choose.choice(names))
        if "@ U" in text:  # U takes the 4 columns of two matrices back to 3 rows: 3×4 @ 4×3 is 3×3
            text = text.replace(" @ U)", " @ U) @ w")
        lines.append(text)
        names.append(f"v{number}")
    last = names[-1]
    losses = [f"mse({last}, x)", f"cross_entropy({last}, softmax(x))", f"sum({last} * x)", f"hinge({last}, w)"]
    lines.append(f"loss = {choose.choice(losses)}")
    return parse_program("\n".join(lines), inputs, parameters)
