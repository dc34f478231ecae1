"""Tables written as text: what is read of them, and the one sentence with which each bad one is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import csv_text
from engine.csv_text import MAX_CLASSES, parse_csv
from engine.errors import GradStepError


def refusal(text: str, **choices: object) -> str:
    """What a table is refused with."""
    with pytest.raises(GradStepError) as caught:
        parse_csv(text, **choices)  # type: ignore[arg-type]
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert 0 < len(sentence) < 400
    return sentence


# --- tables that can be read


def test_a_table_with_a_header_and_classes_as_text() -> None:
    dataset = parse_csv("a,b,kind\n1,2,dog\n3,4.5,cat\n-5e-1,+6,dog\n", name="pets")
    assert dataset.name == "pets"
    assert dataset.features.tolist() == [[1, 2], [3, 4.5], [-0.5, 6]]
    assert dataset.feature_names == ("a", "b")
    assert (dataset.target_name, dataset.kind, dataset.class_names) == ("kind", "classification", ("cat", "dog"))
    assert dataset.target.tolist() == [1, 0, 1]


def test_numbers_as_target_are_a_regression() -> None:
    dataset = parse_csv("a,y\n1,0\n2,1\n3,1\n")
    assert (dataset.kind, dataset.class_names, dataset.target.tolist()) == ("regression", (), [[0], [1], [1]])


def test_whole_numbers_are_classes_where_asked_for() -> None:
    dataset = parse_csv("a,y\n1,10\n2,9\n3,9.0\n4,-1\n", kind="classification")
    assert dataset.class_names == ("-1", "9", "10")
    assert dataset.target.tolist() == [2, 1, 1, 0]


def test_numbers_and_text_are_classes_where_asked_for() -> None:
    dataset = parse_csv("a,y\n1,10\n2,x\n3,9\n", kind="classification")
    assert dataset.class_names == ("10", "9", "x")


@pytest.mark.parametrize(
    "text",
    [
        "a;b;y\n1,5;2;0,5\n-3,25;4;1\n",
        "a\tb\ty\n1,5\t2\t0,5\n-3,25\t4\t1\n",
        "a,b,y\n1.5,2,0.5\n-3.25,4,1\n",
        "a,b,y\r\n1.5,2,0.5\r\n-3.25,4,1\r\n",
        "a,b,y\r1.5,2,0.5\r-3.25,4,1",
        "\ufeffa,b,y\n1.5,2,0.5\n-3.25,4,1",
        '"a","b", "y"\n"1.5", "2",0.5\n -3.25 ,4,"1"\n',
        '"a";"b";"y"\n"1,5";"2";"0,5"\n"-3,25";"4";"1"\n',
        "\n\na,b,y\n\n1.5,2,0.5\n   \n-3.25,4,1\n\n\n",
    ],
)
def test_one_table_written_in_many_ways(text: str) -> None:
    dataset = parse_csv(text)
    assert dataset.feature_names == ("a", "b")
    assert dataset.features.tolist() == [[1.5, 2], [-3.25, 4]]
    assert dataset.target.tolist() == [[0.5], [1]]


def test_without_a_header_columns_have_numbers() -> None:
    dataset = parse_csv("5.1,3.5,setosa\n4.9,3.0,other\n")
    assert len(dataset) == 2
    assert dataset.feature_names == ("column 1", "column 2")
    assert dataset.target_name == "column 3"


def test_without_a_header_semicolons_and_decimal_commas() -> None:
    assert parse_csv("1,5;2,5;3\n2,5;3,5;4\n").features.tolist() == [[1.5, 2.5], [2.5, 3.5]]


def test_a_header_of_numbers_can_be_claimed_and_one_of_text_denied() -> None:
    assert parse_csv("2020,2021,y\n1,2,3\n", header=True).feature_names == ("2020", "2021")
    assert refusal("x,a\n1,b\n", header=False) == "line 1, column 1: “x” is not a number"


def test_a_row_with_missing_values_is_no_header() -> None:
    assert refusal("?,a\n1,b\n") == "line 1, column 1: the value is missing"


def test_columns_without_a_name() -> None:
    dataset = parse_csv(",b,\n1,2,3\n4,5,6\n")
    assert (dataset.feature_names, dataset.target_name) == (("column 1", "b"), "column 3")
    assert refusal(",b,\nx,2,3\n") == "line 2, column 1: “x” is not a number"


@pytest.mark.parametrize(
    ("choices", "features", "target"),
    [
        ({"target": "a"}, [[2, 3], [5, 6]], [[1], [4]]),
        ({"target": 2}, [[1, 3], [4, 6]], [[2], [5]]),
        ({"target": "2"}, [[1, 3], [4, 6]], [[2], [5]]),
        ({"features": ["b"]}, [[2], [5]], [[3], [6]]),
        ({"features": ["3", "a"], "target": "b"}, [[3, 1], [6, 4]], [[2], [5]]),
        ({"features": [2, 1]}, [[2, 1], [5, 4]], [[3], [6]]),
    ],
)
def test_chosen_columns(choices: dict[str, object], features: list[list[int]], target: list[list[int]]) -> None:
    dataset = parse_csv("a,b,c\n1,2,3\n4,5,6\n", **choices)  # type: ignore[arg-type]
    assert dataset.features.tolist() == features
    assert dataset.target.tolist() == target


def test_a_name_goes_before_a_number() -> None:
    assert parse_csv("2,b,y\n1,5,3\n", header=True, target="2").target.tolist() == [[1]]


def test_columns_that_are_not_chosen_may_hold_anything() -> None:
    dataset = parse_csv('id,a,note,y\nX1,1,,5\nX2,2,"long, and\nin two lines",6\n', features=["a"])
    assert dataset.features.tolist() == [[1], [2]]


def test_quotes_and_delimiters_within_values() -> None:
    dataset = parse_csv('a,y\n1,"red, or ""rose"""\n2,"blue; green"\n')
    assert dataset.class_names == ("blue; green", 'red, or "rose"')


