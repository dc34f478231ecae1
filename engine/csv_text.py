"""Tables written as text (CSV) -> Dataset. Every error is one sentence that names the line and the column."""

from __future__ import annotations

import itertools
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.csv_records import (
    MISSING,
    CsvError,
    check_text,
    find_delimiter,
    is_header,
    number_in,
    quoted,
    read_records,
)
from engine.data import MAX_SAMPLES, MAX_SIZE, Dataset, Kind, unusable
from engine.draws import Indices
from engine.ops import Array

MAX_NUMBERS = 20_000_000
MAX_CLASSES = 100
MISSING_SHOWN = 5


def parse_csv(
    text: str,
    *,
    target: str | int | None = None,
    features: Sequence[str | int] | None = None,
    header: bool | None = None,
    kind: Kind | None = None,
    name: str = "data",
) -> Dataset:
    """The dataset that a text of comma-, semicolon- or tab-separated values holds.

    Columns are chosen by their name, or by their number counted from 1; a name goes before a number. ``target`` is the
    last column and ``features`` are all the others, unless they are given. ``header`` says whether the first line has
    the names; None: it has where none of it is a number. A target of text means classes, sorted by name, and one of
    numbers a regression; ``kind="classification"`` makes classes of whole numbers too, sorted by size. With semicolons
    or tabs, numbers may have a decimal comma. Raises CsvError for whatever cannot be used.
    """
    text = text.removeprefix("\ufeff")
    check_text(text)
    delimiter = find_delimiter(text)
    records = read_records(text, delimiter)
    first = next(records, None)
    if first is None:
        raise CsvError("there are no rows")
    line, cells = first
    has_header = is_header(cells) if header is None else header
    columns = _Columns.of(cells, line) if has_header else _Columns(tuple("" for _ in cells))
    target_at = columns.find(target, "target") if target is not None else len(cells) - 1
    features_at = columns.find_all(features, target_at)
    rows = _Rows(columns, features_at, target_at, comma=delimiter != ",")
    rows.read(records if has_header else itertools.chain([first], records))
    if not rows.lines:
        raise CsvError("there are no rows of data, only a line of names")
    values, class_names = rows.target(kind)
    return Dataset(
        name,
        rows.features(),
        values,
        tuple(columns.name(i) for i in features_at),
        columns.name(target_at),
        class_names,
        "classification" if class_names else "regression",
    )


