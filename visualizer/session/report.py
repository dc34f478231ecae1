"""A whole trace as text for a terminal, and as JSON for scripts. Both come in pieces, so that they can be cut off.

The JSON is strict and plain ASCII: arrays are nested lists, and numbers that are not finite are the strings "nan",
"inf" and "-inf". Its form is a promise to those who script it.
"""

from __future__ import annotations

import itertools
import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.explain import explain
from engine.gradcheck import Check, Verdict
from engine.ops import Array
from engine.shapes import shape_text
from engine.trace import Step, Trace
from visualizer.session import anchors, wording
from visualizer.session.document import Document
from visualizer.session.formatting import array_text, number_text
from visualizer.session.json_numbers import json_value
from visualizer.session.text_grid import GRID_WIDTH, WIDTH, aligned, columns_of, grid, to_right, wrapped
from visualizer.session.update_report import how_updates_are_made, line_texts, made_by

# The columns before a step's formula: its number, its phase and a gap.
INDENT = 16
# Left-hand sides up to this long are aligned at the equals sign; longer ones stand further out.
MAX_ALIGNED = 20
# A table's cells are at most this wide.
MAX_CELL = 30

VERDICTS: Mapping[Verdict, str] = {
    "right": "right",
    "kink": "right (a kink)",
    "unknown": "cannot be judged",
    "off": "OFF",
}


# JSON ---------------------------------------------------------------------------------------------------------------


def json_pieces(document: Document, trace: Trace) -> Iterator[str]:
    """The trace as the text of one JSON object, one entry a line."""
    sections: Mapping[str, Iterable[Mapping[str, Any]]] = {
        "nodes": _nodes(trace),
        "edges": _edges(trace),
        "steps": _steps(document, trace),
        "updates": _updates(trace),
    }
    yield "{"
    for position, (name, entries) in enumerate(sections.items()):
        yield f'{"," if position else ""}\n"{name}": ['
        for count, entry in enumerate(entries):
            yield f"{',' if count else ''}\n{json.dumps(entry, allow_nan=False)}"
        yield "\n]"
    yield "\n}\n"


def _nodes(trace: Trace) -> Iterator[Mapping[str, Any]]:
    for node in trace.graph.nodes:
        yield {
            "name": node.name,
            "op": "input" if node.op == "constant" else node.op,
            "inputs": [trace.graph.nodes[i].name for i in node.inputs],
            "shape": list(node.shape),
            "value": json_value(trace.values[node.id]),
            "gradient": json_value(trace.gradients[node.id]),
        }


def _edges(trace: Trace) -> Iterator[Mapping[str, Any]]:
    for node in trace.graph.nodes:
        for slot, source in enumerate(node.inputs):
            yield {
                "from": trace.graph.nodes[source].name,
                "to": node.name,
                "slot": slot,
                "gradient": json_value(trace.messages.get((node.id, slot))),
            }


def _steps(document: Document, trace: Trace) -> Iterator[Mapping[str, Any]]:
    for index, step in enumerate(trace.steps, start=1):
        yield {
            "index": index,
            "phase": step.phase,
            "node": trace.graph.nodes[trace.receiver(step)].name,
            "slot": step.slot,
            "from": trace.graph.nodes[step.node].name if step.slot is not None else None,
            "formula": wording.formula_text(document, trace, step),
            "numbers": wording.numbers_text(document, trace, step),
            "result": json_value(explain(trace, step).result),
        }


def _updates(trace: Trace) -> Iterator[Mapping[str, Any]]:
    for identity, update in trace.updates.items():
        yield {
            "name": trace.graph.nodes[identity].name,
            "before": json_value(update.before),
            "gradient": json_value(update.gradient),
            "after": json_value(update.after),
            **made_by(trace, identity),
        }


# Text ---------------------------------------------------------------------------------------------------------------