# --- tables that cannot


ALSO = "; values are missing on lines 3, 5 too"
MORE = "; values are missing on lines 3, 4, 5, 6 too, and on more"
ASK = "; if these are classes, ask for classification"
CLOSING = 'a closing quote (") is followed by more text; a quote within quotes is written twice'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "there are no rows"),
        ("\n \n", "there are no rows"),
        ("a,b\n", "there are no rows of data, only a line of names"),
        ("a,b\n1,2\n3\n", "line 3: it has 1 value, and line 1 has 2"),
        ("a,b\n1,2\n\n3,4,5\n", "line 4: it has 3 values, and line 1 has 2"),
        ("a,y\n1,2\nx,4\n", "line 3, column “a”: “x” is not a number"),
        ("a,y\n1,2\n1_000,4\n", "line 3, column “a”: “1_000” is not a number"),
        ("a;y\n1.234,5;2\n", "line 2, column “a”: “1.234,5” is not a number"),
        ('a,y\n1,2\n"1,5",4\n', "line 3, column “a”: “1,5” is not a number"),
        ("a,y\n1,2\n,4\n", "line 3, column “a”: the value is missing"),
        ("a,b,y\n?,,2\n3,NA,4\n1,1,1\n,1,2\n", "line 2, column “a”: the value is missing" + ALSO),
        ("a,y\n1,2\n3,\n4,null\n", "line 3, column “y”: the value is missing; values are missing on line 4 too"),
        ("a,y\n1,x\n3,\n", "line 3, column “y”: the value is missing"),
        ("a,y\n" + ",1\n" * 9, "line 2, column “a”: the value is missing" + MORE),
        ("a,y\n" + "1,\n" * 9, "line 2, column “y”: the value is missing" + MORE),
        ("a,y\n1,2\nnan,4\n", "line 3, column “a”: nan is not a finite number"),
        ("a,y\n1,2\n-inf,4\n", "line 3, column “a”: -inf is not a finite number"),
        ("a,y\n1,2\n1e999,4\n", "line 3, column “a”: inf is not a finite number"),
        ("a,y\n1,2\n1e200,4\n", "line 3, column “a”: 1e+200 is too large to compute with: a number is at most 1e+100"),
        ("a,y\n1,2\n3,NaN\n", "line 3, column “y”: nan is not a finite number"),
        ("a,y\n1,x\n2,x\n", "column “y”: there is one class only, “x”, and at least 2 are needed"),
        ("a,y\n1,2\n2,x\n", "line 3, column “y”: “x” is text among numbers" + ASK),
        ("a,y\n1,x\n2,z\n3,5\n", "line 4, column “y”: “5” is a number among text" + ASK),
        ("a,b,a\n1,2,3\n", "line 1: two columns are named “a”"),
        ("a\n1\n", "there is one column only: choose at least one feature beside the target"),
        ('a,y\n1,2\n"3,4\n5,6\n', 'line 3: a quote (") is opened and never closed'),
        ('a,y\n1,2\n"3"x,4\n', "line 3: " + CLOSING),
        ('a,y\n"' + "x" * 200_000, 'line 2: a value has more than 131,072 characters; is its quote (") never closed?'),
        ("a,y\n1,2\n\x00\x01,4\n", "line 3: this is not text: it holds characters that no table has"),
        ("a;y\n1,5;2\n2.5;3\n", "line 3: a decimal point stands here, and a decimal comma on line 2"),
        ("a;y\n1;2.5\n2;3,5\n", "line 3: a decimal comma stands here, and a decimal point on line 2"),
        ("a,y\n\x9b31m,2\n", "line 2, column “a”: “�31m” is not a number"),
        ("a,y\n" + "x" * 1000 + ",2\n", "line 2, column “a”: “" + "x" * 40 + "…” is not a number"),
        (",".join("abc") + "," * 10_000, "line 1: there are 10,003 columns, and at most 10,000 are supported"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_used(text: str, expected: str) -> None:
    assert refusal(text) == expected


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({"target": "z"}, "there is no column “z”; the columns are “a”, “b”, “c”"),
        ({"target": ""}, "there is no column “”; the columns are “a”, “b”, “c”"),
        ({"target": 4}, "there is no column 4; the columns are numbered from 1 to 3"),
        ({"target": "0"}, "there is no column 0; the columns are numbered from 1 to 3"),
        ({"target": -1}, "there is no column -1; the columns are numbered from 1 to 3"),
        ({"features": ["a", "z"]}, "there is no column “z”; the columns are “a”, “b”, “c”"),
        ({"features": ["a", 1]}, "column “a”: it is chosen as a feature twice"),
        ({"features": ["a", "c"]}, "column “c”: it is chosen as a feature and as the target"),
        ({"features": []}, "choose at least one feature beside the target"),
        ({"header": False, "target": "a"}, "there is no column “a”; the columns have no names, so choose by number"),
        ({"target": "c", "kind": "regression"}, "line 2, column “c”: “x” is not a number, as a regression needs"),
        ({"target": "b", "kind": "classification", "features": ["a"]},
         "line 3, column “b”: “2.5” is not a whole number, as a class must be"),
    ],
)  # fmt: skip
def test_choices_that_cannot_be_met(choices: dict[str, object], expected: str) -> None:
    assert refusal("a,b,c\n1,2,x\n3,2.5,y\n", **choices) == expected


