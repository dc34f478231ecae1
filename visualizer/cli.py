"""The command line. Others script it: commands, options, output and exit codes are a promise.

Every command is one entry of COMMANDS and the module of that name in ``visualizer.commands``. What is heavy is imported
where it is used: `--version` and `--help` load no numpy, and `trace`, `check`, `train` and `lessons` no Qt.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NoReturn, Protocol, cast

from visualizer.commands.outcome import EXIT_CODES, FINE, INTERRUPTED, NOBODY_READS, explained
from visualizer.commands.output import stop_writing, write, write_utf8

# What each command is for.
COMMANDS: Mapping[str, str] = {
    "lessons": "list the lessons by name",
    "trace": "write every step as text or as JSON",
    "train": "train, and write losses and gradient norms as a summary, CSV or JSON",
    "export": "paint steps, or the curves of training, as pictures without a display",
    "check": "hold every gradient against central differences, and expected numbers",
}


class Command(Protocol):
    """The module of a command. ``MORE`` stands below the options in its help."""

    MORE: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say what it takes."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; gives the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code. ``argv`` is without the program's name."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    write_utf8()
    try:
        options, run = _parse(arguments)
    except SystemExit as ended:  # argparse has already said why, or shown the help
        return ended.code if isinstance(ended.code, int) else FINE
    try:
        status = run(options)
        write("")
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        stop_writing()
        return NOBODY_READS
    except Exception as error:
        if options.debug:
            raise
        stop = explained(error)
        print(f"gradstep: {stop}", file=sys.stderr)
        return stop.status


# What is typed ------------------------------------------------------------------------------------------------------


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, Callable[[argparse.Namespace], int]]:
    """The options and what to run. A command is the first word that is no option; without one, the window opens."""
    window = _command("window")
    if not arguments:  # the usual start; making the parser would take a while
        return argparse.Namespace(document=None, debug=False), window.run
    place = next((i for i, argument in enumerate(arguments) if not argument.startswith("-") or argument == "--"), None)
    if place is None or arguments[place] not in COMMANDS:
        parser = _window_parser(window)
        if len(arguments) > 1 and place is not None:
            _refuse_mistyped(parser, arguments[place])
        return parser.parse_args(arguments), window.run
    name = arguments[place]
    command, summary = _command(name), COMMANDS[name]
    more = f"{command.MORE}\n{EXIT_CODES}" if command.MORE else EXIT_CODES
    parser = _parser(f"gradstep {name}", f"{summary[:1].upper()}{summary[1:]}.", more)
    command.arguments(parser)
    return parser.parse_args(arguments[:place] + arguments[place + 1 :]), command.run


def _refuse_mistyped(parser: argparse.ArgumentParser, word: str) -> None:
    """Ends the program where more follows on a word that is nearly a command."""
    import difflib

    near = difflib.get_close_matches(word[:20].lower(), COMMANDS, n=1, cutoff=0.7)
    if near and not os.path.exists(word):
        parser.error(f"“{word[:20]}” is no command; did you mean “{near[0]}”?")


def _command(name: str) -> Command:
    return cast(Command, import_module(f"visualizer.commands.{name}"))


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


def _window_parser(window: Command) -> argparse.ArgumentParser:
    listing = "\n".join(f"  gradstep {name:<8} {summary}" for name, summary in COMMANDS.items())
    parser = _parser(
        "gradstep",
        "Step through backpropagation: every value, every gradient, and the arithmetic behind them.",
        f"commands:\n{listing}\n\ngradstep COMMAND --help says more. A file that is named like a command is opened "
        f"with ./ before it.\n\n{EXIT_CODES}",
    )
    window.arguments(parser)
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
