"""Find: values by name, element, operation or role, and elements by a condition over what is known at this moment."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from engine.errors import GradStepError
from engine.expression import Kind, Reference
from engine.graph import Node
from engine.ops import Array
from engine.trace import Trace
from visualizer.session.appearance import Level
from visualizer.session.cursor import Position
from visualizer.session.document import Document
from visualizer.session.finding.conditions import EXAMPLE, Condition, Mask, is_condition, parse_condition
from visualizer.session.finding.elements import parse_element
from visualizer.session.roles import roles_of

if TYPE_CHECKING:
    from engine.scalars import Scalars
    from engine.units import Units

MOST = 10_000  # matches that are kept
GRADIENTS = frozenset(("gradient", "message"))


class Searched(Protocol):
    """What of a session is searched. ``units`` and ``scalars`` are looked at only where the level needs them."""

    @property
    def document(self) -> Document: ...
    @property
    def trace(self) -> Trace: ...
    @property
    def position(self) -> Position: ...
    @property
    def asking(self) -> bool: ...
    @property
    def level(self) -> Level: ...
    @property
    def sample(self) -> int | None: ...
    @property
    def units(self) -> Units: ...
    @property
    def scalars(self) -> Scalars: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for ``text``. ``at`` is the match that is looked at, -1 where there is none.

    ``matches`` are whole nodes (index None) at the level of layers, elements below it, and whatever was asked for by
    its place. At most ``MOST`` of ``total`` are kept. ``words`` is one sentence: what was found, or, where ``refused``,
    what would have been right.
    """

    text: str = ""
    matches: tuple[Reference, ...] = ()
    at: int = -1
    words: str = ""
    total: int = 0
    refused: bool = False

    @property
    def current(self) -> Reference | None:
        """The match that is looked at."""
        return self.matches[self.at] if self.matches else None

    def moved(self, by: int) -> Found:
        """So many matches on; after the last comes the first."""
        return replace(self, at=(self.at + by) % len(self.matches)) if self.matches else self


@dataclass(frozen=True, eq=False)
class _Hit:
    """Elements of one node: ``mask`` has the shape of its arrays. ``placed`` is one that was asked for by its place."""

    node: int
    kind: Kind
    mask: Mask
    placed: bool = False


def find(session: Searched, text: str) -> Found:
    """Find ``text`` at the level of the session, and among what is known where it stands."""
    text = text.strip()
    if not text:
        return Found()
    try:
        if is_condition(text):
            condition = parse_condition(text)
            return _found(session, text, _meeting(session, condition), _known_words(session, condition))
        return _named(session, text)
    except GradStepError as error:
        return Found(text, words=_sentence(str(error)), refused=True)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


# By condition ---------------------------------------------------------------------------------------------------------


def known_step(session: Searched) -> int:
    """The number of steps whose numbers are all known: one that is under way, or asked about, does not count."""
    position = session.position
    within = session.asking
    if position.scalar >= 0 and session.level == "scalar":
        outer = np.asarray(session.scalars.outer)
        within |= position.scalar + 1 < int(np.count_nonzero(outer == position.step))
    elif position.unit >= 0 and session.level == "neuron":
        from engine.parts import part_count  # only here: not everything that finds has neurons

        step = session.trace.steps[position.step - 1]
        within |= position.unit + 1 < part_count(session.units, session.trace, step)
    return max(position.step - 1, 0) if within else position.step


def _meeting(session: Searched, condition: Condition) -> Iterator[_Hit]:
    """The elements for which ``condition`` holds."""
    step = known_step(session)
    for node in session.trace.graph.nodes:
        mask = np.zeros(node.shape, dtype=np.bool_)
        for known in _known(session.trace, node, step, "message" in condition.names):
            mask |= condition.where(known, node.shape)
        if mask.any():
            yield _Hit(node.id, "gradient" if condition.names <= GRADIENTS else "value", mask)


