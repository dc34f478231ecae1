"""``gradstep trace``: every step of a pass, as text or as JSON."""

from __future__ import annotations

import argparse

from visualizer.commands import subject
from visualizer.commands.options import document_argument, iteration_arguments
from visualizer.commands.outcome import FINE
from visualizer.commands.output import lines, write_all

MORE = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    document_argument(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what to write (text)")
    iteration_arguments(parser)


def run(options: argparse.Namespace) -> int:
    document = subject.find(options.document, options.chapter)
    place = subject.reached(document, options)
    if place is None:
        trace = subject.record(document)
    else:
        document, trace = subject.shown(*place)
    from visualizer.session import report

    if options.format == "json":
        write_all(report.json_pieces(document, trace))
    else:
        write_all(lines(report.text_lines(document, trace)))
    return FINE
