"""The documents: examples run, commands parse, links lead somewhere, and keys and files are the program's own."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import visualizer
from visualizer import cli
from visualizer.session.document import parse
from visualizer.session.lessons import lesson_names
from visualizer.session.session import prepare

ROOT = Path(__file__).resolve().parent.parent
README, GUIDE, ARCHITECTURE = ROOT / "README.md", ROOT / "docs" / "guide.md", ROOT / "docs" / "architecture.md"
LEVELS = ROOT / "docs" / "levels.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# What the examples call lesson.toml.
DOCUMENT = 'format = 1\ntitle = "A parabola"\nprogram = "y = x * x"\n[inputs]\nx = 3.0\n'

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def fences(page: Path, language: str) -> list[str]:
    """The texts of the fenced blocks in that language; "" for those that name none."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text_of(page), re.M | re.S)
    return [text for named, text in found if named == language]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.M | re.S)


def pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if fences(page, language)]


# Examples -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", pages_with("python"), ids=lambda page: page.name)
def test_python_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def show(subject: Any, title: str = "Untitled") -> None:
        shown.append(prepare(visualizer._document(subject, title)).document.title)

    monkeypatch.setattr(visualizer, "show", show)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in fences(page, "python"):
        exec(compile(block, str(page), "exec"), names)
    assert shown


@pytest.mark.parametrize("page", pages_with("toml"), ids=lambda page: page.name)
def test_whole_documents_can_be_opened(page: Path) -> None:
    for block in fences(page, "toml"):
        if "format = 1" in block:
            prepare(parse(block))


def shell_commands() -> Iterator[str]:
    """Every line of a shell block that calls gradstep."""
    for page in PAGES:
        for block in fences(page, ""):
            yield from (line for line in block.splitlines() if line.startswith("gradstep"))


def mentioned_commands() -> Iterator[str]:
    """Every call of gradstep within a sentence; a command that is only named is no call."""
    for page in PAGES:
        yield from (call for call in re.findall(r"`(gradstep(?: [^`]*)?)`", prose(page)) if len(call.split()) != 2)


@pytest.mark.parametrize("command", sorted({*shell_commands(), *mentioned_commands()}))
def test_commands_parse(command: str) -> None:
    status = cli.FINE
    try:
        cli._parse(shlex.split(command, comments=True)[1:])
    except SystemExit as ended:  # --help and --version
        status = ended.code
    assert status == cli.FINE


@pytest.mark.parametrize(
    "command", sorted({c for c in shell_commands() if c.split()[1:2] and c.split()[1] in cli.COMMANDS})
)
def test_commands_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: object) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lesson.toml").write_text(DOCUMENT, encoding="utf-8")
    assert cli.main(shlex.split(command, comments=True)[1:]) == cli.FINE


def test_make_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.M))
    for page in PAGES:
        called = re.findall(r"`make ([a-z]+)", text_of(page)) + re.findall(r"^make ([a-z]+)", text_of(page), re.M)
        assert set(called) <= targets, page


# What is named ------------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors that headings get: lower case, without punctuation, a hyphen for each blank."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page)) + re.findall(r'src(?:set)?="([^"]+)"', prose(page))
    for target in targets:
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), target


def make_pictures() -> ModuleType:
    specification = importlib.util.spec_from_file_location("make_pictures", ROOT / "docs" / "make_pictures.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_every_picture_is_made_and_used() -> None:
    files = {file.stem for file in (ROOT / "docs" / "pictures").iterdir()}
    used = {name for page in PAGES for name in re.findall(r"pictures/([\w-]+)\.png", text_of(page))}
    assert files == used == set(make_pictures().PICTURES)


def test_pictures_are_small() -> None:
    assert sum(file.stat().st_size for file in (ROOT / "docs" / "pictures").iterdir()) < 3_000_000


@pytest.mark.parametrize("page", [README, GUIDE, LEVELS], ids=lambda page: page.name)
def test_keys_are_those_of_the_program(page: Path) -> None:
    from visualizer.ui.actions import COMMANDS

    known = {key for command in COMMANDS for key in command.keys}
    named = set(re.findall(r"(?:(?:Ctrl|Shift|Alt)\+)+(?:F\d+|\S)|\bF\d+\b", prose(page)))
    assert named
    assert named <= known


def test_keys_of_one_letter_are_those_of_the_program() -> None:
    from visualizer.ui.actions import COMMANDS

    known = {key for command in COMMANDS for key in command.keys}
    named = set(
        re.findall(r"(?<![\w+*∂])([B-Z]|[][](?= takes| the one))(?![\w'])", re.sub(r"\]\(.*?\)", "", prose(LEVELS)))
    )
    assert {"E", "M", "F"} <= named <= known


@pytest.mark.parametrize("page", [README, GUIDE], ids=lambda page: page.name)
def test_every_lesson_is_told_of(page: Path) -> None:
    assert all(f"`{name}`" in text_of(page) for name in lesson_names())


def test_the_architecture_names_every_module_and_no_other() -> None:
    files = [file.name for folder in ("engine", "visualizer") for file in (ROOT / folder).rglob("*.py")]
    elsewhere = {file.name for folder in ("tests", "docs") for file in (ROOT / folder).rglob("*.py")}
    house = re.findall(r"\b\w+\.py\b", "".join(fences(ARCHITECTURE, "")))
    assert sorted(house) == sorted(name for name in files if name != "__init__.py")
    assert set(re.findall(r"\b\w+\.py\b", prose(ARCHITECTURE))) <= {*files, *elsewhere}


@pytest.mark.parametrize("note", sorted((ROOT / "docs" / "decisions").iterdir()), ids=lambda note: note.stem)
def test_decisions_are_short(note: Path) -> None:
    lines = text_of(note).splitlines()
    assert len(lines) <= 20
    assert int(note.name[:4]) == int(lines[0].removeprefix("# ").partition(".")[0])


def test_the_readme_names_what_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["readme"] == README.name
    for requirement in project["dependencies"]:
        assert re.match(r"[\w-]+", requirement)[0] in text_of(README)  # type: ignore[index]
