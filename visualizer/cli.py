"""The command line. Others script it: commands, options, output and exit codes are a promise.

Every command is one entry of COMMANDS. What is heavy is imported where it is used: `--version` and `--help` load no
numpy, and `trace`, `check` and `lessons` no Qt.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from engine.trace import Trace
    from visualizer.session.document import Document

FINE = 0
CHECK_FAILED = 1
BAD_INPUT = 2
MACHINE_LACKS_SOMETHING = 3
OUR_FAULT = 70  # EX_SOFTWARE of sysexits.h
INTERRUPTED = 130  # 128 + SIGINT, as a shell reports it
NOBODY_READS = 141  # 128 + SIGPIPE

EXIT_CODES = """\
exit codes: 0 fine, 1 a check failed, 2 bad input or usage, 3 the machine lacks something,
70 a mistake in gradstep itself"""

FORMATS = ("png", "svg")
# A name that ends in one of these promises that format.
PICTURE_SUFFIXES = {".png", ".svg", ".pdf", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"}
DEFAULT_SIZE = (1280, 800)
SMALLEST_SIDE, LARGEST_SIDE = 200, 8000
SMALLEST_SCALE, LARGEST_SCALE = 0.5, 8.0
MAX_PIXELS = 64_000_000
PICTURE_FOLDER = Path("gradstep-pictures")
FIRST_LESSON = "neuron-by-hand"


class Stop(Exception):
    """The command cannot go on: one sentence for the person who typed it, and the exit code."""

    def __init__(self, sentence: str, status: int = BAD_INPUT) -> None:
        super().__init__(sentence)
        self.status = status


class Command(NamedTuple):
    """A subcommand: what it is for, the options it takes, and what it does with them (gives the exit code)."""

    summary: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code. ``argv`` is without the program's name."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _write_utf8()
    try:
        options, run = _parse(arguments)
    except SystemExit as ended:  # argparse has already said why, or shown the help
        return ended.code if isinstance(ended.code, int) else FINE
    try:
        status = run(options)
        _write("")
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _stop_writing()
        return NOBODY_READS
    except Exception as error:
        if options.debug:
            raise
        stop = _explained(error)
        print(f"gradstep: {stop}", file=sys.stderr)
        return stop.status


def _explained(error: Exception) -> Stop:
    """What to tell a person about an error."""
    from engine.errors import GradStepError

    if isinstance(error, Stop):
        return error
    if isinstance(error, GradStepError):
        return Stop(str(error), BAD_INPUT)
    if isinstance(error, MemoryError):
        return Stop("there is not enough memory for this", MACHINE_LACKS_SOMETHING)
    if isinstance(error, ImportError) and (error.name or "").partition(".")[0] in ("PySide6", "shiboken6"):
        return Stop(f"Qt cannot be loaded: {error}", MACHINE_LACKS_SOMETHING)
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return Stop(f"this should not have happened ({reason}); run it again with --debug for the traceback", OUR_FAULT)


# What is typed ------------------------------------------------------------------------------------------------------


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, Callable[[argparse.Namespace], int]]:
    """The options and what to run. A command is the first word that is no option; without one, the window opens."""
    if not arguments:  # the usual start; making the parser would take a while
        return argparse.Namespace(document=None, debug=False), _open_window
    place = next((i for i, argument in enumerate(arguments) if not argument.startswith("-") or argument == "--"), None)
    if place is None or arguments[place] not in COMMANDS:
        return _window_parser().parse_args(arguments), _open_window
    name = arguments[place]
    command = COMMANDS[name]
    parser = _parser(f"gradstep {name}", f"{command.summary[:1].upper()}{command.summary[1:]}.", EXIT_CODES)
    command.arguments(parser)
    return parser.parse_args(arguments[:place] + arguments[place + 1 :]), command.run


def _parser(name: str, description: str, epilog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser


def _window_parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  gradstep {name:<8} {command.summary}" for name, command in COMMANDS.items())
    parser = _parser(
        "gradstep",
        "Step through backpropagation: every value, every gradient, and the arithmetic behind them.",
        f"commands:\n{listing}\n\ngradstep COMMAND --help says more. A file that is named like a command is opened "
        f"with ./ before it.\n\n{EXIT_CODES}",
    )
    parser.add_argument("document", nargs="?", metavar="FILE-OR-LESSON", help="what to open; the gallery without it")
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and stop")
    return parser


class _ShowVersion(argparse.Action):
    """`--version`, which looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"gradstep {version('gradstep')}")
        except PackageNotFoundError:
            print("gradstep, run from its source without being installed")
        parser.exit(FINE)


