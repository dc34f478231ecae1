"""Every step of every operation has its words, and the numbers in them are the recorded ones."""

import numpy as np
import pytest

from engine.explain import explain
from engine.expression import Number, Reference, Symbol
from engine.trace import Step, Trace, record
from visualizer.session import wording
from visualizer.session.document import Document, parse

NEURON = """
format = 1
title = "One neuron"
program = \"\"\"
x1w1 = x1 * w1
x2w2 = x2 * w2
n = x1w1 + x2w2 + b
o = tanh(n)
\"\"\"
[inputs]
x1 = 2.0
x2 = 0.0
[parameters]
w1 = -3.0
w2 = 1.0
b = 6.8813735870195432
"""

LAYER = """
format = 1
title = "A layer and its incoming gradient"
program = "z3 = linear(W3, a2, b3)"
[backward]
output = "z3"
incoming = "y_pred - y_target"
[inputs]
a2 = [2, 4]
y_pred = [0.5, 0.5, 0.0]
y_target = [0, 1, 0]
[parameters]
W3 = [[2, 0], [0, 2], [1, 1]]
b3 = [-1, -5, -7]
"""


def opened(text: str) -> tuple[Document, Trace]:
    document = parse(text)
    return document, record(document.graph, document.learning_rate)


def step_to(document: Document, trace: Trace, phase: str, name: str) -> Step:
    """The first step of a phase that gives a number to the node of that name."""
    wanted = document.graph.node(name).id
    return next(step for step in trace.steps if step.phase == phase and trace.receiver(step) == wanted)


@pytest.mark.parametrize(
    ("phase", "name", "title", "formula", "numbers"),
    [
        ("forward", "x1w1", "Times computes x1w1", "x1w1 = x1 · w1", "−6 = 2 × (−3)"),
        ("forward", "n", "Plus computes n", "n = (x1w1 + x2w2) + b", "0.8814 = −6 + 6.881"),
        ("forward", "o", "tanh computes o", "o = tanh(n)", "0.7071 = tanh(0.8814)"),
        ("backward", "o", "The gradient of o starts at 1", "∂o/∂o = 1", "1 = 1"),
        ("backward", "n", "tanh hands its gradient to n", "∂o/∂n = ∂o/∂o · (1 − o²)", "0.5 = 1 × (1 − 0.7071²)"),
        ("backward", "w1", "Times hands its gradient to w1", "∂o/∂w1 = ∂o/∂x1w1 · x1", "1 = 0.5 × 2"),
        ("update", "w1", "w1 takes a step downhill", "w1 ← w1 − η · ∂o/∂w1", "−3.1 = −3 − 0.1 × 1"),
        ("update", "w2", "w2 stays where it is", "w2 ← w2 − η · ∂o/∂w2", "1 = 1 − 0.1 × 0"),
    ],
)
def test_the_neuron_in_words(phase: str, name: str, title: str, formula: str, numbers: str) -> None:
    document, trace = opened(NEURON)
    step = step_to(document, trace, phase, name)
    assert wording.title(document, trace, step) == title
    assert wording.formula_text(document, trace, step) == formula
    assert wording.numbers_text(document, trace, step) == numbers


@pytest.mark.parametrize(
    ("phase", "name", "why"),
    [
        ("forward", "n", "n is the sum of (x1w1 + x2w2) and b."),
        ("backward", "o", "Nudging o moves o by just as much: ∂o/∂o is 1."),
        ("backward", "n", "A nudge of n moves o by 1 − o² as much: steep near 0, flat where tanh saturates."),
        ("update", "w2", "The gradient is 0: a nudge of w2 does not move o, so w2 stays as it is."),
        (
            "update", "w1",
            "The gradient is positive: raising w1 would raise o, so w1 goes down, "
            "by the learning rate times its gradient.",
        ),
    ],
)  # fmt: skip
def test_why(phase: str, name: str, why: str) -> None:
    document, trace = opened(NEURON)
    assert wording.why(document, trace, step_to(document, trace, phase, name)) == why


def test_before_the_first_step_there_are_words_and_no_formula() -> None:
    document, trace = opened(NEURON)
    assert wording.title(document, trace, None) == "Before the first step"
    assert wording.why(document, trace, None).endswith(".")
    assert wording.formula_text(document, trace, None) == wording.numbers_text(document, trace, None) == ""


def test_an_incoming_gradient_comes_from_outside() -> None:
    document, trace = opened(LAYER)
    seed = step_to(document, trace, "backward", "z3")
    assert wording.title(document, trace, seed) == "z3 is given its incoming gradient"
    assert wording.why(document, trace, seed) == "The gradient at z3 comes from outside: y_pred − y_target."
    assert wording.formula_text(document, trace, seed) == "∂L/∂z3 = y_pred − y_target"
    assert wording.numbers_text(document, trace, seed) == "[0.5, −0.5, 0] = [0.5, 0.5, 0] − [0, 1, 0]"


