"""Datasets from files: CSV files of the user's own, and those that come with the program."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from engine.csv_records import CsvError
from engine.csv_text import parse_csv
from engine.data import Dataset, Kind
from engine.errors import GradStepError
from visualizer.resources import assets_folder
from visualizer.session.files import DocumentError, read_text

MAX_CSV_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Shipped:
    """A dataset that comes with the program: its file in ``assets/datasets``, and what it is in a sentence.

    ``picture`` is the (rows, columns) of the picture that the features of a sample make, from 0 to ``brightest``.
    """

    file: str
    description: str
    target: str
    kind: Kind = "classification"
    picture: tuple[int, int] | None = None
    brightest: float = 1.0


# Where they are from, and their licences: assets/datasets/README.md.
SHIPPED: Mapping[str, Shipped] = MappingProxyType(
    {
        "iris": Shipped("iris.csv", "150 irises of three species, measured in cm", "species"),
        "digits": Shipped(
            "digits.csv", "1,797 handwritten digits of 8×8 pixels", "digit", picture=(8, 8), brightest=16.0
        ),
    }
)


def load_csv(
    path: str | os.PathLike[str],
    *,
    target: str | int | None = None,
    features: Sequence[str | int] | None = None,
    header: bool | None = None,
    kind: Kind | None = None,
) -> Dataset:
    """The dataset in a file, named after it; the arguments are those of ``parse_csv``.

    Raises DocumentError for whatever cannot be read or used, with file, line and column.
    """
    path = Path(path)
    text = read_text(path, MAX_CSV_BYTES, "a CSV file")
    try:
        return parse_csv(text, target=target, features=features, header=header, kind=kind, name=path.stem)
    except CsvError as error:
        raise DocumentError(f"{path}{', ' if error.line else ': '}{error}", error.choice) from None
    except GradStepError as error:
        raise DocumentError(f"{path}: {error}") from None


def load_shipped(name: str) -> Dataset:
    """A dataset that comes with the program. Raises GradStepError where there is none of that name."""
    if name not in SHIPPED:
        raise GradStepError(f"there is no dataset “{name}” among those that come along: {', '.join(SHIPPED)}")
    entry = SHIPPED[name]
    return load_csv(assets_folder() / "datasets" / entry.file, target=entry.target, kind=entry.kind)