def text_lines(document: Document, trace: Trace) -> Iterator[str]:
    """The trace as lines for a terminal: the program, what is given, every step, and what came out."""
    yield from _introduction(document, trace)
    headings = dict(anchors.sections(document, trace))
    phase = ""
    columns = _columns(document, trace)
    sums: dict[int, tuple[int, Array]] = {}
    for position, step in enumerate(trace.steps, start=1):
        if position in headings:
            yield from _heading(headings[position])
        elif step.phase != phase and not headings:
            yield from _heading({"forward": "Forward", "backward": "Backward", "update": "Update"}[step.phase])
        phase = step.phase
        yield f"{position:>4}  {step.phase:<8}  {wording.title(document, trace, step)}"
        yield from _arithmetic(document, trace, step, columns)
        yield from _collected(trace, step, columns, sums)
        if document.specification.notes and (note := anchors.note_at(document, trace, position)) is not None:
            for text in filter(None, (note.ask, note.text)):
                yield from textwrap.wrap(text, WIDTH, initial_indent=" " * INDENT, subsequent_indent=" " * INDENT)
        yield ""
    yield from _outcome(trace)


def _introduction(document: Document, trace: Trace) -> Iterator[str]:
    yield document.title
    yield "═" * min(len(document.title), WIDTH)
    yield from textwrap.wrap(document.specification.summary, WIDTH)
    yield ""
    yield from _heading("Program")
    yield from (f"  {line}" for line in document.program.strip().splitlines())
    yield ""
    yield from _heading("Given")
    leaves = [node for node in trace.graph.nodes if node.op in ("input", "parameter")]
    yield from _table(["name", "role", "value"], [[node.name, node.op, trace.values[node.id]] for node in leaves])
    if trace.updates:
        yield from how_updates_are_made(document, trace)
    yield ""


def _outcome(trace: Trace) -> Iterator[str]:
    yield from _heading("Values and gradients")
    named = [node for node in trace.graph.nodes if node.op != "constant"]
    yield from _table(
        ["name", "value", "gradient"],
        [[node.name, trace.values[node.id], trace.gradients[node.id]] for node in named],
    )
    if trace.updates:
        yield ""
        plain = trace.update_rule.optimizer.name == "sgd"
        yield from _heading(f"Parameters after {'one step downhill' if plain else 'this update'}")
        yield from _table(
            ["name", "before", "gradient", "after"],
            [
                [trace.graph.nodes[i].name, update.before, update.gradient, update.after]
                for i, update in trace.updates.items()
            ],
        )


def _heading(text: str) -> list[str]:
    return [text, "─" * min(len(text), WIDTH), ""]


@dataclass(frozen=True)
class _Columns:
    """Where a step's arithmetic stands: the widths of the left-hand sides and of the signs behind them."""

    name: int
    sign: int

    @property
    def right(self) -> int:
        """The column of the right-hand sides."""
        return INDENT + self.name + 1 + self.sign + 1


def _columns(document: Document, trace: Trace) -> _Columns:
    """Columns that fit the left-hand sides, save for those out of the ordinary."""
    explained = [explain(trace, step) for step in trace.steps]
    targets = [target for each in explained for target in (each.target, *(line.target for line in each.lines))]
    lengths = [columns_of(wording.leaf_name(document, target)) for target in targets]
    several = any(len(positions) > 1 for positions in trace.arrivals.values())
    return _Columns(max((length for length in lengths if length <= MAX_ALIGNED), default=0), 2 if several else 1)


def _arithmetic(document: Document, trace: Trace, step: Step, columns: _Columns) -> Iterator[str]:
    """The rule, the rule with numbers, and the result, their equals signs below one another.

    Of an update in several lines, every line.
    """
    explanation = explain(trace, step)
    if len(explanation.lines) > 1:
        for line in explanation.lines:
            if line.part != "rate":  # said once, before the steps
                yield from _equation(line_texts(document, trace, line), line.relation, line.result, columns)
        return
    name, _, rule = wording.formula_text(document, trace, step).partition(f" {explanation.relation} ")
    numbers = wording.numbers_text(document, trace, step).partition(" = ")[2]
    yield from _equation((name, rule, numbers), explanation.relation, explanation.result, columns)


def _equation(texts: tuple[str, str, str], relation: str, result: Array, columns: _Columns) -> Iterator[str]:
    """What is given a number, the rule for it, the rule with numbers, and the result."""
    name, rule, numbers = texts
    if columns_of(name) > columns.name:
        yield f"{'':{INDENT}}{name}"
        name = ""
    yield from wrapped(f"{'':{INDENT}}{to_right(name, columns.name)} {relation:>{columns.sign}} ", rule)
    equals = f"{'=':>{columns.right - 1}} "
    if numbers != wording.compact(result):
        yield from wrapped(equals, numbers)
    for count, line in enumerate(grid(result, GRID_WIDTH - columns.right)):
        yield (equals if count == 0 else " " * columns.right) + line


