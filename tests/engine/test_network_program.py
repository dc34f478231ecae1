"""Programs are read back as the networks that they were written for; edits are understood, or answered by line."""

import contextlib
import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import GradStepError
from engine.errors import ProgramError
from engine.network import (
    ACTIVATIONS,
    LOSSES,
    MAX_LAYERS,
    Network,
    network_of,
    parse_network,
    program_of,
    skips_of,
    with_hidden_layers,
)
from tests.engine.networks import networks

SKIPPING = parse_network("2-4x5-1 relu, skip 2, output tanh, gain 1.5, seed 3")

PLAIN = parse_network("2-8-4-1 tanh")


@given(networks)
def test_a_network_is_read_back(net: Network) -> None:
    assert network_of(program_of(net), net) == net


@given(networks, st.integers(0, 5), st.data())
def test_changed_programs_are_read(net: Network, skip_every: int, data: st.DataObject) -> None:
    layers = [
        replace(layer, activation=data.draw(st.sampled_from(ACTIVATIONS))) if layer is not net.layers[-1] else layer
        for layer in net.layers
    ]
    same_output = [name for name in LOSSES if net.layers[-1].activation in LOSSES[name].outputs]
    changed = replace(net, layers=layers, skip_every=skip_every, loss=data.draw(st.sampled_from(same_output)))
    read = network_of(program_of(changed), net)
    assert program_of(read) == program_of(changed)
    # Distances that make no difference to the program are kept.
    assert replace(read, skip_every=skip_every) == changed


@given(networks, st.integers(0, 12))
def test_layers_more_and_less_are_read(net: Network, count: int) -> None:
    changed = with_hidden_layers(net, count)
    assert network_of(program_of(changed), net) == changed


@given(networks, st.data())
def test_a_program_is_read_as_nothing_else(net: Network, data: st.DataObject) -> None:
    """Lines are left out, doubled or exchanged: what is read all the same has just that program."""
    lines = program_of(net).splitlines()
    at, to = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    edit = data.draw(st.sampled_from(["leave out", "double", "exchange", "copy over"]))
    if edit == "leave out":
        del lines[at]
    elif edit == "double":
        lines.insert(to, lines[at])
    elif edit == "exchange":
        lines[at], lines[to] = lines[to], lines[at]
    else:
        lines[at] = lines[to]
    text = "\n".join(lines)
    with contextlib.suppress(GradStepError):
        assert program_of(network_of(text, net)) == text


@given(st.text(max_size=60) | st.text("zaf123=linear(Wx,b)+ \n#lostmse", max_size=60))
def test_any_text_is_a_network_or_a_sentence(text: str) -> None:
    with contextlib.suppress(GradStepError):
        read = network_of(text, PLAIN)
        assert network_of(program_of(read), PLAIN) == read


def test_space_comments_brackets_and_order_of_a_sum_are_free() -> None:
    text = program_of(SKIPPING).replace("f3 + a1", "a1+(f3)").replace("linear(W2, a1, b2)", "linear( W2,a1 , b2 ) # hm")
    assert network_of(f"# mine\n\n{text.replace('mse(a6, t)', 'mse(a6, t) / 2.0')}\n\n", SKIPPING) == replace(
        SKIPPING, loss="half_squared"
    )


def test_widths_are_those_of_the_other_network_layer_by_layer() -> None:
    like = parse_network("3-8-5-2 relu, init he")
    for text, widths in [
        ("3-1-1-1-1-1", [8, 5, 5, 5, 2]),
        ("3-1-1", [8, 2]),
        ("3-1", [2]),
    ]:
        read = network_of(program_of(parse_network(text)), like)
        assert [layer.width for layer in read.layers] == widths
        assert (read.inputs, read.initialisation) == (3, "he")
    no_hidden = network_of(program_of(parse_network("3-1-1")), parse_network("3-2"))
    assert [layer.width for layer in no_hidden.layers] == [3, 2]


def test_a_skip_can_be_taken_away_and_put_in() -> None:
    plain = replace(SKIPPING, skip_every=0)
    assert network_of(program_of(plain), SKIPPING) == plain
    assert network_of(program_of(SKIPPING), plain) == SKIPPING
    three = replace(SKIPPING, skip_every=3)
    assert network_of(program_of(three), SKIPPING) == three


def changed(before: str, after: str) -> str:
    text = program_of(SKIPPING)
    assert before in text
    return text.replace(before, after)


