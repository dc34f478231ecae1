"""What may be typed behind a command: the options that several of them share, and how each is read."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

# As of visualizer.session.training.recipe and engine.network, which take a while to load.
MAX_ITERATIONS = 10_000_000
MAX_SEED = 2**63 - 1


MAX_CHAPTERS = 1000  # that can be asked for; a document has fewer


def document_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("document", metavar="FILE-OR-LESSON", help="a TOML document, or a lesson's name")
    parser.add_argument(
        "--chapter",
        type=whole(1, MAX_CHAPTERS),
        metavar="N",
        help="of a document that tells a story: as its chapter N has it, the first is 1",
    )


def iteration_arguments(parser: argparse.ArgumentParser) -> None:
    """Which iteration of a document that trains, and of which of its runs."""
    parser.add_argument(
        "--iteration",
        type=whole(0, MAX_ITERATIONS),
        metavar="N",
        help="of a document that trains: train up to iteration N, the first is 0 (0)",
    )
    parser.add_argument(
        "--run", metavar="NAME-OR-NUMBER", help="which of the runs that are compared, the first is 1 (1)"
    )


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Reads a whole number in that range."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,20}", text, re.ASCII) or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a whole number from {lowest:,} to {highest:,}")
        return int(text)

    return read
