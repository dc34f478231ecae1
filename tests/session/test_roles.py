"""What each value is in a network: the document's own word first, else what the program does with it."""

import pytest

from visualizer.session.document import Document, parse
from visualizer.session.document_checks import ROLES
from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.roles import roles_of


def roles(document: Document) -> dict[str, str]:
    return dict(zip((node.name for node in document.graph.nodes), roles_of(document), strict=True))


@pytest.mark.parametrize("name", lesson_names(trains=False))
def test_every_value_of_every_lesson_has_a_role_that_has_a_colour(name: str) -> None:
    assert set(roles(load_lesson(name)).values()) <= set(ROLES)


def test_the_neuron_by_hand() -> None:
    assert roles(load_lesson("neuron-by-hand")) == {
        "x1": "input", "x2": "input", "w1": "weight", "w2": "weight", "b": "bias", "o": "activation",
        "n": "pre-activation", "x1w1": "pre-activation", "x2w2": "pre-activation", "x1w1 + x2w2": "pre-activation",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["backpropagation-by-hand", "backpropagation-by-hand-exact"])
def test_three_layers(name: str) -> None:
    found = roles(load_lesson(name))
    for layer in "123":
        assert found[f"W{layer}"] == "weight"
        assert found[f"b{layer}"] == "bias"
        assert found[f"z{layer}"] == "pre-activation"
    assert found["a1"] == found["a2"] == found["y"] == "activation"
    assert found["x"] == found["y_target"] == "input"
    assert found.get("loss", "loss") == "loss"


def of(program: str, extra: str = "") -> dict[str, str]:
    text = f"format = 1\ntitle = 'roles'\nprogram = '''\n{program}\n'''\n{extra}\n"
    return roles(parse(text + "[inputs]\nx = 2.0\n[parameters]\nw = 3.0\nb = 1.0\n"))


def test_what_is_only_added_is_a_bias_and_what_is_also_multiplied_is_not() -> None:
    assert of("y = w * x + b")["b"] == "bias"
    assert of("y = w * x - b")["b"] == "bias"
    assert of("y = w * x + b * b + b")["b"] == "weight"


def test_the_document_has_the_last_word() -> None:
    assert of("y = w * x + b", "roles = {b = 'weight', y = 'loss'}")["b"] == "weight"
    assert of("y = w * x + b", "roles = {b = 'weight', y = 'loss'}")["y"] == "loss"
