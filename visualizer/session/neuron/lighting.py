"""What is lit at a moment: the units just given a number, the edges that brought it, what is pointed at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.draws import Indices
from engine.expression import Reference
from engine.trace import Phase, Step
from engine.units import Bundle
from engine.units.groups import untransposed
from visualizer.session.cursor import current_step
from visualizer.session.neuron.pill import pill
from visualizer.session.neuron.places import Mark as Mark
from visualizer.session.neuron.scene import NeuronScene

if TYPE_CHECKING:
    from visualizer.session.session import Session

NOTHING: Indices = np.zeros(0, dtype=np.intp)


@dataclass(frozen=True, eq=False)
class NeuronLight:
    """Highlights, as data.

    ``receivers`` are the units given a number by the present part, ``biases`` the biases, ``senders`` the units that it
    came from. ``edges`` are drawn edges (indices over all strands), ``entries`` the (strand, target, source) of heat
    maps, None for a whole row or column. ``receiving_edges`` says that the edges themselves are given the number: a
    weight's gradient or update. ``pill`` is the number that has just arrived, ``pill_at`` where. ``selected`` are the
    units, ``selected_edges`` the edges of the selected array. ``asked`` is an array whose numbers are hidden behind a
    question.
    """

    phase: Phase | None = None
    receivers: Indices = field(default_factory=lambda: NOTHING)
    biases: Indices = field(default_factory=lambda: NOTHING)
    senders: Indices = field(default_factory=lambda: NOTHING)
    edges: Indices = field(default_factory=lambda: NOTHING)
    entries: tuple[tuple[int, int | None, int | None], ...] = ()
    receiving_edges: bool = False
    pill: str = ""
    pill_at: tuple[float, float] | None = None
    hovered: Mark | None = None
    picked: Mark | None = None
    selected: Indices = field(default_factory=lambda: NOTHING)
    selected_edges: Indices = field(default_factory=lambda: NOTHING)
    asked: Reference | None = None


def neuron_lighting(session: Session) -> NeuronLight:
    """The highlights for where the session stands."""
    scene: NeuronScene = session.neuron
    step = current_step(session.trace, session.position)
    light = NeuronLight() if step is None else _of_step(scene, step, session.position.unit)
    asked = session.card.target if session.asking else None
    units, edges = _selected(scene, session.selected)
    return replace(
        light,
        pill="" if asked else light.pill,
        hovered=_mark(scene, session.hovered),
        picked=_mark(scene, session.picked),
        selected=units,
        selected_edges=edges,
        asked=asked,
    )


def _mark(scene: NeuronScene, reference: Reference | None) -> Mark | None:
    return None if reference is None else scene.mark(reference)


def _selected(scene: NeuronScene, node: int | None) -> tuple[Indices, Indices]:
    """The units and the drawn edges of an array."""
    if node is None:
        return NOTHING, NOTHING
    if node in scene.units.bundle_of:
        return NOTHING, _joined(_drawn(scene, number) for number in scene.units.bundles_of[node])
    return _units(scene, scene.units.group_of[node], None), NOTHING


# The step -------------------------------------------------------------------------------------------------------------


def _of_step(scene: NeuronScene, step: Step, part: int) -> NeuronLight:
    """The light of one part of a step, or of all of it (-1)."""
    receiver, unit = scene.trace.receiver(step), part if part >= 0 else None
    if receiver in scene.units.bundle_of:
        light = _to_edges(scene, step, receiver, unit)
    elif step.phase == "forward":
        light = _forward(scene, receiver, unit)
    else:
        light = _to_units(scene, step, receiver, unit)
    number, place = pill(scene, step, light.receivers, light.biases, light.edges if light.receiving_edges else NOTHING)
    return replace(light, phase=step.phase, pill=number, pill_at=place)


def _forward(scene: NeuronScene, node: int, unit: int | None) -> NeuronLight:
    """A stage is computed: of what comes along the edges and of its bias."""
    units, group = scene.units, scene.units.group_of[node]
    inputs = units.graph.nodes[node].inputs
    numbers = [units.bundle_at.get((node, slot)) for slot in range(len(inputs))]
    numbers += [units.bundle_of.get(i) for i in inputs]  # of products that are edges, and of weights
    bundles = [units.bundles[i] for i in sorted({i for i in numbers if i is not None})]
    bundles = [bundle for bundle in bundles if bundle.consumer == node or bundle.via in inputs]
    weighing = {i for bundle in bundles for i in (bundle.weight, bundle.via)}
    others = [i for i in inputs if i in units.bundle_of and untransposed(units.graph, i)[0] not in weighing]
    whole = [units.bundles[number] for i in others for number in units.bundles_of.get(i, (units.bundle_of[i],))]
    receivers = _units(scene, group, unit)
    beside = np.isin(scene.bias_unit, receivers) | (scene.group[scene.bias_unit] != group)
    return NeuronLight(
        receivers=receivers,
        biases=np.flatnonzero(np.isin(scene.bias_node, inputs) & beside),
        senders=_joined([*(_sources(scene, bundle, unit) for bundle in bundles), _mixed(scene, node)]),
        edges=_joined(
            [
                *(_drawn(scene, bundle.number, target=unit) for bundle in bundles),
                *(_drawn(scene, bundle.number) for bundle in whole),  # a weight that is used as a value, in a penalty
            ]
        ),
        entries=_entries(scene, bundles, unit, None) + _entries(scene, whole, None, None),
    )


def _to_units(scene: NeuronScene, step: Step, node: int, unit: int | None) -> NeuronLight:
    """A message arrives at a stage or a bias, along edges or from within; or a bias is updated."""
    units = scene.units
    sender = units.group_of.get(step.node)
    of_bias = scene.bias_node == node
    if of_bias.any():
        shared = units.graph.nodes[node].size == 1
        if sender is not None and any(bias == node for _, bias in units.groups[sender].biases):
            of_bias &= scene.group[scene.bias_unit] == sender
        if unit is not None and not shared:
            of_bias &= scene.unit[scene.bias_unit] == unit
        lit = np.flatnonzero(of_bias)
        return NeuronLight(biases=lit, senders=scene.bias_unit[lit] if step.phase == "backward" else NOTHING)
    receivers = _units(scene, units.group_of[node], unit)
    if step.slot is None:
        incoming = units.graph.incoming if step.node == units.graph.output else None
        if step.phase == "update" or incoming is None or incoming not in units.group_of:
            return NeuronLight(receivers=receivers)
        return NeuronLight(receivers=receivers, senders=_units(scene, units.group_of[incoming], unit))
    number = units.bundle_at.get((step.node, step.slot))
    if number is None:
        return NeuronLight(receivers=receivers, senders=_mixed(scene, step.node))
    bundle = units.bundles[number]
    edges = _drawn(scene, number, source=unit)
    whose = unit if bundle.pattern == "same" and unit is not None else None
    targets = _units(scene, bundle.target, None if whose is None else whose + bundle.offset)
    entries = _entries(scene, [bundle], None, unit)
    return NeuronLight(receivers=receivers, senders=targets, edges=edges, entries=entries)


def _to_edges(scene: NeuronScene, step: Step, node: int, unit: int | None) -> NeuronLight:
    """A weight is given its gradient or its update, or a product that is an edge its number: a row at a time."""
    along = scene.units.bundle_at.get((step.node, step.slot)) if step.slot is not None else None
    bundle = scene.units.bundles[scene.units.bundle_of[node] if along is None else along]
    shared = scene.units.graph.nodes[node].size == 1
    target = None if bundle.via == node or unit is None or shared else unit
    ends = [_sources(scene, bundle, target), _units(scene, bundle.target, target)]
    if step.phase == "update":
        ends = []
    elif bundle.via == node:
        ends = ends[:1] if step.phase == "forward" else ends[1:]
    elif step.phase == "forward":  # the transpose of a weight comes from the weight alone
        ends = []
    elif along is None and step.node in scene.units.group_of:  # from a penalty, or whatever takes weights as values
        ends = [_units(scene, scene.units.group_of[step.node], None)]
    return NeuronLight(
        senders=_joined(ends),
        edges=_drawn(scene, bundle.number, target=target),
        entries=_entries(scene, [bundle], target, None),
        receiving_edges=True,
    )


def _mixed(scene: NeuronScene, node: int) -> Indices:
    """The units of a group of which a stage takes all at once, as softmax does."""
    group = scene.units.group_of.get(node)
    if group is None or scene.units.graph.nodes[node].rule.elementwise:
        return NOTHING
    within = scene.units.groups[group].stages
    return _units(scene, group, None) if {*scene.units.graph.nodes[node].inputs}.intersection(within) else NOTHING


# Units and edges ------------------------------------------------------------------------------------------------------


def _units(scene: NeuronScene, group: int, unit: int | None) -> Indices:
    """The units of a group in the scene, or one of them."""
    first, end = int(scene.first[group]), int(scene.first[group + 1])
    return np.arange(first, end) if unit is None or unit >= end - first else np.array([first + unit])


def _sources(scene: NeuronScene, bundle: Bundle, target: int | None) -> Indices:
    """The units that edges to a target unit come from, whether these are drawn or not."""
    if bundle.pattern == "same" and target is not None:
        source = target - bundle.offset
        return _units(scene, bundle.source, source) if 0 <= source < bundle.shape[1] else NOTHING
    return _units(scene, bundle.source, None)


def _drawn(scene: NeuronScene, number: int, target: int | None = None, source: int | None = None) -> Indices:
    """The drawn edges of a strand, or those of one of its units."""
    strand = scene.strands[number]
    wanted = np.ones(len(strand.sources), dtype=bool)
    if target is not None:
        wanted &= strand.target_units == target
    if source is not None:
        wanted &= strand.source_units == source
    return strand.first + np.flatnonzero(wanted)


def _entries(
    scene: NeuronScene, bundles: Sequence[Bundle], target: int | None, source: int | None
) -> tuple[tuple[int, int | None, int | None], ...]:
    numbers = (bundle.number for bundle in bundles)
    return tuple((number, target, source) for number in numbers if scene.strands[number].matrix is not None)


def _joined(parts: Iterable[Indices]) -> Indices:
    return np.unique(np.concatenate([NOTHING, *parts]))
