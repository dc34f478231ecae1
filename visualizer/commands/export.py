"""``gradstep export``: steps of a pass, or the curves of training, as pictures without a display."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from visualizer.commands import subject
from visualizer.commands.options import MAX_ITERATIONS, document_argument, iteration_arguments, whole
from visualizer.commands.outcome import FINE, INTERRUPTED, Stop
from visualizer.commands.output import check_file, lines, write, write_all
from visualizer.commands.pictures import DEFAULT_SIZE, prepare_pictures
from visualizer.commands.progress import Progress
from visualizer.commands.training import ITERATIONS, start, train

if TYPE_CHECKING:
    from engine.trace import Trace
    from visualizer.session.document import Document

MORE = """\
--view steps paints the graph at --level and the step card at --step; of a
document that trains, those of --iteration and --run. --view plots trains a
document's runs, and paints their losses and gradient norms.
"""

FORMATS = ("png", "svg")
# A name that ends in one of these promises that format.
PICTURE_SUFFIXES = {".png", ".svg", ".pdf", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"}
# As of visualizer.session.appearance.
LEVELS, DIRECTIONS = ("layer", "neuron", "scalar"), ("right", "down")
SHOWS = ("message", "gradient", "weight", "update")
MEAN = "mean"
SMALLEST_SIDE, LARGEST_SIDE = 200, 8000
SMALLEST_SCALE, LARGEST_SCALE = 0.5, 8.0
MAX_PIXELS = 64_000_000
# The views, each with the options that are for it alone.
VIEWS = {
    "steps": ("step", "level", "sample", "shows", "direction", "iteration", "run"),
    "plots": ("iterations",),
}  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    document_argument(parser)
    size, (width, height) = f"{SMALLEST_SIDE} to {LARGEST_SIDE} a side", DEFAULT_SIZE
    parser.add_argument("--view", choices=tuple(VIEWS), default="steps", help="what to paint (steps)")
    parser.add_argument("--step", type=_step, metavar="N|last|all", help="for steps: 0 is before the first step")
    parser.add_argument("--level", choices=LEVELS, help="for steps: arrays, neurons or single numbers (layer)")
    parser.add_argument(
        "--sample", type=_sample, metavar=f"N|{MEAN}", help="for neuron and scalar: which sample, the first is 1 (1)"
    )
    parser.add_argument("--shows", choices=SHOWS, help="for steps: what edges show of what they stand for (message)")
    parser.add_argument("--direction", choices=DIRECTIONS, help="for steps: where the graph runs to (right)")
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
    iteration_arguments(parser)
    parser.add_argument(
        "--iterations",
        type=whole(1, MAX_ITERATIONS),
        metavar="N",
        help=f"for plots: how far to train (as far as the document says, else {ITERATIONS:,})",
    )


def run(options: argparse.Namespace) -> int:
    _check_view(options)
    _check_picture(options)
    document = subject.find(options.document, options.chapter)
    return _paint_plots(document, options) if options.view == "plots" else _paint_steps(document, options)


def _paint_steps(document: Document, options: argparse.Namespace) -> int:
    place = subject.reached(document, options)
    if place is None:
        trace = subject.record(document)
    else:
        document, trace = subject.shown(*place)
    count = len(trace.steps)
    if isinstance(options.step, int) and options.step > count:
        raise Stop(f"--step {options.step}: there are {count} steps, so give a number from 0 to {count}, last or all")
    _check_sample(trace, options.sample)
    steps = {"all": range(1, count + 1), "last": [count]}.get(options.step, [options.step])
    status = prepare_pictures()
    if status == FINE:
        from visualizer.session.appearance import Appearance
        from visualizer.session.scene import build_scene
        from visualizer.session.session import Prepared
        from visualizer.ui.export import Look, export_pictures

        subject_shown = document if place is None else Prepared(document, trace, build_scene(document, trace), *place)
        appearance = Appearance(shows=options.shows or SHOWS[0], direction=options.direction or DIRECTIONS[0])
        sample = None if options.sample == MEAN else (options.sample or 1) - 1
        look = Look(options.level or LEVELS[0], appearance, sample)
        files = export_pictures(
            subject_shown, steps, options.format, options.out, options.size, options.scale, options.theme, look
        )
        write_all(lines(str(file) for file in files))
    return status


def _paint_plots(document: Document, options: argparse.Namespace) -> int:
    lab, iterations = start(document, options.iterations)
    status = prepare_pictures()
    if status != FINE:
        return status
    ended = train(lab, iterations, Progress(sys.stderr, iterations))
    from visualizer.ui.export import export_plots

    file = export_plots(lab, options.format, options.out, options.size, options.scale, options.theme)
    write(f"{file}\n")
    write_all(lines(f"gradstep: {halt.sentence}" for halt in ended.halts), sys.stderr)
    return INTERRUPTED if ended.interrupted else FINE


def _step(text: str) -> int | str:
    if text in ("last", "all"):
        return text
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a step: give a number from 0 on, last or all")
    return int(text)


def _sample(text: str) -> int | str:
    if text == MEAN:
        return text
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a sample: give a number from 1 on, or {MEAN}")
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


def _check_view(options: argparse.Namespace) -> None:
    """Raises Stop where an option is for another view, or one is missing."""
    for view, names in VIEWS.items():
        for name in names:
            if view != options.view and getattr(options, name) is not None:
                raise Stop(f"--{name} is for --view {view}, and --view is {options.view}: leave one of them out")
    if options.view == "steps" and options.step is None:
        raise Stop("the following arguments are required: --step, which is N, last or all (or --view plots)")
    level = options.level or LEVELS[0]
    if options.sample is not None and level == "layer":
        raise Stop(f"--sample is for --level neuron or scalar, and --level is {level}: leave one of them out")
    if options.sample == MEAN and level == "scalar":
        raise Stop(f"--sample {MEAN} is for --level neuron: single numbers are those of one sample, so give its number")


def _check_sample(trace: Trace, sample: int | str | None) -> None:
    """Raises Stop where the batch has no such sample."""
    if isinstance(sample, int):
        from engine.units import units_of

        count = units_of(trace.graph).samples
        if sample > count:
            there = (
                f"there are {count:,}, so give a number from 1 to {count:,}, or {MEAN}" if count > 1 else "there is one"
            )
            raise Stop(f"--sample {sample}: {there}")


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
    check_file("--out", out)
