"""``gradstep train``: train a document's runs in the terminal, and keep what was recorded."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from visualizer.commands import subject
from visualizer.commands.options import MAX_ITERATIONS, MAX_SEED, document_argument, whole
from visualizer.commands.outcome import CHECK_FAILED, FINE, INTERRUPTED, Stop
from visualizer.commands.output import batches, check_file, lines, write_all
from visualizer.commands.progress import Progress
from visualizer.commands.training import ITERATIONS, start, train

if TYPE_CHECKING:
    from engine.measures import Measured
    from visualizer.session.document import Document
    from visualizer.session.training.lab import Halt, Lab

MORE = """\
The summary goes to standard output, progress to standard error. The CSV file
has a row for each iteration, the JSON file all records and what was trained;
"-" is standard output. Where runs are compared, the CSV file begins with a
column run. The same document, iterations and seed give the same numbers.

Ctrl-C ends training: what has been recorded is summed up and written. When a
number becomes NaN or infinite, its run stops there, and the exit code is 1.
"""
STANDARD_OUTPUT = Path("-")


def arguments(parser: argparse.ArgumentParser) -> None:
    document_argument(parser)
    parser.add_argument(
        "--iterations",
        type=whole(1, MAX_ITERATIONS),
        metavar="N",
        help=f"how many (as many as the document says, else {ITERATIONS:,})",
    )
    parser.add_argument("--csv", type=Path, metavar="PATH", help="write all records as a table")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all records as JSON")
    parser.add_argument(
        "--seed",
        type=whole(0, MAX_SEED),
        metavar="S",
        help="draw other initial weights and another order of the samples",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")


def run(options: argparse.Namespace) -> int:
    document = subject.find(options.document, options.chapter)
    _check_files(options, document)
    lab, iterations = start(document, options.iterations, options.seed)
    from visualizer.session.training.summary import Outcome, summary_lines

    before = _measured(lab)
    ended = train(lab, iterations, None if options.quiet else Progress(sys.stderr, iterations))
    outcome = Outcome(lab, before, _measured(lab), iterations, ended.seconds, ended.halts, ended.interrupted)
    summary = list(summary_lines(outcome))
    try:
        written = list(_write_files(options, lab, ended.halts))
        summary += ["", *written] if written else []
    finally:  # of an hour of training something is to stay, whatever befalls the files
        write_all(lines(summary), sys.stderr if STANDARD_OUTPUT in (options.csv, options.json) else sys.stdout)
    if ended.interrupted:
        return INTERRUPTED
    return CHECK_FAILED if any(halt.wrong for halt in ended.halts) else FINE


def _measured(lab: Lab) -> list[Measured]:
    """Losses and scores of all runs over all samples."""
    import numpy as np

    with np.errstate(all="ignore"):  # a run that stopped at infinity has numbers that overflow
        return [run.measure() for run in lab.runs]


# Files --------------------------------------------------------------------------------------------------------------


def _check_files(options: argparse.Namespace, document: Document) -> None:
    """Raises Stop, before anything is trained, where a file cannot be written or is one that is read."""
    files = {"--csv": options.csv, "--json": options.json}
    if options.csv is not None and options.csv == options.json:
        raise Stop(f"--csv and --json are both {options.csv}: name two files")
    read = [document.path]
    if document.recipes and document.recipes[0].data.file:
        read.append((document.folder or Path()) / document.recipes[0].data.file)
    for option, path in files.items():
        if path is None or path == STANDARD_OUTPUT:
            continue
        check_file(option, path)
        if any(other is not None and _is_same(path, other) for other in read):
            raise Stop(f"{option} {path} would take the place of a file that is trained from: name another")


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # one of them is not there
        return False


def _write_files(options: argparse.Namespace, lab: Lab, halts: Sequence[Halt]) -> Iterator[str]:
    """Writes the files that were asked for; gives a line for each."""
    from visualizer.session.files import write_atomically
    from visualizer.session.training.report import csv_pieces, json_pieces

    for path, pieces in ((options.csv, csv_pieces(lab)), (options.json, json_pieces(lab, halts))):
        if path == STANDARD_OUTPUT:
            write_all(pieces)
        elif path is not None:
            write_atomically(path, (batch.encode() for batch in batches(pieces)))
            yield f"Written: {path}"