def _known(trace: Trace, node: Node, step: int, messages: bool) -> Iterator[Mapping[str, Array | None]]:
    """The numbers of a node that are known after ``step`` steps, once for each message that has arrived.

    A gradient is the sum of what has arrived; a parameter has its new value after its update.
    """
    value: Array | None = trace.values[node.id] if step >= trace.value_at[node.id] else None
    update = None
    if step >= trace.update_at.get(node.id, len(trace.steps) + 1):
        made = trace.updates[node.id]
        value = made.after
        with np.errstate(all="ignore"):
            update = np.asarray(made.after - made.before)
    known = {
        "value": value,
        "gradient": trace.gradient_state(node.id, step).value,
        "weight": value if node.op == "parameter" else None,
        "update": update,
        "message": None,
    }
    arrived = [at for at in trace.arrivals[node.id] if at <= step] if messages else []
    if not arrived:
        yield known
    for at in arrived:
        yield {**known, "message": trace.message_of(trace.steps[at - 1])}


def _known_words(session: Searched, condition: Condition) -> str:
    """Says what has not been asked, since it is not known yet; "" where all is."""
    trace, step = session.trace, known_step(session)
    last = len(trace.steps)
    asked = condition.names
    waiting = {
        "values": bool(asked & {"value", "nan", "inf"}) and any(step < at for at in trace.value_at),
        "gradients": bool(asked & {"gradient", "message", "nan", "inf"})
        and any(step < at for arrivals in trace.arrivals.values() for at in arrivals),
        "updates": "update" in asked and any(step < at for at in trace.update_at.values()),
    }
    named = [name for name, waits in waiting.items() if waits]
    if not named:
        return ""
    listed = " and ".join(named)
    when = f"after step {step:,} of {last:,}" if step else "before the first step"
    return f"; {listed} that are not known yet, {when}, match nothing"


# By name --------------------------------------------------------------------------------------------------------------


def _named(session: Searched, text: str) -> Found:
    """What has ``text`` in its name, or is of that operation or role, or is the element of that place."""
    placed = parse_element(text, session.trace.graph, lambda: session.units.axes, session.sample or 0)
    if placed is not None:
        mask = np.zeros(session.trace.graph.nodes[placed.node].shape, dtype=np.bool_)
        mask[placed.index or ()] = True
        return _found(session, text, [_Hit(placed.node, placed.kind, mask, placed=True)])
    graph, roles, wanted = session.trace.graph, roles_of(session.document), text.lower()
    ways = {
        "name": [node.id for node in graph.nodes if wanted in node.name.lower()],
        "operation": [node.id for node in graph.nodes if not node.is_leaf and _is_operation(node, wanted)],
        "role": [node.id for node in graph.nodes if _is_role(roles[node.id], node, wanted)],
    }
    nodes = sorted(set().union(*ways.values()))
    hits = [_Hit(node, "value", np.ones(graph.nodes[node].shape, dtype=np.bool_)) for node in nodes]
    if session.level == "scalar":
        hits = _with_single_numbers(session, hits, wanted)
    if not hits:
        return Found(text, words=_nothing_named(session, text), refused=True)
    found = _found(session, text, hits, _way_words(ways) if session.level == "layer" else "")
    exact = next((node.id for node in graph.nodes if node.name.lower() == wanted), None)
    first = next((place for place, match in enumerate(found.matches) if match.node == exact), found.at)
    return replace(found, at=first)


def _is_operation(node: Node, wanted: str) -> bool:
    """Whether an operation is called so: its name, its sign or its word; a beginning of two letters is enough."""
    rule = node.rule
    names = (rule.name, rule.name.replace("_", " "), rule.word.removeprefix("the "))
    return wanted == rule.symbol.lower() or any(
        wanted == name or (len(wanted) > 1 and name.startswith(wanted)) for name in names
    )


def _is_role(role: str, node: Node, wanted: str) -> bool:
    """Whether a value's role, or a leaf's kind, is called so, by one or by many: weight, biases, parameters."""
    beginnings = (wanted, wanted.removesuffix("s"), wanted.removesuffix("es"))
    return len(wanted) > 2 and (role.startswith(beginnings) or (node.is_leaf and node.op.startswith(beginnings)))


