"""Text with separated values (CSV) -> rows of cells, each with its line; what a cell says as a number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from engine.errors import GradStepError

MAX_COLUMNS = 10_000
MISSING = frozenset({"", "?", "na", "n/a", "null", "none"})

# Text has none of these; a picture or an archive that was named .csv has.
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# The delimiter is found in this much of a text.
_HEAD = 65_536


class CsvError(GradStepError):
    """A table that cannot be used. ``line`` counts from 1 within the text; None where no single line is at fault.

    ``choice`` is the argument that does not fit the table's columns, "" where the table itself is at fault.
    """

    def __init__(self, sentence: str, line: int | None = None, column: str = "", choice: str = "") -> None:
        place = ", ".join(([f"line {line:,}"] if line else []) + ([column] if column else []))
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.line = line
        self.column = column
        self.choice = choice


def check_text(text: str) -> None:
    """Raises CsvError where characters stand that no table has."""
    if found := _NOT_TEXT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise CsvError("this is not text: it holds characters that no table has", line)


def find_delimiter(text: str) -> str:
    """Tab, semicolon or comma: the first of them that stands equally often in each of the first two rows.

    In that order, for a comma can be part of a number, and a semicolon or a tab hardly ever is. Where none does, the
    one that the first row has most of.
    """
    counts: list[dict[str, int]] = []
    inside = False
    for line in text[:_HEAD].splitlines():
        if not inside:
            if len(counts) == 2:
                break
            if not line.strip():
                continue
            counts.append(dict.fromkeys("\t;,", 0))
        for letter in line:
            if letter == '"':
                inside = not inside
            elif letter in "\t;," and not inside:
                counts[-1][letter] += 1
    if not counts:
        return ","
    for letter, count in counts[0].items():
        if count and counts[-1][letter] == count:
            return letter
    return max(",;\t", key=counts[0].__getitem__)


def read_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells without the spaces around them) of every row that is not blank, each as long as the first."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    first_line, width = 0, 0
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise CsvError(_quoting(str(error)), line) from None
        if not any(cells) and len(cells) < 2:
            continue
        if not width:
            first_line, width = line, len(cells)
            if width > MAX_COLUMNS:
                raise CsvError(f"there are {width:,} columns, and at most {MAX_COLUMNS:,} are supported", line)
        if len(cells) != width:
            raise CsvError(f"it has {_values(len(cells))}, and line {first_line:,} has {width:,}", line)
        yield line, cells


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"


def _quoting(reason: str) -> str:
    """What the csv module said, in our words."""
    if "unexpected end" in reason:
        return 'a quote (") is opened and never closed'
    if "field limit" in reason:
        return f'a value has more than {csv.field_size_limit():,} characters; is its quote (") never closed?'
    if "expected after" in reason:
        return 'a closing quote (") is followed by more text; a quote within quotes is written twice'
    return f"it is not a row of a table: {reason}"


def is_header(cells: Sequence[str]) -> bool:
    """True where no cell is a number or marked as missing; cells may lack a name."""
    marked = MISSING - {""}
    return any(cells) and not any(cell.lower() in marked or number_in(cell, comma=True) is not None for cell in cells)


def number_in(text: str, comma: bool) -> float | None:
    """The number that a cell holds, with a decimal comma where there may be one; None where it holds none."""
    if "_" in text:
        return None
    if comma and "." not in text and text.count(",") == 1:
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


def quoted(text: str) -> str:
    """A cell as a sentence repeats it: not all of a long one, and nothing that steers a terminal."""
    clean = "".join(letter if letter.isprintable() else "�" for letter in text[:41])
    return f"“{clean}”" if len(clean) <= 40 else f"“{clean[:40]}…”"
