"""What is pointed at and what is selected, in words: tooltips, and what a screen reader says."""

from __future__ import annotations

from engine.expression import Reference
from visualizer.session.formatting import element_name, full_text, number_text
from visualizer.session.roles import roles_of
from visualizer.session.scene import magnitude
from visualizer.session.session import Session

LEVEL_WORDS = {"layer": "layers", "neuron": "neurons", "scalar": "single numbers"}
HINT = "Arrows walk the graph, Enter edits a leaf, Escape lets go."


def reference_text(session: Session, reference: Reference) -> str:
    """The name of a recorded number."""
    node = session.document.graph.nodes[reference.node]
    name = element_name(node.name, reference.index, node.shape)
    return f"∂{session.document.loss_name}/∂{name}" if reference.kind == "gradient" else name


def layer_words(session: Session, node: int, reference: Reference | None) -> str:
    """Full precision of a number, or when an array takes part."""
    scene, position = session.scene, session.position.step
    if reference is None:
        name = session.document.graph.nodes[node].name
        steps = ", ".join(str(step) for step in session.steps_touching(node))
        return f"{name}: taken part in by steps {steps}" if steps else f"{name}: no step touches it"
    label = reference_text(session, reference)
    asked = session.card.target if session.asking else None
    if asked is not None and (reference.node, reference.kind) == (asked.node, asked.kind):
        return f"{label}: asked in the step card"
    if reference.kind == "value":
        if not scene.value_known(node, position):
            return f"{label}: not computed yet"
        return f"{label} = {full_text(float(scene.value(node, position)[reference.index]))}"
    state = scene.gradient_state(node, position)
    if state.value is None:
        return f"{label}: {still_to_come(state.total)}"
    suffix = "" if state.kind == "final" else f" ({state.arrived} of {state.total} messages)"
    return f"{label} = {full_text(float(state.value[reference.index]))}{suffix}"


def still_to_come(total: int) -> str:
    """That no message has arrived yet."""
    return "its message has not arrived yet" if total == 1 else f"none of {total} messages has arrived"


def described(session: Session) -> str:
    """What is selected, for those who cannot see it; what the canvas is where nothing is."""
    if session.selected is None:
        level = LEVEL_WORDS[session.level]
        return f"The network as a graph of {level} with values and gradients. {HINT}"
    scene, node, position = session.scene, session.selected, session.position.step
    picked = session.picked if session.picked is not None and session.picked.node == node else None
    index = picked.index if picked is not None else None
    given = session.document.graph.nodes[node]
    name = element_name(given.name, index, given.shape)
    parts = [name, roles_of(session.document)[node]]
    asked = session.card.target if session.asking else None
    hidden = {asked.kind} if asked is not None and asked.node == node else set()
    if "value" in hidden:
        parts.append("value asked in the step card")
    elif scene.value_known(node, position):
        parts.append(_number("value", scene.value(node, position), index))
    else:
        parts.append("value not computed yet")
    state = scene.gradient_state(node, position)
    words = {"unreached": "no gradient reaches it", "none": f"gradient none of {state.total}"}
    if "gradient" in hidden:
        parts.append("gradient asked in the step card")
    elif state.value is None:
        parts.append(words[state.kind])
    else:
        parts.append(_number("gradient", state.value, index))
        parts.append(state.kind if state.kind == "final" else f"partial {state.arrived} of {state.total}")
    return ", ".join(parts)


def _number(word: str, array, index) -> str:
    """An element as a number, an array by its shape and norm."""
    if not array.shape or index is not None:
        return f"{word} {number_text(float(array[() if index is None else index]))}"
    shape = " by ".join(map(str, array.shape))
    return f"{word} {shape}, norm {number_text(magnitude(array))}"
