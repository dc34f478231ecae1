"""Runs every benchmark of this folder, each in a process of its own, and merges their rows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.common import arguments

FOLDER = Path(__file__).resolve().parent


def run(module: str, quick: bool, file: Path) -> list[dict[str, Any]] | None:
    """The rows of one benchmark, whose table goes to our own output; None where it failed."""
    command = [sys.executable, "-m", f"benchmarks.{module}", "--json", str(file), *(["--quick"] if quick else [])]
    done = subprocess.run(command, cwd=FOLDER.parent, check=False)
    if done.returncode or not file.exists():
        print(f"benchmarks.{module} did not finish (status {done.returncode})", file=sys.stderr, flush=True)
        return None
    rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return rows


def main() -> int:
    """Status 1 where a benchmark did not finish; a missed goal is shown, and is no failure of the run."""
    options = arguments(__doc__ or "")
    modules = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "common" and path.stem[0] != "_")
    with tempfile.TemporaryDirectory() as folder:
        found = {module: run(module, options.quick, Path(folder) / f"{module}.json") for module in modules}
    rows = [row for listed in found.values() for row in listed or []]
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    held = sum(row["held"] is True for row in rows)
    print(f"{held} of {sum(row['held'] is not None for row in rows)} goals held")
    return 1 if None in found.values() else 0


if __name__ == "__main__":
    sys.exit(main())
