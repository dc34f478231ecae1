"""Records as CSV and JSON: every number as it was recorded, in columns that a spreadsheet or pandas reads."""

import csv
import io
import json
import math
from typing import Any

import numpy as np
import pytest

from visualizer.session.document import parse
from visualizer.session.training import report as training_report
from visualizer.session.training.lab import Lab
from visualizer.session.training.report import columns, csv_pieces, json_pieces

CIRCLE = """
format = 1
title = "Circles, “small”"
network = "2-3-1 {activation}, loss half_squared"
{top}
[data]
set = "{data}"
train_share = {share}
[training]
learning_rate = {rate}
{rest}
"""


def lab(
    activation: str = "tanh, output tanh",
    data: str = "circle",
    share: float = 0.5,
    rate: float = 0.1,
    rest: str = "",
    top: str = "",
) -> Lab:
    return Lab(parse(CIRCLE.format(activation=activation, data=data, share=share, rate=rate, rest=rest, top=top)))


def trained(iterations: int = 120, **choices: Any) -> Lab:
    made = lab(**choices)
    made.advance(iterations)
    return made


def as_table(made: Lab) -> list[dict[str, str]]:
    text = "".join(csv_pieces(made))
    assert "\r" not in text
    table = list(csv.DictReader(io.StringIO(text), strict=True))
    assert all(None not in row and None not in row.values() for row in table)  # as many cells as columns
    return table


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def as_json(made: Lab) -> Any:
    halts = [made.halt] if made.halt else []
    text = "".join(json_pieces(made, halts))
    assert text.isascii()
    return json.loads(text, parse_constant=refuse)


# --- CSV


def test_the_columns() -> None:
    header = next(csv_pieces(trained(1))).rstrip("\n").split(",")
    assert header[:8] == [
        "iteration", "loss", "test_loss", "gradient_norm", "layer1.gradient_norm", "layer2.gradient_norm", "score",
        "test_score",
    ]  # fmt: skip
    assert header[8:13] == [
        f"layer1.{name}" for name in ("weight_norm", "update_norm", "update_ratio", "dead", "saturated")
    ]
    assert tuple(header) == columns(("layer1", "layer2"))


@pytest.mark.parametrize("activation", ["tanh, output tanh", "relu, output tanh"])
def test_every_number_is_the_recorded_one(activation: str) -> None:
    made = trained(activation=activation)
    records = made.runs[0].records
    table = as_table(made)
    assert [int(row["iteration"]) for row in table] == list(range(120))
    for row, record in zip(table, (records[i] for i in range(120)), strict=True):
        assert float(row["loss"]) == record.loss
        assert float(row["gradient_norm"]) == record.gradient_norm
        for layer, norm in record.gradient_norms.items():
            assert float(row[f"{layer}.gradient_norm"]) == norm
        assert row["test_loss"] == ("" if record.test_loss is None else repr(record.test_loss))
        assert row["test_score"] == ("" if record.test_score is None else repr(record.test_score))
        assert row["score"] == ("" if record.score is None else repr(record.score))
        for layer in records.layers:
            for name in ("weight_norm", "update_norm", "update_ratio", "dead", "saturated"):
                found = None if record.details is None else getattr(record.details[layer], name)
                # Shares of units that a layer has not.
                assert row[f"{layer}.{name}"] == ("" if found is None or math.isnan(found) else repr(found))
    assert any(row["test_loss"] for row in table)
    assert any(row["layer1.dead" if "relu" in activation else "layer1.saturated"] for row in table)


def test_a_long_run_is_written_stretch_by_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trained()
    whole = list(csv_pieces(made))
    monkeypatch.setattr(training_report, "CHUNK", 7)
    assert list(csv_pieces(made)) == whole


def test_without_a_test_set_its_columns_stay_empty() -> None:
    table = as_table(trained(share=1.0))
    assert {row["test_loss"] for row in table} == {row["test_score"] for row in table} == {""}


def test_nothing_recorded_is_a_header_alone() -> None:
    assert len(list(csv_pieces(lab()))) == 1


