"""The errors that bad input raises: always one clear sentence for the person who wrote the input."""

from __future__ import annotations


class GradStepError(ValueError):
    """Something a user wrote cannot be used. ``str(error)`` is one sentence that says what would be right."""


class ProgramError(GradStepError):
    """A program that cannot become a graph.

    ``line`` counts from 1 within the program text; None where no single line is at fault.
    """

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.line = line

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}" if self.line is not None else self.sentence