BAD = {
    "an empty program": ("# nothing\n", "the program has no layer: its first line should be z1 = linear(W1, x, b1)"),
    "a loss alone": ("loss = mse(x, t)", "the program has no layer"),
    "no program at all": ("z1 = ", "line 1: "),
    "another name at the start": ("h = linear(W1, x, b1)", "line 1: “h = linear(W1, x, b1)” should be z1 = linear("),
    "no loss": ("z1 = linear(W1, x, b1)\na1 = tanh(z1)", "its last line should be loss = mse(a1, t)"),
    "an unknown loss": (changed("mse(", "mae("), "line 15: “loss = mae(a6, t)” should be one of mse(a6, t); cross_e"),
    "the loss of another layer": (changed("mse(a6", "mse(a5"), "line 15: “loss = mse(a5, t)” should be one of mse(a6"),
    "something after the loss": (changed("mse(a6, t)", "mse(a6, t)\nq = x * 2"), "line 16: “q = x * 2” should be left"),
    "another input": (changed("W3, a2", "W3, a1"), "line 5: “z3 = linear(W3, a1, b3)” should be z3 = linear(W3, a2,"),
    "another weight": (changed("W3", "W2"), "line 5: “z3 = linear(W2, a2, b3)” should be z3 = linear(W3, a2, b3)"),
    "an unknown activation": (changed("relu(z2)", "rellu(z2)"), "line 4: the activation of layer 2 cannot be “rellu”"),
    "a keyword": (changed("relu(z2)", "leaky_relu(z2, slope=0.3)"), "should be a2 = leaky_relu(z2)"),
    "softmax along the wrong axis": (changed("relu(z2)", "softmax(z2)"), "should be a2 = softmax(z2, axis=0)"),
    "the activation of another layer": (changed("relu(z2)", "relu(z1)"), "line 4: “a2 = relu(z1)” should be a2 = relu"),
    "no activation": (changed("relu(z2)", "z2 * z2"), "line 4: “a2 = z2 * z2” should be an activation of z2, such as"),
    "a number": (changed("relu(z2)", "3"), "line 4: “a2 = 3” should be an activation of z2"),
    "linear as an activation": (changed("relu(z2)", "linear(z2)"), "should be left out: a linear layer hands on z2"),
    "an activation of another name": (changed("a2 = ", "y = "), "line 4: “y = relu(z2)” should be a2 = tanh(z2), z3 ="),
    "f without a skip": (changed("a2 = ", "f2 = "), "line 4: “f2 = relu(z2)” should be a2 = relu(z2): nothing is"),
    "x added": (changed("f3 + a1", "f3 + x"), "line 7: “a3 = f3 + x” should be f3 plus what an earlier layer gives"),
    "itself added": (changed("f3 + a1", "f3 + f3"), "line 7: “a3 = f3 + f3” should be f3 plus what an earlier layer"),
    "another layer added": (changed("f5 + a3", "f5 + a1"), "line 12: “a5 = f5 + a1” should be a5 = f5 + a3: skips"),
    "one of two skips taken away": (
        changed("f5 = relu(z5)\na5 = f5 + a3", "a5 = relu(z5)"),
        "line 11: “a5 = relu(z5)” should be f5 = relu(z5), followed by a5 = f5 + a3: skips come every 2 layers, or not",
    ),
    "a linear layer without its skip": (
        changed("f5 = relu(z5)\na5 = f5 + a3\n", "").replace("W6, a5", "W6, z5"),
        "line 10: “z5 = linear(W5, a4, b5)” should be followed by a5 = z5 + a3",
    ),
    "a skip into the first layer": (changed("a1 = relu(z1)", "f1 = relu(z1)\na1 = f1 + x"), "line 3: “a1 = f1 + x”"),
    "a skip to the output": (
        changed("a6 = tanh(z6)", "f6 = tanh(z6)\na6 = f6 + a5"),
        "line 15: “a6 = f6 + a5” should be without an addition: skips join hidden layers of equal width",
    ),
    "a loss that takes probabilities": (changed("mse(", "binary_cross_entropy("), "line 15: the loss binary_cross_ent"),
    "too many layers": (
        "\n".join(f"z{n} = linear(W{n}, {f'z{n - 1}' if n > 1 else 'x'}, b{n})" for n in range(1, 600))
        + "\nloss = mse(z599, t)",
        "the number of hidden layers must be from 0 to 499, not 598",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "says"), BAD.values(), ids=BAD)
def test_what_is_no_network_is_answered_by_line(text: str, says: str) -> None:
    with pytest.raises(GradStepError, match=re.escape(says)) as caught:
        network_of(text, SKIPPING)
    assert len(str(caught.value)) < 300
    assert isinstance(caught.value, ProgramError) or "number of" in str(caught.value)


def test_the_line_at_fault_is_named() -> None:
    lines = program_of(SKIPPING).splitlines()
    for at, other in itertools.product(range(len(lines) - 1), ("z9 = linear(W1, x, b9)", "z3 = linear(W1, x, b1)")):
        wrong = [*lines[:at], other, *lines[at + 1 :]]
        if wrong == lines:
            continue
        with pytest.raises(ProgramError) as caught:
            network_of("\n".join(wrong), SKIPPING)
        assert caught.value.line in (at + 1, at, at + 2)


# Depth ----------------------------------------------------------------------------------------------------------------


def test_depth_changes_at_the_end_of_the_hidden_layers() -> None:
    net = parse_network("2-8-4-1 relu tanh sigmoid, skip 2, seed 4")
    assert with_hidden_layers(net, 2) == net
    assert with_hidden_layers(net, 4) == parse_network("2-8-4-4-4-1 relu tanh tanh tanh sigmoid, skip 2, seed 4")
    assert with_hidden_layers(net, 1) == parse_network("2-8-1 relu sigmoid, skip 2, seed 4")
    assert with_hidden_layers(net, 0) == parse_network("2-1 sigmoid, skip 2, seed 4")
    assert with_hidden_layers(parse_network("3-1"), 2) == parse_network("3-3-3-1 tanh")
    assert len(skips_of(with_hidden_layers(net, 6))) == 2


@pytest.mark.parametrize("count", [-1, MAX_LAYERS, True])
def test_depths_that_cannot_be_are_a_sentence(count: int) -> None:
    with pytest.raises(GradStepError, match="the number of hidden layers must be"):
        with_hidden_layers(PLAIN, count)