def test_one_class_of_numbers() -> None:
    assert "one class only, “1”" in refusal("a,y\n1,1\n2,1.0\n", kind="classification")


def test_an_infinite_class() -> None:
    assert "“inf” is not a whole number" in refusal("a,y\n1,1\n2,inf\n", kind="classification")


def test_too_many_classes() -> None:
    text = "a,y\n" + "".join(f"1,n{i}\n" for i in range(MAX_CLASSES + 1))
    assert refusal(text) == "column “y”: there are 101 classes, and at most 100 are supported"


def test_too_many_rows() -> None:
    text = "a,y\n" + "1,2\n" * 1_000_000
    assert len(parse_csv(text)) == 1_000_000
    assert refusal(text + "1,2\n") == "line 1,000,002: there are more than 1,000,000 rows, the most that are supported"


def test_too_many_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "MAX_NUMBERS", 5)
    assert refusal("a,b,y\n1,2,3\n1,2,3\n1,2,3\n").startswith("line 4: there are more than 5 numbers")


@given(st.text(max_size=300) | st.text('0123456789.,;\t\n\r" abNnaifeE-+_?', max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in (None, "classification", "regression"):
        try:
            dataset = parse_csv(text, kind=kind)  # type: ignore[arg-type]
        except GradStepError as error:
            sentence = str(error)
        else:
            sentence = dataset.kind
            assert np.all(np.isfinite(dataset.features))
        assert sentence.isprintable()


cells = st.floats(-1e9, 1e9).map(repr)
tables = st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=8))


@given(tables, st.sampled_from(",;\t"), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read(rows: list[list[str]], delimiter: str, header: bool, end: str) -> None:
    lines = [[f"c{i}" for i in range(len(rows[0]))], *rows] if header else rows
    dataset = parse_csv("".join(delimiter.join(row) + end for row in lines))
    np.testing.assert_array_equal(np.hstack([dataset.features, dataset.target]), np.array(rows, dtype=np.float64))


@given(tables, st.integers(0, 10**6), st.sampled_from(["x", "", "nan", "1;2", '"', "1,2", "\x00"]))
def test_one_spoilt_cell_is_read_or_refused(rows: list[list[str]], place: int, spoilt: str) -> None:
    row = rows[place % len(rows)]
    row[place % len(row)] = spoilt
    sentence = ""
    try:
        parse_csv("\n".join(",".join(row) for row in rows))
    except GradStepError as error:
        sentence = str(error)
    assert sentence.isprintable()
