"""Colours: whatever is written can be read on what it is written on, in both themes."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.lighting import lighting
from visualizer.session.session import Session
from visualizer.ui import card_column
from visualizer.ui.bars import lay_out_bars
from visualizer.ui.card_layout import lay_out_card
from visualizer.ui.pen import Pen
from visualizer.ui.scene.painter import ScenePainter
from visualizer.ui.theme import (
    EXTREMES,
    READABLE,
    THEMES,
    Theme,
    color,
    contrast,
    load_fonts,
    mix,
    readable,
    text_on,
)

every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
TONES = (
    "text", "muted", "forward", "backward", "update", "weight", "bias", "activation", "pre_activation", "input", "loss",
    "danger", "good",
)  # fmt: skip


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    load_fonts()


def test_contrast_is_that_of_the_recommendation() -> None:
    assert contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.48, abs=0.01)
    assert contrast(QColor("#B7791F"), QColor("#B7791F")) == 1


@every_theme
@pytest.mark.parametrize("name", TONES)
def test_every_colour_can_be_read_as_text(theme: Theme, name: str) -> None:
    tone = color(getattr(theme, name))
    grounds = [color(theme.panel), color(theme.ground), color(theme.raised)]
    grounds += [theme.tint("backward", 0.05), theme.tint("faint", 0.10)]  # of a gradient's and of a value's grid
    for ground in grounds:
        assert contrast(readable(tone, ground), ground) >= READABLE
    assert contrast(theme.ink(tone), color(theme.panel)) >= READABLE


@every_theme
def test_a_colour_that_can_be_read_stays_as_it_is(theme: Theme) -> None:
    for name in ("text", "muted", "backward", "loss"):
        assert theme.ink(color(getattr(theme, name))) == color(getattr(theme, name))


@every_theme
def test_plain_text_can_be_read_on_the_panel_and_on_the_ground(theme: Theme) -> None:
    for tone in (theme.text, theme.muted):
        for ground in (theme.panel, theme.ground):
            assert contrast(color(tone), color(ground)) >= READABLE
    for ground in (theme.raised, mix(color(theme.backward), color(theme.panel), 0.18).name()):
        assert contrast(color(theme.text), color(ground)) >= READABLE


@every_theme
@pytest.mark.parametrize("phase", ["forward", "backward", "update", None])
def test_a_pill_can_be_read(theme: Theme, phase: str | None) -> None:
    assert contrast(text_on(theme.phase(phase)), theme.phase(phase)) >= READABLE


@every_theme
@pytest.mark.parametrize("name", lesson_names(trains=False))
def test_all_that_is_written_can_be_read(theme: Theme, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the canvas and in the card, but for the dots of what is not known yet and the cells of another step."""
    found: set[tuple[str, str]] = set()
    inks: set[tuple[str, str]] = set()

    def written(pen: Pen, face: object, x: float, baseline: float, text: str, tone: QColor) -> None:
        found.add((text, tone.name()))

    class Spy(card_column.Ink):
        def __init__(self, text: str, *values: object, **fields: object) -> None:
            if isinstance(fields.get("color"), QColor):
                inks.add((text, fields["color"].name()))  # type: ignore[attr-defined]
            super().__init__(text, *values, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(Pen, "text_in", written)
    monkeypatch.setattr(card_column, "Ink", Spy)
    session = Session(load_lesson(name))
    scene_painter = ScenePainter(session.scene, theme)
    painter = QPainter(image := QImage(*(round(side) for side in session.scene.size), QImage.Format.Format_RGB32))
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        scene_painter.paint(painter, step)
        scene_painter.paint_lighting(painter, lighting(session))
        lay_out_card(session.card, theme, 312.0).paint(painter)
        lay_out_bars(session.card.bars, theme, 184.0).paint(painter)
    painter.end()
    assert not image.isNull()
    assert found
    assert inks
    pills = {tone.lower() for tone in EXTREMES}  # checked on their own grounds above
    for text, tone in found | inks:
        if text != "·" and tone not in pills and tone != theme.faint.lower():
            assert contrast(QColor(tone), color(theme.panel)) >= READABLE, text


# How the three colour blindnesses mix linear red, green and blue: Machado, Oliveira & Fernandes 2009, severity 1.
SEEN_WITHOUT = {
    "red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "nothing": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}
TO_XYZ = np.array(((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)))


def lab(tone: QColor, without: str) -> np.ndarray:
    """A colour as CIELAB of what is seen of it; distances of 20 are told apart at a glance."""
    parts = np.array((tone.redF(), tone.greenF(), tone.blueF()))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(SEEN_WITHOUT[without]) @ linear, 0.0, 1.0)
    x, y, z = np.cbrt(TO_XYZ @ seen / (0.9505, 1.0, 1.089))
    return np.array((116 * y - 16, 500 * (x - y), 200 * (y - z)))


@every_theme
@pytest.mark.parametrize("without", SEEN_WITHOUT)
def test_runs_that_are_compared_are_told_apart(theme: Theme, without: str) -> None:
    for tone in theme.runs:
        assert contrast(color(tone), color(theme.panel)) >= 3
    for one, other in combinations(theme.runs, 2):
        assert np.linalg.norm(lab(color(one), without) - lab(color(other), without)) > 20