def test_arrays_are_written_out() -> None:
    document, trace = opened(LAYER)
    step = step_to(document, trace, "backward", "W3")
    assert wording.formula_text(document, trace, step) == "∂L/∂W3 = ∂L/∂z3 @ a2ᵀ"
    assert wording.numbers_text(document, trace, step) == "[[1, 2], [−1, −2], [0, 0]] = [0.5, −0.5, 0] @ [2, 4]ᵀ"


def test_large_arrays_are_written_as_their_shape() -> None:
    document, trace = opened(
        'format = 1\ntitle = "large"\nprogram = "y = sum(W @ x)"\n'
        "inputs.x = { shape = [30], fill = [1.0] }\nparameters.W = { shape = [20, 30], fill = [0.5] }\n"
    )
    step = step_to(document, trace, "forward", "W @ x")
    result = f"[{', '.join(['15'] * 20)}]"
    assert wording.numbers_text(document, trace, step) == f"{result} = (20×30) @ (30)"


def test_a_value_used_twice_collects_its_messages() -> None:
    document, trace = opened('format = 1\ntitle = "twice"\nprogram = "y = x * x"\ninputs.x = 3.0\n')
    assert wording.formula_text(document, trace, trace.steps[-1]) == "∂y/∂x += ∂y/∂y · x"


@pytest.mark.parametrize(
    ("program", "count"), [("mean(x)", 6), ("mean(x, axis=0)", 2), ("mse(x, x2)", 6), ("cross_entropy(x, x2)", 2)]
)
def test_averages_say_how_many(program: str, count: int) -> None:
    document, trace = opened(
        f'format = 1\ntitle = "mean"\nprogram = "y = sum({program})"\n'
        "inputs.x = [[1, 2, 3], [4, 5, 6]]\ninputs.x2 = [[1, 0, 0], [0, 1, 0]]\n"
    )
    step = next(s for s in trace.steps if s.phase == "backward" and trace.receiver(s) == document.graph.ids["x"])
    assert wording.numbers_text(document, trace, step).endswith(f" / {count}")


def test_leaves() -> None:
    document, trace = opened(LAYER)
    weight = document.graph.ids["W3"]
    assert wording.leaf_name(document, Number(0.1, "η")) == "η"
    assert wording.leaf_name(document, Number(-2.0)) == "−2"
    assert wording.leaf_name(document, Symbol("n")) == "n"
    assert wording.leaf_name(document, Reference(document.graph.ids["a2"], "value", (1,))) == "a2[2]"
    assert wording.leaf_name(document, Reference(weight, "gradient")) == "∂L/∂W3"
    assert wording.leaf_number(trace, Reference(weight, "value", (0, 0))) == "2"
    assert wording.leaf_number(trace, Reference(weight, "gradient", (1, 1))) == "−2"
    assert wording.leaf_number(trace, Reference(document.graph.ids["y_pred"], "gradient")) == "none"


def test_unnamed_constants_go_by_their_number() -> None:
    document, trace = opened('format = 1\ntitle = "c"\nprogram = "y = -2 * x + 0.5"\ninputs.x = 3.0\n')
    texts = [wording.formula_text(document, trace, step) for step in trace.steps]
    assert texts[:2] == ["(-2 * x) = −2 · x", "y = (-2 * x) + 0.5"]


EVERY_OPERATION = """
format = 1
title = "Every operation"
program = \"\"\"
c = ((a + b) * (a - b) / b) ** 2
d = sqrt(exp(log(c + 1))) + -a
e = tanh(d) + sigmoid(d) + relu(d) + leaky_relu(d, slope=0.1) + gelu(d)
z = linear(W, v, v) + transpose(transpose(W)) @ v + reshape(reshape(v, 2, 1), 2)
q = concatenate(z, v)
p = softmax(q)
l = log_softmax(q)
s = sum(p) + mean(l) + max(q) + mse(p, t) + cross_entropy(q, t) + binary_cross_entropy(p, t) + hinge(q, t)
y = s + e
\"\"\"
[inputs]
a = 2.0
b = 3.0
v = [1, 2]
t = [0, 1, 0, 0]
[parameters]
W = [[1, 2], [3, 4]]
"""


def test_every_operation_has_its_words() -> None:
    document, trace = opened(EVERY_OPERATION)
    for step in trace.steps:
        words = [wording.title(document, trace, step), wording.why(document, trace, step)]
        words += [wording.formula_text(document, trace, step), wording.numbers_text(document, trace, step)]
        assert all(words)
        assert not any("{y}" in text or "{x}" in text or "  " in text for text in words)
        assert words[1].endswith(".")
        left = wording.compact(explain(trace, step).result)
        assert words[3].startswith(f"{left} = ")


def test_a_gradient_that_is_not_finite_is_said() -> None:
    document, trace = opened('format = 1\ntitle = "inf"\nprogram = "y = log(w - w)"\nparameters.w = 1.0\n')
    assert not np.isfinite(trace.gradient("w"))
    assert "is not finite" in wording.why(document, trace, trace.steps[-1])
