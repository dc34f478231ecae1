"""What those who watch a session are told."""

from __future__ import annotations

from enum import Flag, auto


class Change(Flag):
    """What a subscriber is told. DOCUMENT comes with another file, LAB with other runs, RECORDS with further iterations
    of them, TRACE with other numbers, the rest within one. LEVEL is told of all that changes the picture and no number:
    the level, the sample, the appearance, the focus and what was found."""

    DOCUMENT = auto()
    LAB = auto()
    RECORDS = auto()
    TRACE = auto()
    POSITION = auto()
    PICK = auto()
    HOVER = auto()
    REVEAL = auto()
    LEVEL = auto()