def _document_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("document", metavar="FILE-OR-LESSON", help="a TOML document, or a lesson's name")


def _trace_arguments(parser: argparse.ArgumentParser) -> None:
    _document_argument(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what to write (text)")


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    _document_argument(parser)
    size, (width, height) = f"{SMALLEST_SIDE} to {LARGEST_SIDE} a side", DEFAULT_SIZE
    parser.add_argument("--step", required=True, type=_step, metavar="N|last|all", help="0 is before the first step")
    parser.add_argument("--format", required=True, choices=FORMATS, help="the kind of picture")
    parser.add_argument("--size", type=_size, default=DEFAULT_SIZE, metavar="WxH", help=f"{size} ({width}x{height})")
    parser.add_argument(
        "--scale",
        type=_scale,
        default=1.0,
        metavar="S",
        help=f"pixels per unit, {SMALLEST_SCALE:g} to {LARGEST_SCALE:g} (1)",
    )
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="the colours (light)")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="PATH", help="the file; --step all numbers it: PATH-01.png and so on"
    )


def _step(text: str) -> int | str:
    if text in ("last", "all"):
        return text
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a step: give a number from 0 on, last or all")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,6})x([0-9]{1,6})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a size such as 1280x800")
    width, height = int(found[1]), int(found[2])
    if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (width, height)):
        raise argparse.ArgumentTypeError(f"each side must be from {SMALLEST_SIDE} to {LARGEST_SIDE}, not {text}")
    return width, height


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not SMALLEST_SCALE <= scale <= LARGEST_SCALE:
        raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a number from {SMALLEST_SCALE:g} to {LARGEST_SCALE:g}")
    return scale


# What is written ----------------------------------------------------------------------------------------------------


def _write_utf8() -> None:
    """Signs such as ∂ come out whatever the locale says; PYTHONIOENCODING still has the last word."""
    if sys.stdout is None:  # started with its output closed
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    encoding = None if os.environ.get("PYTHONIOENCODING") else "utf-8"
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=encoding or stream.encoding, errors="replace")


def _write(text: str) -> None:
    """Put ``text`` out now. Raises Stop where it cannot be kept, BrokenPipeError where nobody reads on."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _stop_writing()
        raise Stop(f"the output cannot be written: {error.strerror or error}", MACHINE_LACKS_SOMETHING) from None


def _write_all(pieces: Iterable[str]) -> None:
    """Put out many pieces, several at a time."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size > 50_000:
            _write("".join(waiting))
            waiting.clear()
            size = 0
    _write("".join(waiting))


