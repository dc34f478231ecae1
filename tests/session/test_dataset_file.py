"""Dataset files: the shipped ones are what they are known to be, and what cannot be read is refused in a sentence."""

import os
from pathlib import Path

import numpy as np
import pytest

from engine.errors import GradStepError
from visualizer.resources import assets_folder
from visualizer.session import dataset_file
from visualizer.session.dataset_file import SHIPPED, load_csv, load_shipped
from visualizer.session.files import DocumentError

FOLDER = assets_folder() / "datasets"
NO_TEXT = "this is not text: it holds characters that no table has"


def refusal(path: Path, **choices: object) -> str:
    """What a file is refused with, without the folder's name."""
    with pytest.raises(DocumentError) as caught:
        load_csv(path, **choices)  # type: ignore[arg-type]
    sentence = str(caught.value)
    assert sentence.isprintable()
    return sentence.replace(f"{path.parent}{os.sep}", "")


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- the shipped ones


def test_every_file_is_listed_and_its_origin_told() -> None:
    assert {path.name for path in FOLDER.glob("*.csv")} == {entry.file for entry in SHIPPED.values()}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for entry in SHIPPED.values():
        assert f"`{entry.file}`" in readme
        assert entry.description


def test_iris_is_fishers() -> None:
    iris = load_shipped("iris")
    assert iris.name == "iris"
    assert iris.features.shape == (150, 4)
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert np.bincount(iris.target).tolist() == [50, 50, 50]
    np.testing.assert_allclose(iris.features.mean(axis=0), [5.843333, 3.057333, 3.758, 1.199333], atol=1e-6)
    np.testing.assert_allclose(iris.features.std(axis=0, ddof=1), [0.828066, 0.435866, 1.765298, 0.762238], atol=1e-6)
    assert iris.features.min(axis=0).tolist() == [4.3, 2.0, 1.0, 0.1]
    assert iris.features.max(axis=0).tolist() == [7.9, 4.4, 6.9, 2.5]
    # Where a copy that is often met differs from the paper.
    assert iris.features[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert iris.features[37].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_digits_are_alpaydins_and_kaynaks() -> None:
    digits = load_shipped("digits")
    assert digits.features.shape == (1797, 64)
    assert digits.class_names == tuple("0123456789")
    assert np.bincount(digits.target).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert digits.target[:10].tolist() == list(range(10))
    assert (digits.features.min(), digits.features.max()) == (0, 16)
    assert digits.features.mean() == pytest.approx(4.884165, abs=1e-6)
    assert np.array_equal(digits.features, np.round(digits.features))
    assert (digits.feature_names[0], digits.feature_names[8], digits.feature_names[63]) == ("r1c1", "r2c1", "r8c8")
    zero = digits.features[0].reshape(8, 8)
    assert zero[3].tolist() == [0, 4, 12, 0, 0, 8, 8, 0]


def test_a_name_that_does_not_come_along() -> None:
    with pytest.raises(GradStepError, match="there is no dataset “wine” among those that come along: iris, digits"):
        load_shipped("wine")


# --- the user's own


def test_a_file_is_read_and_gives_its_name(tmp_path: Path) -> None:
    dataset = load_csv(written(tmp_path, b"\xef\xbb\xbfa;Gr\xc3\xb6\xc3\x9fe\r\n1,5;2\r\n2,5;3\r\n"))
    assert dataset.name == "table"
    assert dataset.target_name == "Größe"
    assert dataset.features.tolist() == [[1.5], [2.5]]


def test_choices_are_passed_on(tmp_path: Path) -> None:
    path = written(tmp_path, "1,0,5\n2,1,6\n")
    dataset = load_csv(str(path), target=2, features=[3], header=False, kind="classification")
    assert dataset.features.tolist() == [[5], [6]]
    assert dataset.class_names == ("0", "1")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,y\n1,2\nx,3\n", "table.csv, line 3, column “a”: “x” is not a number"),
        ("a,y\r\n1,2\r\n1,2,3\r\n", "table.csv, line 3: it has 3 values, and line 1 has 2"),
        ("a,y\n1,x\n2,x\n", "table.csv: column “y”: there is one class only, “x”, and at least 2 are needed"),
        ("a,y\n", "table.csv: there are no rows of data, only a line of names"),
        ("", "table.csv is empty"),
        (b"a,y\n1,caf\xe9\n", "table.csv, line 2: it is not text in UTF-8, as a CSV file must be"),
        ("a,y\n1,2\n".encode("utf-16"), "table.csv, line 1: it is not text in UTF-8, as a CSV file must be"),
        ("a,y\n1,2\n".encode("utf-16-be"), f"table.csv, line 1: {NO_TEXT}"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "table.csv, line 1: it is not text in UTF-8, as a CSV file must be"),
        (b"PK\x03\x04 a,y\n1,2\n", f"table.csv, line 1: {NO_TEXT}"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used(tmp_path: Path, content: str | bytes, expected: str) -> None:
    assert refusal(written(tmp_path, content)) == expected


def test_an_unknown_column_in_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, "a,y\n1,2\n")
    assert refusal(path, target="z") == "table.csv: there is no column “z”; the columns are “a”, “y”"


def test_places_that_are_no_files(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv").endswith("none.csv does not exist")
    assert refusal(tmp_path).endswith("is a folder: name a file in it")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert refusal(tmp_path / "pipe.csv").endswith("pipe.csv is not a regular file")


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    assert refusal(path) == "large.csv has 2,000.0 MB, and a CSV file has at most 100.0 MB"


def test_a_file_at_the_limit_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "a,y\n1,2\n")
    monkeypatch.setattr(dataset_file, "MAX_CSV_BYTES", path.stat().st_size)
    assert len(load_csv(path)) == 1
    monkeypatch.setattr(dataset_file, "MAX_CSV_BYTES", path.stat().st_size - 1)
    assert "a CSV file has at most" in refusal(path)
