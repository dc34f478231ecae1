"""What a plot shows, as plain data: the window and the pictures are painted from it, and the tests read it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QImage

from engine.ops import Array
from visualizer.session.plots.drawing import Gap
from visualizer.session.plots.scales import Scale


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """A curve: ``points`` (count, 2), x in its own units and y as a place of the scale; it breaks at NaN."""

    points: Array
    color: QColor
    width: float = 1.0
    dashed: bool = False
    dots: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Area:
    """A filled outline, in the same coordinates as a line."""

    points: Array
    color: QColor


@dataclass(frozen=True, eq=False, slots=True)
class Band:
    """What curves span: ``points`` (count, 3), x and the lowest and the highest place there; it breaks at NaN."""

    points: Array
    color: QColor


@dataclass(frozen=True, eq=False, slots=True)
class Floor:
    """The x at which a curve is 0 or negative on a logarithmic scale, and so stands at its lower end."""

    x: Array
    color: QColor


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold, a line across: ``name`` is that of the setting where it can be moved, else ""."""

    place: float
    text: str
    color: QColor
    name: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A curve, or several, in the legend; a click on it shows or hides them.

    ``place`` is where its curve ends, for a name beside it; without one it stands in the row of the title. ``shown``
    is None where it only explains.
    """

    key: str
    text: str
    color: QColor
    dashed: bool = False
    shown: bool | None = True
    place: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A name at a line, wherever there is room for it."""

    line: Line
    text: str


Rectangle = tuple[float, float, float, float]  # left, right, low, high, as x and places


@dataclass(frozen=True, eq=False, slots=True)
class Raster:
    """A picture over a rectangle. ``holes`` are hatched: what is there is not finite. ``zeros`` are dotted.

    ``text`` names it where there are several.
    """

    image: QImage
    area: Rectangle
    holes: tuple[Rectangle, ...] = ()
    zeros: tuple[Rectangle, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A bar of colours at the right, from the lowest at the bottom, with texts at shares of its height."""

    colors: tuple[QColor, ...]
    texts: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a run stopped, and the sentence that says why."""

    iteration: int
    text: str


@dataclass(frozen=True, eq=False, slots=True)
class Chart:
    """A plot at one moment.

    Of the ``subtitles``, the longest first, the first is said that there is room for. ``x`` is from the first to the
    last shown, ``x_name`` what it counts. ``scale_word`` is said of the scale where no button says it. ``whole`` and
    ``y_whole`` have ticks at whole numbers only. ``nothing`` is said instead where there is nothing to show. ``fine``
    is painted with smooth edges. ``captions`` are lines in the upper left corner with their colours. ``short_title``
    stands where there is no room for the title and a subtitle.
    """

    title: str
    subtitles: tuple[str, ...]
    x: tuple[float, float]
    y: Scale
    x_name: str = ""
    scale_word: str = ""
    whole: bool = True
    percent: bool = False
    y_whole: bool = False
    lines: tuple[Line, ...] = ()
    areas: tuple[Area, ...] = ()
    bands: tuple[Band, ...] = ()
    floors: tuple[Floor, ...] = ()
    gaps: tuple[Gap, ...] = ()
    rules: tuple[Rule, ...] = ()
    entries: tuple[Entry, ...] = ()
    labels: tuple[Label, ...] = ()
    marks: tuple[Mark, ...] = ()
    rasters: tuple[Raster, ...] = ()
    ramp: Ramp | None = None
    captions: tuple[tuple[str, QColor], ...] = ()
    y_ticks: tuple[tuple[float, str], ...] | None = None
    nothing: str = ""
    fine: bool = True
    short_title: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The numbers at a point of a plot: where, as a title, and rows (colour, name, number).

    ``x`` is where the crosshair stands.
    """

    x: float
    title: str
    rows: tuple[tuple[QColor | None, str, str], ...] = ()
    note: str = ""
