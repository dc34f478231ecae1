"""``gradstep check``: every gradient against central differences, and the numbers that a document promises."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from visualizer.commands import subject
from visualizer.commands.options import document_argument
from visualizer.commands.outcome import CHECK_FAILED, FINE
from visualizer.commands.output import lines, write, write_all

MORE = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    document_argument(parser)


def run(options: argparse.Namespace) -> int:
    document = subject.find(options.document, options.chapter)
    trace = subject.record(document)
    import numpy as np

    from engine.gradcheck import Check, check_gradients
    from visualizer.session import expectations, report

    off: list[Check] = []

    def watched() -> Iterator[Check]:
        for check in check_gradients(trace.graph, trace):
            if check.verdict == "off":
                off.append(check)
            yield check

    with np.errstate(all="ignore"):  # what is not finite is seen in the table
        for line in report.check_lines(trace, watched()):
            write(f"{line}\n")  # one at a time: a large document takes a while
    write_all(lines(expectations.expectation_lines(document, trace)))
    return CHECK_FAILED if off or expectations.unmet(document, trace) else FINE
