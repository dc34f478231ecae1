"""The house's rules on imports: ui -> session -> engine, no Qt below ui, and nothing that runs a stranger's code."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted([*(ROOT / "engine").rglob("*.py"), *(ROOT / "visualizer").rglob("*.py")])

QT = {"PySide6", "shiboken6", "pyqtgraph"}
# A document is data. These would let it run code, or let the program talk to a network.
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "marshal", "shelve", "socket", "code", "codeop", "runpy"}
FORBIDDEN_CALLS = {"eval", "exec", "__import__"}

IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
import engine, visualizer.session
for package in (engine, visualizer.session):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def imports(path: Path) -> Iterator[str]:
    """Yield the absolute name of every module that a file imports, and of every name it takes from one."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def imports_any(path: Path, packages: set[str]) -> list[str]:
    return [name for name in imports(path) if any(name == p or name.startswith(p + ".") for p in packages)]


def parametrize_sources(*folders: str) -> pytest.MarkDecorator:
    chosen = [path for path in SOURCES if any((ROOT / folder) in path.parents for folder in folders)]
    return pytest.mark.parametrize("path", chosen, ids=lambda path: str(path.relative_to(ROOT)))


def test_engine_and_session_load_no_qt() -> None:
    command = [sys.executable, "-c", IMPORT_EVERYTHING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not QT & set(json.loads(done.stdout))


@parametrize_sources("engine")
def test_engine_knows_no_visualizer(path: Path) -> None:
    assert not imports_any(path, {"visualizer", *QT})


@parametrize_sources("visualizer/session")
def test_session_knows_no_ui(path: Path) -> None:
    assert not imports_any(path, {"visualizer.ui", *QT})


@parametrize_sources("engine", "visualizer")
def test_nothing_runs_a_strangers_code(path: Path) -> None:
    assert not imports_any(path, FORBIDDEN_MODULES)
    called = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & FORBIDDEN_CALLS


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import visualizer.ui.window", "visualizer.ui.window"),
        ("from visualizer import ui", "visualizer.ui"),
        ("from ..ui import window", "visualizer.ui.window"),
        ("from . import scene", "visualizer.session.scene"),
        ("def f():\n    from visualizer.ui.canvas import Canvas", "visualizer.ui.canvas"),
    ],
)
def test_the_scan_sees_each_way_to_import(
    line: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    file = tmp_path / "visualizer" / "session" / "module.py"
    file.parent.mkdir(parents=True)
    file.write_text(line)
    assert expected in set(imports(file))