BESIDE = '[[compare]]\nlabel = "deep, \\"er\\""\nnetwork = "2-3-3-1 relu, output tanh, loss half_squared"'


def test_runs_that_are_compared_follow_one_another() -> None:
    made = trained(rest=BESIDE, top='label = "plain"')
    table = as_table(made)
    assert list(table[0])[:2] == ["run", "iteration"]
    assert [row["run"] for row in table] == ["plain"] * 120 + ['deep, "er"'] * 120
    assert {row["layer3.gradient_norm"] for row in table[:120]} == {""}
    for row, number in ((table[7], 0), (table[127], 1)):
        record = made.runs[number].records[7]
        assert (int(row["iteration"]), float(row["loss"])) == (7, record.loss)
        assert float(row["layer2.gradient_norm"]) == record.gradient_norms["layer2"]
    assert float(table[127]["layer3.gradient_norm"]) == made.runs[1].records[7].gradient_norms["layer3"]


def test_nan_and_infinity_are_written_as_others_read_them() -> None:
    made = trained(1000, activation="linear", data="plane", rate=1e6)
    assert made.halt is not None
    last = as_table(made)[-1]
    numbers = np.array([float(last[name]) for name in ("loss", "gradient_norm", "layer1.gradient_norm")])
    assert not np.all(np.isfinite(numbers))
    assert {last[name].strip("-") for name in ("gradient_norm", "layer1.gradient_norm")} <= {"nan", "inf"}


# --- JSON


def test_the_form_of_the_json() -> None:
    made = trained(rest=BESIDE, top='label = "plain"')
    found = as_json(made)
    assert list(found) == ["document", "file", "data", "halts", "runs"]
    assert (found["document"], found["file"], found["halts"]) == ("Circles, “small”", None, [])
    assert found["data"] == {
        "name": "circle", "training": 250, "test": 250, "features": ["x1", "x2"], "classes": ["-1", "+1"],
        "steps": ["Draw: 500 samples, noise 0 %, seed 0", "Split: 250 to train, 250 to test"],
    }  # fmt: skip
    plain, deep = found["runs"]
    assert list(plain) == ["label", "network", "program", "training", "layers", "records"]
    assert (plain["label"], plain["network"]) == ("plain", "2-3-1 tanh, output tanh, loss half_squared")
    assert plain["program"].startswith("z1 = linear(W1, x, b1)\n")
    assert plain["training"] == {
        "optimizer": "sgd", "settings": {"learning_rate": 0.1}, "batch_size": 10, "schedule": "constant",
        "schedule_settings": {}, "regularisation": None, "clipping": None, "seed": 0,
    }  # fmt: skip
    assert deep["layers"] == ["layer1", "layer2", "layer3"]
    assert len(plain["records"]) == len(deep["records"]) == 120


def test_records_in_json_are_those_of_the_table() -> None:
    made = trained()
    for row, record in zip(as_table(made), as_json(made)["runs"][0]["records"], strict=True):
        assert {name: repr(value) for name, value in record.items()} == {
            name: cell for name, cell in row.items() if cell
        }


def test_what_is_not_finite_is_text_in_json() -> None:
    made = trained(1000, activation="linear", data="plane", rate=1e6)
    found = as_json(made)
    (halt,) = found["halts"]
    assert halt["not_finite"]
    assert halt["iteration"] == found["runs"][0]["records"][-1]["iteration"]
    assert f"iteration {halt['iteration']}: " in halt["sentence"]
    assert {"nan", "inf", "-inf"} & {
        value for value in found["runs"][0]["records"][-1].values() if isinstance(value, str)
    }


def test_a_program_of_its_own_has_no_network() -> None:
    text = (
        'format = 1\ntitle = "t"\nprogram = "z = W @ x\\nloss = mse(z, t)"\nparameters.W = [[0.5, 0.5]]\n'
        '[data]\nset = "plane"\n'
    )
    made = Lab(parse(text))
    made.advance(10)
    (run,) = as_json(made)["runs"]
    assert run["network"] is None
    assert run["program"] == "z = W @ x\nloss = mse(z, t)"
    assert run["layers"] == ["layer1"]
