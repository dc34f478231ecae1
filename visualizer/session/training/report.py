"""Every record of training as text: as CSV and as JSON.

The columns of a record are the same in both: ``iteration``, ``loss`` (of the batch, before its update), ``test_loss``,
``gradient_norm`` and ``layer1.gradient_norm`` and so on; then ``score`` and ``test_score`` (accuracy, or R² for a
regression), and for each layer ``weight_norm``, ``update_norm``, ``update_ratio``, ``dead`` and ``saturated``, as in
``engine.records``. What is measured now and then only is empty elsewhere, and so is what a layer has not.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.network import text_of
from engine.optimizers import settings_of
from engine.records import Records, Table
from engine.run import Run
from visualizer.session.training.lab import Halt, Lab
from visualizer.session.training.recipe import Recipe

DETAILS = ("weight_norm", "update_norm", "update_ratio", "dead", "saturated")
# Iterations that are made text at once.
CHUNK = 4096

Row = list[float | None]


# Records ------------------------------------------------------------------------------------------------------------


def columns(layers: Sequence[str]) -> tuple[str, ...]:
    """The columns of the records of a run with these layers."""
    norms = (f"{layer}.gradient_norm" for layer in layers)
    details = (f"{layer}.{name}" for layer in layers for name in DETAILS)
    return ("iteration", "loss", "test_loss", "gradient_norm", *norms, "score", "test_score", *details)


def rows(records: Records) -> Iterator[Row]:
    """The numbers of every iteration recorded, in the order of ``columns``; None where there is none."""
    unmeasured: Row = [None] * (len(DETAILS) * len(records.layers))
    for start in range(0, len(records), CHUNK):
        stop = min(start + CHUNK, len(records))
        tests, details = _between(records.tests, start, stop), _between(records.details, start, stop)
        losses, all_norms = (table.rows[start:stop].tolist() for table in (records.losses, records.gradient_norms))
        for iteration, (loss,), norms in zip(range(start, stop), losses, all_norms, strict=True):
            test_loss, test_score = tests.get(iteration, (None, None))
            score, *measured = details.get(iteration, (None,))
            yield [
                iteration, loss, test_loss, math.hypot(*norms), *norms, _there(score), _there(test_score),
                *(_details(measured) if measured else unmeasured),
            ]  # fmt: skip


def _between(table: Table, start: int, stop: int) -> dict[int, list[float]]:
    """The rows of a table that belong to iterations from ``start`` on and before ``stop``."""
    first, last = table.iterations.searchsorted([start, stop])
    return dict(zip(table.iterations[first:last].tolist(), table.rows[first:last].tolist(), strict=True))


def _details(measured: Sequence[float | None]) -> Iterator[float | None]:
    for place in range(0, len(measured), 4):
        weights, updates, dead, saturated = measured[place : place + 4]
        ratio = updates / weights if weights and updates is not None else None
        yield from (weights, updates, ratio, _there(dead), _there(saturated))


def _there(value: float | None) -> float | None:
    """None for the share of a kind of unit that a layer has not, and for the score where nothing is predicted."""
    return None if value is None or math.isnan(value) else value


# CSV ----------------------------------------------------------------------------------------------------------------


def csv_pieces(lab: Lab) -> Iterator[str]:
    """All records as a table of text, a row an iteration, numbers to full precision.

    Where runs are compared their rows follow one another, and a first column ``run`` says whose they are; a column of a
    layer that a run has not is empty there.
    """
    several = len(lab.runs) > 1
    layers = max((run.records.layers for run in lab.runs), key=len)
    header = columns(layers)
    yield _csv_line([*(["run"] if several else []), *header])
    for label, run in zip(lab.labels, lab.runs, strict=True):
        start = _csv_line([label]).rstrip("\n") + "," if several else ""
        own = columns(run.records.layers)
        if own == header:
            for row in rows(run.records):
                yield f"{start}{','.join(['' if value is None else repr(value) for value in row])}\n"
        else:
            places = [own.index(name) if name in own else None for name in header]
            for row in rows(run.records):
                cells = [None if place is None else row[place] for place in places]
                yield f"{start}{','.join(['' if value is None else repr(value) for value in cells])}\n"


def _csv_line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


# JSON ---------------------------------------------------------------------------------------------------------------


def json_pieces(lab: Lab, halts: Sequence[Halt] = ()) -> Iterator[str]:
    """All records as the text of one JSON object in ASCII, a record a line; ``halts`` are what stopped the runs.

    Numbers that are not finite are "nan", "inf" and "-inf"; what was not measured is left out.
    """
    document, samples = lab.document, lab.samples
    about = {
        "document": document.title,
        "file": None if document.path is None else str(document.path),
        "data": {
            "name": samples.name,
            "training": len(samples.train),
            "test": 0 if samples.test is None else len(samples.test),
            "features": list(samples.train.feature_names),
            "classes": list(samples.classes),
            "steps": [f"{title}: {detail}" for title, detail in samples.steps],
        },
        "halts": [
            {
                "iteration": halt.iteration - 1,
                "run": None if halt.run is None else lab.labels[halt.run],
                "not_finite": halt.wrong,
                "sentence": halt.sentence,
            }
            for halt in halts
        ],
    }
    yield "{\n"
    for name, value in about.items():
        yield f"{_json(name)}: {_json(value)},\n"
    yield '"runs": ['
    for number, (label, recipe, run) in enumerate(zip(lab.labels, lab.recipes, lab.runs, strict=True)):
        yield "," if number else ""
        yield from _json_run(label, recipe, run)
    yield "\n]\n}\n"


def _json_run(label: str, recipe: Recipe, run: Run) -> Iterator[str]:
    training = recipe.training
    about = {
        "label": label,
        "network": None if recipe.network is None else text_of(recipe.network),
        "program": run.model.program,
        "training": {
            "optimizer": training.optimizer,
            "settings": settings_of(training.optimizer_entry, training.settings),
            "batch_size": training.batch_size,
            "schedule": training.schedule,
            "schedule_settings": settings_of(training.schedule_entry, training.schedule_settings),
            "regularisation": training.regularisation,
            "clipping": training.clipping,
            "seed": training.seed,
        },
        "layers": list(run.records.layers),
    }
    yield "\n{\n"
    for name, value in about.items():
        yield f"{_json(name)}: {_json(value)},\n"
    yield '"records": ['
    names = columns(run.records.layers)
    for count, row in enumerate(rows(run.records)):
        record = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        yield f"{',' if count else ''}\n{_json(record)}"
    yield "\n]\n}"


def _json(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_spelled(value), allow_nan=False)


def _spelled(value: Any) -> Any:
    """Numbers that JSON has none for as text, within tables and lists."""
    if isinstance(value, Mapping):
        return {name: _spelled(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value