def _with_single_numbers(session: Searched, hits: Iterable[_Hit], wanted: str) -> list[_Hit]:
    """``hits``, and the elements for which a single number of that operation or label works."""
    masks = {hit.node: hit.mask.copy() for hit in hits}
    scalars = session.scalars
    for node, origin, label in zip(scalars.trace.graph.nodes, scalars.origin, scalars.labels, strict=True):
        named = wanted in label.lower()
        if origin.index is not None and (named or (not node.is_leaf and _is_operation(node, wanted))):
            shape = session.trace.graph.nodes[origin.node].shape
            masks.setdefault(origin.node, np.zeros(shape, dtype=np.bool_))[origin.index] = True
    return [_Hit(node, "value", mask) for node, mask in sorted(masks.items())]


def _way_words(ways: Mapping[str, list[int]]) -> str:
    counted = {way: len(nodes) for way, nodes in ways.items() if nodes}
    if len(counted) == 1:
        return f" by {next(iter(counted))}"
    return ": " + ", ".join(f"{count} by {way}" for way, count in counted.items())


def _nothing_named(session: Searched, text: str) -> str:
    names = [node.name for node in session.trace.graph.nodes]
    near = difflib.get_close_matches(text, names, n=1, cutoff=0.5)
    hint = f"did you mean “{near[0]}”?" if near else f"numbers are found by a condition, as in {EXAMPLE}"
    return f"No name, operation or role has “{text[:40]}”: {hint}"


# As references --------------------------------------------------------------------------------------------------------


def _found(session: Searched, text: str, hits: Iterable[_Hit], more: str = "") -> Found:
    """The matches of the level, and what is said of them."""
    everywhere = list(hits)
    below = session.level != "layer"
    shown = [part for hit in everywhere if (part := _in_picture(session, hit)).mask.any()] if below else everywhere
    whole_nodes = not below and not any(hit.placed for hit in shown)
    elements = sum(int(np.count_nonzero(hit.mask)) for hit in shown)
    total = len(shown) if whole_nodes else elements
    if not shown:
        said = "Nothing of it is in the part that is shown" if everywhere else "Nothing is so"
    elif whole_nodes:
        within = f"{_counted(elements, 'element')} in " if is_condition(text) else ""
        said = f"{within}{_counted(total, 'array')}"
    else:
        said = _counted(total, "element")
    if session.level == "neuron" and session.sample is None and any(hit.node in session.units.axes for hit in shown):
        said += ", in any of the samples"
    if total > MOST:
        said += f", of which the first {MOST:,} are kept"
    matches = tuple(_references(shown, whole_nodes))
    return Found(text, matches, 0 if matches else -1, said + more, total)


def _references(hits: Iterable[_Hit], whole_nodes: bool) -> Iterator[Reference]:
    """At most ``MOST`` matches."""
    if whole_nodes:
        yield from (Reference(hit.node, hit.kind) for hit in itertools.islice(hits, MOST))
        return
    left = MOST
    for hit in hits:
        places = np.argwhere(hit.mask)[:left]
        left -= len(places)
        yield from (Reference(hit.node, hit.kind, tuple(place)) for place in places.tolist())


def _in_picture(session: Searched, hit: _Hit) -> _Hit:
    """What of ``hit`` is in the picture of the level: one sample of a batch, or the part of the single numbers."""
    mask = np.zeros_like(hit.mask)
    if session.level == "scalar":
        flat = [element for node, element in session.scalars.scalar_of if node == hit.node]
        mask.flat[flat] = hit.mask.flat[flat]
        return replace(hit, mask=mask)
    axis = session.units.axes.get(hit.node)
    if axis is None:
        return hit
    if session.sample is None:  # one match for each unit: the first sample in which it is so
        first = np.expand_dims(hit.mask.argmax(axis=axis), axis)
        np.put_along_axis(mask, first, np.take_along_axis(hit.mask, first, axis), axis)
        return replace(hit, mask=mask)
    of_sample = (slice(None),) * axis + (session.sample,)
    mask[of_sample] = hit.mask[of_sample]
    return replace(hit, mask=mask)


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"
