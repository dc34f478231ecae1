"""``gradstep lessons``: what comes with the program."""

from __future__ import annotations

import argparse

from visualizer.commands.outcome import FINE
from visualizer.commands.output import lines, write_all

MORE = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(options: argparse.Namespace) -> int:
    """Names and titles, one a line, in teaching order."""
    from visualizer.session.gallery import headlines

    cards = headlines()
    width = max(len(card.name) for card in cards)
    write_all(lines(f"{card.name:<{width}}  {card.title}" for card in cards))
    return FINE