# Columns --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Columns:
    """The names that the first line gives, "" where it gives none."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, cells: Sequence[str], line: int) -> _Columns:
        seen: set[str] = set()
        for cell in cells:
            if cell and cell in seen:
                raise CsvError(f"two columns are named {quoted(cell)}", line)
            seen.add(cell)
        return cls(tuple(cells))

    def name(self, index: int) -> str:
        return self.names[index] or f"column {index + 1}"

    def place(self, index: int) -> str:
        """How a sentence calls a column."""
        return f"column {quoted(self.names[index])}" if self.names[index] else f"column {index + 1:,}"

    def find(self, choice: str | int, argument: str) -> int:
        """The index of the column of that name or number, which ``argument`` gives."""
        if isinstance(choice, str):
            if choice and choice in self.names:
                return self.names.index(choice)
            if not re.fullmatch(r"[0-9]{1,9}", choice):
                known = ", ".join(quoted(name) for name in self.names[:10] if name)
                more = ", …" if len(self.names) > 10 else ""
                has = f"the columns are {known}{more}" if known else "the columns have no names, so choose by number"
                raise CsvError(f"there is no column {quoted(choice)}; {has}", choice=argument)
        number = int(choice)
        if not 1 <= number <= len(self.names):
            has = f"the columns are numbered from 1 to {len(self.names):,}"
            raise CsvError(f"there is no column {number}; {has}", choice=argument)
        return number - 1

    def find_all(self, choices: Sequence[str | int] | None, target: int) -> tuple[int, ...]:
        """The indices of the features."""
        if choices is None:
            found = [i for i in range(len(self.names)) if i != target]
        else:
            found = [self.find(choice, "features") for choice in choices]
        if not found:
            alone = "there is one column only: " if len(self.names) == 1 else ""
            at_fault = "features" if choices else ""
            raise CsvError(f"{alone}choose at least one feature beside the target", choice=at_fault)
        for place, index in enumerate(found):
            if index == target:
                sentence = "it is chosen as a feature and as the target"
                raise CsvError(sentence, column=self.place(index), choice="features")
            if index in found[:place]:
                raise CsvError("it is chosen as a feature twice", column=self.place(index), choice="features")
        return tuple(found)


# Records -> numbers ---------------------------------------------------------------------------------------------------


@dataclass
class _Rows:
    """What has been read of the chosen columns, in as little memory as a million rows need.

    ``lines`` is the line of every row, ``codes`` an index into ``texts`` (the different targets) of every row, and
    ``text_lines`` the line on which each of these texts stands first.
    ``marks`` is the first line that has a decimal point, and that has a decimal comma; ``missing`` has the first lines
    that lack a value, each with its column.
    """

    columns: _Columns
    features_at: tuple[int, ...]
    target_at: int
    comma: bool
    lines: array[int] = field(default_factory=lambda: array("q"))
    numbers: array[float] = field(default_factory=lambda: array("d"))
    codes: array[int] = field(default_factory=lambda: array("q"))
    texts: dict[str, int] = field(default_factory=dict)
    text_lines: array[int] = field(default_factory=lambda: array("q"))
    marks: dict[str, int] = field(default_factory=dict)
    missing: dict[int, int] = field(default_factory=dict)

    def read(self, records: Iterable[tuple[int, list[str]]]) -> None:
        """Take all records in. Raises CsvError at the first that cannot be used."""
        for line, cells in records:
            if len(self.lines) == MAX_SAMPLES:
                raise CsvError(f"there are more than {MAX_SAMPLES:,} rows, the most that are supported", line)
            row = [cells[i] for i in self.features_at]
            together = "".join(row)
            try:
                if "_" in together:  # Python would read 1_000
                    raise ValueError
                self.numbers.extend([float(cell) for cell in row])
            except ValueError:
                self.numbers.extend(
                    [self._read_cell(cell, line, i) for cell, i in zip(row, self.features_at, strict=True)]
                )
            if self.comma:
                self._note_marks(together, line)
            if len(self.numbers) > MAX_NUMBERS:
                raise CsvError(f"there are more than {MAX_NUMBERS:,} numbers: choose fewer columns, or rows", line)
            self.lines.append(line)
            code = self.texts.setdefault(cells[self.target_at], len(self.texts))
            self.codes.append(code)
            if code == len(self.text_lines):
                self.text_lines.append(line)
        if self.missing:
            raise _missing(list(self.missing), self.columns.place(next(iter(self.missing.values()))))

    def _read_cell(self, cell: str, line: int, index: int) -> float:
        if cell.lower() in MISSING:
            if len(self.missing) <= MISSING_SHOWN:
                self.missing.setdefault(line, index)
            return 0.0
        number = number_in(cell, self.comma)
        if number is None:
            raise CsvError(f"{quoted(cell)} is not a number", line, self.columns.place(index))
        return number

    def _note_marks(self, text: str, line: int) -> None:
        """Raises CsvError where points and commas both mark decimals: one of the two would be read wrongly."""
        for mark, word, other, other_word in ((".", "point", ",", "comma"), (",", "comma", ".", "point")):
            if mark in text:
                self.marks.setdefault(mark, line)
                if other in self.marks:
                    before = self.marks[other]
                    raise CsvError(f"a decimal {word} stands here, and a decimal {other_word} on line {before:,}", line)

    def features(self) -> Array:
        """The features (rows, columns). Raises CsvError where one is too large or not finite."""
        numbers = np.array(self.numbers, dtype=np.float64).reshape(len(self.lines), len(self.features_at))
        bad = np.argwhere(~(np.abs(numbers) <= MAX_SIZE))
        if len(bad):
            row, place = (int(index) for index in bad[0])
            raise CsvError(
                unusable(float(numbers[row, place])), self.lines[row], self.columns.place(self.features_at[place])
            )
        return numbers

    def target(self, kind: Kind | None) -> tuple[Array | Indices, tuple[str, ...]]:
        """The targets and their classes' names, which a regression has none of."""
        codes = np.array(self.codes, dtype=np.intp)
        numbers = {text: number for text in self.texts if (number := number_in(text, self.comma)) is not None}
        absent = {text for text in self.texts if text in ("", "?") or (numbers and text.lower() in MISSING)}
        if absent:
            rows = np.flatnonzero(np.isin(codes, [self.texts[text] for text in absent]))
            raise _missing([self.lines[row] for row in rows[: MISSING_SHOWN + 1]], self.columns.place(self.target_at))
        words = [text for text in self.texts if text not in numbers]
        if kind == "regression" and words:
            raise self._target_error(words[0], f"{quoted(words[0])} is not a number, as a regression needs")
        if kind is None and words and numbers:
            odd = next(text for text in self.texts if (text in numbers) != (next(iter(self.texts)) in numbers))
            what = "a number among text" if odd in numbers else "text among numbers"
            raise self._target_error(odd, f"{quoted(odd)} is {what}; if these are classes, ask for classification")
        if words or kind == "classification":
            groups = self._classes_of_text() if words else self._classes_of_numbers(numbers)
            self._check_classes(groups)
            class_of = {text: index for index, texts in enumerate(groups.values()) for text in texts}
            return np.array([class_of[text] for text in self.texts], dtype=np.intp)[codes], tuple(groups)
        for text, number in numbers.items():
            if not abs(number) <= MAX_SIZE:
                raise self._target_error(text, unusable(number))
            if self.comma:
                self._note_marks(text, self._first_line(text))
        return np.array([numbers[text] for text in self.texts])[codes][:, None], ()

    def _classes_of_text(self) -> dict[str, list[str]]:
        return {text: [text] for text in sorted(self.texts)}

    def _classes_of_numbers(self, numbers: Mapping[str, float]) -> dict[str, list[str]]:
        """The texts of each whole number, under its name: 1, 1.0 and 01 are one class."""
        groups: dict[str, list[str]] = {}
        for text, number in sorted(numbers.items(), key=lambda item: item[1]):
            if not (abs(number) <= 2**53 and number == int(number)):
                raise self._target_error(text, f"{quoted(text)} is not a whole number, as a class must be")
            groups.setdefault(str(int(number)), []).append(text)
        return groups

    def _check_classes(self, groups: Mapping[str, list[str]]) -> None:
        place = self.columns.place(self.target_at)
        if len(groups) == 1:
            only = quoted(next(iter(groups)))
            raise CsvError(f"there is one class only, {only}, and at least 2 are needed", column=place)
        if len(groups) > MAX_CLASSES:
            raise CsvError(f"there are {len(groups):,} classes, and at most {MAX_CLASSES} are supported", column=place)

    def _first_line(self, text: str) -> int:
        return self.text_lines[self.texts[text]]

    def _target_error(self, text: str, sentence: str) -> CsvError:
        return CsvError(sentence, self._first_line(text), self.columns.place(self.target_at))


def _missing(lines: Sequence[int], place: str) -> CsvError:
    """``lines`` are the first that lack a value: one more than a sentence names where there are more."""
    others = [f"{line:,}" for line in lines[1:MISSING_SHOWN]]
    also = f"; values are missing on line{'s' * (len(lines) > 2)} {', '.join(others)} too" if others else ""
    more = ", and on more" if len(lines) > MISSING_SHOWN else ""
    return CsvError(f"the value is missing{also}{more}", lines[0], place)