def _stop_writing() -> None:
    """Send what is still in the buffers nowhere, so that the interpreter's end does not fail on it."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):  # not a real file, as in a test
        pass


def _lines(lines: Iterable[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)


# What is done -------------------------------------------------------------------------------------------------------


def _find(file_or_lesson: str) -> Document:
    from visualizer.session.lessons import find

    return find(file_or_lesson)


def _record(document: Document) -> Trace:
    """Run a document. Raises GradStepError with its file."""
    from engine.errors import GradStepError
    from engine.trace import record

    try:
        return record(document.graph, document.learning_rate)
    except GradStepError as error:
        raise Stop(f"{document.path or document.title}: {error}") from None


def _lessons(options: argparse.Namespace) -> int:
    from visualizer.session.gallery import headlines

    cards = headlines()
    width = max(len(card.name) for card in cards)
    _write_all(_lines(f"{card.name:<{width}}  {card.title}" for card in cards))
    return FINE


def _trace(options: argparse.Namespace) -> int:
    document = _find(options.document)
    trace = _record(document)
    from visualizer.session import report

    if options.format == "json":
        _write_all(report.json_pieces(document, trace))
    else:
        _write_all(_lines(report.text_lines(document, trace)))
    return FINE


def _check(options: argparse.Namespace) -> int:
    document = _find(options.document)
    trace = _record(document)
    import numpy as np

    from engine.gradcheck import Check, check_gradients
    from visualizer.session import expectations, report

    off: list[Check] = []

    def watched() -> Iterator[Check]:
        for check in check_gradients(document.graph, trace):
            if check.verdict == "off":
                off.append(check)
            yield check

    with np.errstate(all="ignore"):  # what is not finite is seen in the table
        for line in report.check_lines(trace, watched()):
            _write(f"{line}\n")  # one at a time: a large document takes a while
    _write_all(_lines(expectations.expectation_lines(document, trace)))
    return CHECK_FAILED if off or expectations.unmet(document, trace) else FINE


def _export(options: argparse.Namespace) -> int:
    _check_picture(options)
    document = _find(options.document)
    count = len(_record(document).steps)
    if isinstance(options.step, int) and options.step > count:
        raise Stop(f"--step {options.step}: there are {count} steps, so give a number from 0 to {count}, last or all")
    steps = {"all": range(1, count + 1), "last": [count]}.get(options.step, [options.step])
    status = _prepare_pictures()
    if status == FINE:
        from visualizer.ui.export import export_pictures

        files = export_pictures(
            document, steps, options.format, options.out, options.size, options.scale, options.theme
        )
        _write_all(_lines(str(file) for file in files))
    return status


def _check_picture(options: argparse.Namespace) -> None:
    """Raises Stop where the picture would be too large or its file cannot be written."""
    width, height = options.size
    if width * height * options.scale**2 > MAX_PIXELS:
        raise Stop(
            f"a picture of {width}x{height} at scale {options.scale:g} would have "
            f"{width * height * options.scale**2 / 1e6:.0f} megapixels, and at most {MAX_PIXELS // 1_000_000} are made"
        )
    out: Path = options.out
    suffix = out.suffix.lower()
    if suffix in PICTURE_SUFFIXES and suffix != f".{options.format}":
        raise Stop(f"--out {out} ends in {suffix}, and --format is {options.format}: make them agree")
    try:
        if out.is_dir():
            raise Stop(f"--out {out} is a folder: name a file in it")
        if out.exists() and not out.is_file():
            raise Stop(f"--out {out} is not a regular file")
        if not out.parent.is_dir():
            raise Stop(f"the folder {out.parent} does not exist")
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise Stop(f"--out {str(out)[:80]} cannot be written: {reason}") from None
    if not os.access(out.parent, os.W_OK | os.X_OK):
        raise Stop(f"the folder {out.parent} cannot be written to")


def _prepare_pictures() -> int:
    """Have Qt paint without a display; gives 3, having said why, where the machine cannot."""
    from visualizer import machine

    status = machine.ensure(window=False, install=False)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return status


def _open_window(options: argparse.Namespace) -> int:
    # Nearly all that is loaded stays: looking through it for garbage would delay the first paint, which ends this.
    gc.disable()
    try:
        return _window_or_pictures(options)
    finally:
        gc.enable()


def _window_or_pictures(options: argparse.Namespace) -> int:
    from visualizer import machine

    if not machine.has_display():
        return _do_without_window(options.document)
    if options.document is not None:
        _find(options.document)  # a bad file is answered here, in the terminal where it was named
    status = machine.ensure(window=True, install=False)
    if status != FINE:
        return status
    from visualizer.ui.app import run

    return int(run(options.document))


def _do_without_window(named: str | None) -> int:
    """Text and pictures, where no window can be shown."""
    document = _find(named if named is not None else FIRST_LESSON)
    trace = _record(document)
    print(
        f"gradstep: there is no display for a window, so here is the trace as text, "
        f"and pictures of the lessons go to {PICTURE_FOLDER}/.",
        file=sys.stderr,
        flush=True,
    )
    from visualizer.session import report

    _write_all(_lines(report.text_lines(document, trace)))
    status = _prepare_pictures()
    return status if status != FINE else _picture_lessons(document if named is not None else None)


def _picture_lessons(named: Document | None) -> int:
    """A picture of every lesson, and of the named document, at the end of the backward pass."""
    from visualizer.session.lessons import lesson_names, load_lesson
    from visualizer.ui.export import export_pictures

    try:
        PICTURE_FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise Stop(f"the folder {PICTURE_FOLDER} cannot be made here: {reason}", MACHINE_LACKS_SOMETHING) from None
    documents = {name: load_lesson(name) for name in lesson_names()}
    if named is not None and named.path not in [lesson.path for lesson in documents.values()]:
        stem = named.path.stem if named.path else "document"
        documents[f"{stem}-document" if stem in documents else stem] = named
    _write("\nPictures, each at the end of its backward pass:\n")
    for name, document in documents.items():
        steps = _record(document).steps
        last = max(position for position, step in enumerate(steps, start=1) if step.phase == "backward")
        for file in export_pictures(
            document, [last], "png", PICTURE_FOLDER / f"{name}.png", DEFAULT_SIZE, 1.0, "light"
        ):
            _write(f"  {file}\n")
    return FINE


COMMANDS: Mapping[str, Command] = {
    "lessons": Command("list the lessons by name", lambda parser: None, _lessons),
    "trace": Command("write every step as text or as JSON", _trace_arguments, _trace),
    "export": Command("paint steps as pictures, without a display", _export_arguments, _export),
    "check": Command(
        "hold every gradient against central differences, and expected numbers", _document_argument, _check
    ),
}
