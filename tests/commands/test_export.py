"""``gradstep export``: what is painted, and what cannot be, said before anything is."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from visualizer.commands import export
from visualizer.session.appearance import Appearance, Direction, Level, Shows
from visualizer.session.training.lab import Lab
from visualizer.ui.export import Look

Run = Callable[..., tuple[int, str, str]]
Start = Callable[..., subprocess.CompletedProcess[bytes]]
Asked = list[tuple[Any, ...]]


EXPORT = {"--step": "last", "--format": "png", "--out": "x.png"}


def export_arguments(document: str = "neuron-by-hand", **changes: str | None) -> list[str]:
    options = {**EXPORT, **{f"--{name}": value for name, value in changes.items()}}
    return ["export", document, *(f"{name}={value}" for name, value in options.items() if value is not None)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"step": None}, "required: --step"),
        ({"format": None}, "required: --format"),
        ({"out": None}, "required: --out"),
        ({"step": "first"}, "“first” is not a step"),
        ({"step": "-1"}, "“-1” is not a step"),
        ({"step": "1.5"}, "“1.5” is not a step"),
        ({"step": ""}, "“” is not a step"),
        ({"step": "١"}, "is not a step"),
        ({"step": "9" * 5000}, "is not a step"),
        ({"step": "19"}, "there are 18 steps, so give a number from 0 to 18, last or all"),
        ({"format": "pdf"}, "invalid choice: 'pdf'"),
        ({"size": "800"}, "“800” is not a size such as 1280x800"),
        ({"size": "800x"}, "is not a size"),
        ({"size": "800x-600"}, "is not a size"),
        ({"size": "nanxnan"}, "is not a size"),
        ({"size": "199x800"}, "from 200 to 8000, not 199x800"),
        ({"size": "800x8001"}, "from 200 to 8000"),
        ({"size": "8000x8000", "scale": "1.01"}, "65 megapixels, and at most 64"),
        ({"size": "1280x800", "scale": "8"}, "66 megapixels, and at most 64"),
        ({"scale": "0.4"}, "“0.4” is not a number from 0.5 to 8"),
        ({"scale": "8.1"}, "is not a number from 0.5 to 8"),
        ({"scale": "nan"}, "is not a number from 0.5 to 8"),
        ({"scale": "inf"}, "is not a number from 0.5 to 8"),
        ({"scale": "big"}, "is not a number from 0.5 to 8"),
        ({"theme": "blue"}, "invalid choice: 'blue'"),
        ({"out": "x.svg"}, "ends in .svg, and --format is png: make them agree"),
        ({"out": "x.JPG"}, "ends in .jpg"),
        ({"out": "none/x.png"}, "the folder none does not exist"),
        ({"out": "."}, "--out . is a folder: name a file in it"),
        ({"out": "/dev/null"}, "--out /dev/null is not a regular file"),
        ({"out": "a" * 300}, "cannot be written: File name too long"),
        ({"out": "a\0b"}, "cannot be written"),
    ],
)  # fmt: skip
def test_bad_exports(
    refused: Callable[..., str],
    changes: dict[str, str | None],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in refused(*export_arguments(**changes))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to(
    refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", fail)  # root may write everywhere
    out = tmp_path / "x.png"
    assert refused(*export_arguments(out=str(out))).endswith(f"--out {out} cannot be written: Permission denied")


# --- what is painted


@pytest.mark.parametrize(
    ("step", "steps"), [("0", [0]), ("7", [7]), ("18", [18]), ("last", [18]), ("all", list(range(1, 19)))]
)
def test_which_steps_are_exported(
    run: Run, exports: Asked, step: str, steps: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, output, _ = run(*export_arguments(step=step))
    assert (status, output) == (0, "x.png\n")
    assert exports == [("One neuron, by hand", steps, "png", Path("x.png"), (1280, 800), 1.0, "light", Look())]


def test_how_a_picture_is_exported(run: Run, exports: Asked, tmp_path: Path) -> None:
    out = tmp_path / "x.svg"
    arguments = export_arguments(format="svg", size="8000x200", scale="2.5", theme="dark", out=str(out))
    assert run(*arguments)[0] == 0
    assert exports[0][2:] == ("svg", out, (8000, 200), 2.5, "dark", Look())


@pytest.mark.parametrize(
    ("changes", "look"),
    [
        ({"level": "layer", "direction": "down"}, Look(appearance=Appearance(direction="down"))),
        ({"level": "neuron"}, Look("neuron")),
        ({"level": "neuron", "sample": "1"}, Look("neuron")),
        ({"level": "neuron", "sample": "10"}, Look("neuron", sample=9)),
        ({"level": "neuron", "sample": "mean"}, Look("neuron", sample=None)),
        ({"level": "scalar", "sample": "2", "shows": "gradient"}, Look("scalar", Appearance(shows="gradient"), 1)),
        ({"shows": "weight"}, Look(appearance=Appearance(shows="weight"))),
        ({"shows": "update", "direction": "right"}, Look(appearance=Appearance(shows="update"))),
    ],
)  # fmt: skip
def test_how_a_graph_is_looked_at(
    run: Run, exports: Asked, trains: str, changes: dict[str, str | None], look: Look
) -> None:
    assert run(*export_arguments(trains, **changes))[0] == 0
    assert exports[0][-1] == look


def test_what_can_be_chosen_is_what_there_is() -> None:
    assert (get_args(Level), get_args(Shows), get_args(Direction)) == (export.LEVELS, export.SHOWS, export.DIRECTIONS)


def test_a_document_without_a_batch_has_one_sample(refused: Callable[..., str], tmp_path: Path) -> None:
    arguments = export_arguments(level="neuron", sample="2", out=str(tmp_path / "x.png"))
    assert "--sample 2: there is one" in refused(*arguments)


@pytest.mark.slow
@pytest.mark.parametrize("format", ["png", "svg"])
def test_pictures_are_painted(start: Start, format: str, tmp_path: Path) -> None:
    done = start(*export_arguments(step="3", format=format, out=f"x.{format}"), folder=tmp_path)
    assert (done.returncode, done.stdout.decode().strip()) == (0, f"x.{format}"), done.stderr.decode()
    content = (tmp_path / f"x.{format}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml"}[format])


# --- what the machine lacks


@pytest.mark.usefixtures("bare")
def test_an_export_without_qts_libraries_names_the_apt_line(run: Run, tmp_path: Path) -> None:
    status, _, errors = run(*export_arguments(out=str(tmp_path / "x.png")))
    assert status == 3
    assert "apt-get install" in errors
    assert "libgone1" in errors


def test_a_qt_that_cannot_be_imported_ends_with_3(
    run: Run, exports: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ImportError("libGL.so.1: cannot open shared object file", name="PySide6.QtGui")

    monkeypatch.setattr("visualizer.ui.export.export_pictures", fail)
    status, _, errors = run(*export_arguments(out=str(tmp_path / "x.png")))
    assert status == 3
    assert errors == "gradstep: Qt cannot be loaded: libGL.so.1: cannot open shared object file\n"


# --- documents that train

TRAINS = """\
format = 1
title = "Spiral"
network = "2-4-1 tanh, loss half_squared"
[data]
set = "spiral"
[training]
iterations = 20
[[compare]]
network = "2-3-1 relu, loss half_squared"
"""


@pytest.fixture
def trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "spiral.toml"
    path.write_text(TRAINS)
    return str(path)


def test_steps_of_an_iteration_are_exported(run: Run, exports: Asked, trains: str) -> None:
    assert run(*export_arguments(trains))[0] == 0
    assert run(*export_arguments(trains, iteration="12", step="3"))[0] == 0
    assert run(*export_arguments(trains, iteration="12", run="2", step="all"))[0] == 0
    assert [(asked[0], asked[1][-1], len(asked[1])) for asked in exports] == [
        ("Spiral, iteration 0 of tanh", 20, 1),
        ("Spiral, iteration 12 of tanh", 3, 1),
        ("Spiral, iteration 12 of relu", 20, 20),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"view": "plots"}, "--step is for --view steps, and --view is plots: leave one of them out"),
        ({"view": "plots", "step": None, "iteration": "3"}, "--iteration is for --view steps, and --view is plots"),
        ({"view": "plots", "step": None, "run": "1"}, "--run is for --view steps, and --view is plots"),
        ({"iterations": "3"}, "--iterations is for --view plots, and --view is steps"),
        ({"view": "steps", "iterations": "3"}, "--iterations is for --view plots, and --view is steps"),
        ({"view": "curves"}, "invalid choice: 'curves'"),
        ({"view": "plots", "step": None, "level": "neuron"}, "--level is for --view steps, and --view is plots"),
        ({"view": "plots", "step": None, "sample": "1"}, "--sample is for --view steps"),
        ({"view": "plots", "step": None, "shows": "weight"}, "--shows is for --view steps"),
        ({"view": "plots", "step": None, "direction": "down"}, "--direction is for --view steps"),
        ({"level": "unit"}, "invalid choice: 'unit'"),
        ({"shows": "weights"}, "invalid choice: 'weights'"),
        ({"direction": "up"}, "invalid choice: 'up'"),
        ({"sample": "3"}, "--sample is for --level neuron or scalar, and --level is layer: leave one of them out"),
        ({"level": "layer", "sample": "mean"}, "--sample is for --level neuron or scalar"),
        ({"level": "scalar", "sample": "mean"}, "single numbers are those of one sample, so give its number"),
        ({"level": "neuron", "sample": "0"}, "“0” is not a sample: give a number from 1 on, or mean"),
        ({"level": "neuron", "sample": "-1"}, "“-1” is not a sample"),
        ({"level": "neuron", "sample": "1.5"}, "“1.5” is not a sample"),
        ({"level": "neuron", "sample": "11"}, "--sample 11: there are 10, so give a number from 1 to 10, or mean"),
        ({"iteration": "x"}, "“x” is not a whole number"),
        ({"run": "3"}, "--run “3”: the runs are"),
        ({"step": "23"}, "--step 23: there are 20 steps, so give a number from 0 to 20, last or all"),
        ({"view": "plots", "step": None, "iterations": "0"}, "“0” is not a whole number from 1 to 10,000,000"),
    ],
)
def test_options_that_do_not_go_together(
    refused: Callable[..., str], trains: str, changes: dict[str, str | None], said: str
) -> None:
    assert said in refused(*export_arguments(trains, **changes))


def test_what_has_no_data_has_no_curves(refused: Callable[..., str], tmp_path: Path) -> None:
    arguments = export_arguments(view="plots", step=None, out=str(tmp_path / "x.png"))
    assert "has no data to train on: it needs a table [data]" in refused(*arguments)


@pytest.mark.parametrize(("format", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_curves_are_painted(run: Run, trains: str, format: str, begins: bytes) -> None:
    arguments = export_arguments(trains, view="plots", step=None, format=format, out=f"x.{format}", size="640x400")
    assert run(*arguments) == (0, f"x.{format}\n", "")
    assert Path(f"x.{format}").read_bytes().startswith(begins)


def test_as_many_iterations_are_painted_as_are_asked_for(
    run: Run, trains: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    def painted(lab: Lab, *rest: Any) -> Path:
        asked.append((lab.iteration, *rest))
        return rest[1]

    monkeypatch.setattr("visualizer.ui.export.export_plots", painted)
    for changes in ({}, {"iterations": "35", "theme": "dark", "scale": "2", "size": "800x600", "out": "y.png"}):
        assert run(*export_arguments(trains, view="plots", step=None, **changes))[0] == 0
    assert asked == [
        (20, "png", Path("x.png"), (1280, 800), 1.0, "light"),
        (35, "png", Path("y.png"), (800, 600), 2.0, "dark"),
    ]


def test_curves_that_end_in_infinity_are_painted_and_it_is_told(run: Run, trains: str) -> None:
    text = TRAINS.replace("tanh", "linear").replace("iterations = 20", "learning_rate = 1e6").partition("[[")[0]
    Path(trains).write_text(text)
    status, output, errors = run(*export_arguments(trains, view="plots", step=None, size="640x400"))
    assert (status, output) == (0, "x.png\n")
    assert errors.startswith("gradstep: Stopped: iteration ")
