"""Files: written whole or not at all, and what stands in the way is known before."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from visualizer.session import files
from visualizer.session.files import DocumentError, check_writable, write_atomically

LONGEST = "a" * 255  # that file systems have


def refusal(path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        check_writable(path)
    return str(caught.value)


@pytest.mark.parametrize("content", [b"all at once", [b"all ", b"at ", b"once"], iter([b"all at once"])])
def test_a_file_is_written_in_one_piece_or_in_many(tmp_path: Path, content: object) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    write_atomically(path, content)  # type: ignore[arg-type]
    assert path.read_bytes() == b"all at once"
    assert os.name != "posix" or path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_the_old_file_survives_a_failure_half_way(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "x"
    path.write_text("old")

    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise error

    with pytest.raises(DocumentError if isinstance(error, OSError) else type(error)):
        write_atomically(path, pieces())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_can_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x"
    check_writable(path)
    assert not list(tmp_path.iterdir())
    path.write_text("old")
    check_writable(path)
    assert path.read_text() == "old"


def test_a_name_of_the_greatest_length(tmp_path: Path) -> None:
    check_writable(tmp_path / LONGEST)
    write_atomically(tmp_path / LONGEST, b"new")
    assert (tmp_path / LONGEST).read_bytes() == b"new"
    assert "cannot be written: File name too long" in refusal(tmp_path / (LONGEST + "a"))


def test_places_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refusal(tmp_path).endswith("is a folder: name a file in it")
    assert refusal(Path("")).endswith("is a folder: name a file in it")
    assert refusal(tmp_path / "none" / "x").endswith(
        f"cannot be written: the folder {tmp_path / 'none'} does not exist"
    )
    assert "does not exist" in refusal(tmp_path / "file" / "x")
    assert "cannot be written" in refusal(tmp_path / "a\0b")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name on this system")
def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").endswith("is not a regular file")
    assert refusal(Path("/dev/null")).endswith("is not a regular file")


def test_a_folder_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.tempfile, "NamedTemporaryFile", fail)  # root may write everywhere
    assert refusal(tmp_path / "x").endswith("x cannot be written: Permission denied")
