"""What is said of a unit, a bias or an edge under the pointer, in full precision: only what is known by now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.expression import Reference
from engine.units import Bundle, weight_index
from visualizer.session.appearance import Shows
from visualizer.session.edge_scale import EdgeScale
from visualizer.session.formatting import full_text, number_text, sample_text, shortened
from visualizer.session.neuron.places import Mark
from visualizer.session.neuron.scene import NeuronScene
from visualizer.session.neuron.state import NeuronState, Numbers, state_at
from visualizer.session.neuron.timeline import entry_at

if TYPE_CHECKING:
    from visualizer.session.session import Session

HIDDEN = "?"
_SHOWN: tuple[tuple[Shows, str], ...] = (("gradient", "gradient"), ("message", "message"), ("update", "update"))


def neuron_words(session: Session, hit: tuple[Any, ...], rings: EdgeScale | None = None) -> str:
    """The tooltip for what ``NeuronScene.hit`` found: a node, its element, and perhaps the mark itself.

    ``rings`` is the scale of the rings around units where it is another one than that of the edges.
    """
    scene: NeuronScene = session.neuron
    reference = hit[1]
    mark = hit[2] if len(hit) > 2 else None if reference is None else scene.mark(reference)
    if mark is None:
        return str(scene.trace.graph.nodes[hit[0]].name)
    asked = session.card.target if session.asking else None
    moment = (session.position.step, session.position.unit)
    words = mark_words(state_at(scene, moment, scene.sample), mark, asked)
    if rings is None or mark.unit is None:
        return words
    return f"{words}\nring: |gradient|, from {number_text(rings.low)} to {number_text(rings.high)}"


def mark_words(state: NeuronState, mark: Mark, asked: Reference | None = None) -> str:
    """What stands at a mark, a line for each number; ``asked`` is an array that is hidden behind a question."""
    if mark.strand is not None:
        return "\n".join(_edge_lines(state, mark, asked))
    if mark.bias is not None:
        return "\n".join(_bias_lines(state, mark.bias, asked))
    assert mark.unit is not None
    lines, sample = _unit_lines(state, mark.unit, asked), sample_words(state.scene)
    return "\n".join([*lines, sample] if sample else lines)


def sample_words(scene: NeuronScene) -> str:
    """Which sample the numbers are of: "sample 3 of 100", "mean over 100 samples"; "" where there is no batch."""
    return sample_text(scene.sample, scene.units.samples)


# Units and biases -----------------------------------------------------------------------------------------------------


def _unit_lines(state: NeuronState, unit: int, asked: Reference | None) -> list[str]:
    """A line for each stage, and one for each bias."""
    scene = state.scene
    group = scene.units.groups[scene.group[unit]]
    place = int(scene.unit[unit])
    lines = [
        _number_line(scene, node, _name(scene, node, place), state.stage(number), unit, asked)
        for number, node in enumerate(group.stages)
    ]
    for bias in (scene.bias_unit == unit).nonzero()[0].tolist():
        lines += _bias_lines(state, bias, asked)
    return lines


def _bias_lines(state: NeuronState, bias: int, asked: Reference | None) -> list[str]:
    scene = state.scene
    node, unit = int(scene.bias_node[bias]), int(scene.unit[scene.bias_unit[bias]])
    return [_number_line(scene, node, _name(scene, node, unit), state.biases, bias, asked)]


def _number_line(scene: NeuronScene, node: int, name: str, numbers: Numbers, at: int, asked: Reference | None) -> str:
    """A value and its gradient: z1[2] = 0.52 · gradient 0.013, 1 of 2 messages."""
    if asked is not None and asked.node == node and asked.kind == "value":
        value = f"{name} = {HIDDEN}"
    elif numbers.value_known[at]:
        value = f"{name} = {full_text(float(numbers.value[at]))}"
    else:
        value = f"{name}: not computed yet"
    arrived, total = int(numbers.arrived[at]), int(numbers.total[at])
    if total == 0:
        return f"{value} · no gradient reaches it"
    if arrived == 0:
        return f"{value} · no gradient yet"
    if asked is not None and asked.node == node and asked.kind == "gradient":
        return f"{value} · gradient {HIDDEN}"
    some = f", {arrived} of {total} messages" if arrived < total else ""
    return f"{value} · gradient {full_text(float(numbers.gradient[at]))}{some}"


def _name(scene: NeuronScene, node: int, unit: int) -> str:
    """A unit's place in a stage or a bias as people count: a1[2]; the name alone where there is one number."""
    array, name = scene.trace.graph.nodes[node], shortened(scene.trace.graph.nodes[node].name)
    size = array.size // (scene.units.samples if node in scene.units.axes else 1)
    return f"{name}[{unit + 1:,}]" if size > 1 else name


# Edges ----------------------------------------------------------------------------------------------------------------


def _edge_lines(state: NeuronState, mark: Mark, asked: Reference | None) -> list[str]:
    """Weight and where it leads, then what is known of its gradient, its message and its update."""
    scene = state.scene
    assert mark.strand is not None
    bundle = scene.strands[mark.strand].bundle
    source = _name(scene, bundle.stage, mark.source)
    target = _name(scene, scene.units.groups[bundle.target].stages[-1], mark.target)
    lines = [f"from {source} to {target}"]
    if bundle.weight is not None:
        value = _known(state, mark, "weight")
        lines.insert(0, f"{_weight_name(scene, bundle, mark)} = {HIDDEN if value is None else full_text(value)}")
    for shows, word in _SHOWN:
        number = _known(state, mark, shows)
        if number is not None:
            said = HIDDEN if _hides(scene, bundle, shows, asked) else full_text(number)
            sample = sample_words(scene) if shows == "message" else ""  # weights are the same for all
            lines.append(f"{word} {said} · {sample}" if sample else f"{word} {said}")
    return lines


def _hides(scene: NeuronScene, bundle: Bundle, shows: Shows, asked: Reference | None) -> bool:
    """Whether a question hides what an edge shows."""
    if asked is None:
        return False
    wanted = {"gradient": (bundle.weight, "gradient"), "message": (bundle.stage, "gradient")}
    return (asked.node, asked.kind) == wanted.get(shows, (bundle.weight, "value"))


def _known(state: NeuronState, mark: Mark, shows: Shows) -> float | None:
    """What an edge shows of a kind by now."""
    assert mark.strand is not None
    strand = state.scene.strands[mark.strand]
    return entry_at(state.scene, strand, shows, state.moment, mark.target, mark.source)


def _weight_name(scene: NeuronScene, bundle: Bundle, mark: Mark) -> str:
    """W1[2,1]: as it stands in its array, counted from 1."""
    assert bundle.weight is not None
    index = weight_index(scene.units, bundle, mark.target, mark.source)
    name = shortened(scene.trace.graph.nodes[bundle.weight].name)
    return f"{name}[{','.join(str(i + 1) for i in index)}]" if index else name