def _collected(trace: Trace, step: Step, columns: _Columns, sums: dict[int, tuple[int, Array]]) -> Iterator[str]:
    """How far a gradient of several messages has come, "2 of 3 messages, together −1"; keeps the sums so far."""
    receiver = trace.receiver(step)
    if step.phase != "backward" or (total := len(trace.arrivals[receiver])) < 2:
        return
    arrived, before = sums.get(receiver, (0, np.zeros(())))
    arrived += 1
    final = trace.gradients[receiver]
    if arrived == total and final is not None:
        together = final
        sums.pop(receiver, None)
    else:
        with np.errstate(all="ignore"):
            together = np.asarray(before + trace.message_of(step))
        sums[receiver] = (arrived, together)
    yield f"{'':{columns.right}}{arrived} of {total} messages, together {_short(together)}"


def _short(array: Array | None) -> str:
    """An array in a few words: its numbers on one line, or its shape."""
    if array is None:
        return "–"
    text = array_text(array.tolist()) if array.size <= wording.MAX_WRITTEN_ELEMENTS else ""
    return text if 0 < len(text) <= MAX_CELL else f"({shape_text(array.shape)})"


# Checks -------------------------------------------------------------------------------------------------------------


def check_lines(trace: Trace, checks: Iterable[Check]) -> Iterator[str]:
    """A table of gradient checks, a line as each is done, and a sentence on all of them."""
    done: list[Check] = []
    name_width = max(len("name"), *(min(len(node.name), MAX_CELL) for node in trace.graph.nodes))
    form = f"  {{:<{name_width}}}  {{:>9}}  {{:>11}}  {{:>18}}  {{:>8}}  {{}}"
    yield form.format("name", "shape", "gradient", "central difference", "error", "verdict")
    for check in checks:
        done.append(check)
        name = check.name if len(check.name) <= name_width else f"{check.name[: name_width - 1]}…"
        numbers = (number_text(check.gradient), number_text(check.difference), f"{check.error:.1e}")
        yield form.format(name, shape_text(trace.graph.node(check.name).shape), *numbers, VERDICTS[check.verdict])
    off = [check.name for check in done if check.verdict == "off"]
    unknown = [check.name for check in done if check.verdict == "unknown"]
    yield ""
    if off:
        yield f"{len(off)} of {len(done)} gradients are off: {', '.join(off)}."
    if unknown:
        names = ", ".join(unknown)
        yield f"{len(unknown)} of {len(done)} gradients cannot be judged, for want of finite numbers: {names}."
    agree = len(done) - len(off) - len(unknown)
    if agree == len(done):
        yield f"All {agree} gradients agree with central differences."
    elif agree and not off:
        yield f"The other {'one agrees' if agree == 1 else f'{agree} agree'} with central differences."


# Tables: a cell is text, or an array, which takes as many lines as it has rows.
Cell = str | Array | None


def _table(titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Rows in aligned columns; single numbers of a column are aligned at the point."""
    columns = [_cells([row[column] for row in rows]) for column in range(len(titles))]
    widths = [
        max(len(title), *(len(line) for cell in column for line in cell), 0)
        for title, column in zip(titles, columns, strict=True)
    ]
    yield _row(titles, widths)
    for cells in zip(*columns, strict=True):
        yield from (_row(lines, widths) for lines in itertools.zip_longest(*cells, fillvalue=""))


def _row(texts: Sequence[str], widths: Sequence[int]) -> str:
    return ("  " + "   ".join(f"{text:<{width}}" for text, width in zip(texts, widths, strict=True))).rstrip()


def _cells(column: Sequence[Cell]) -> list[list[str]]:
    """Every cell of a column as lines."""
    scalars = [float(cell) for cell in column if isinstance(cell, np.ndarray) and cell.ndim == 0]
    numbers = iter(aligned([number_text(value) for value in scalars]) if scalars else [])
    return [[next(numbers)] if isinstance(cell, np.ndarray) and cell.ndim == 0 else _cell(cell) for cell in column]


def _cell(cell: Cell) -> list[str]:
    if cell is None:
        return ["–"]
    if isinstance(cell, str):
        return [cell]
    lines = grid(cell)
    return lines if len(lines[0]) <= MAX_CELL else [f"({shape_text(cell.shape)})"]
