"""Colours: whatever is written can be read on what it is written on, in both themes."""

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from visualizer.session.lessons import lesson_names, load_lesson
from visualizer.session.lighting import lighting
from visualizer.session.session import Session
from visualizer.ui import card_layout
from visualizer.ui.bars import lay_out_bars
from visualizer.ui.card_layout import lay_out_card
from visualizer.ui.pen import Pen
from visualizer.ui.scene_painter import ScenePainter
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
@pytest.mark.parametrize("name", lesson_names())
def test_all_that_is_written_can_be_read(theme: Theme, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the canvas and in the card, but for the dots of what is not known yet and the cells of another step."""
    found: set[tuple[str, str]] = set()
    inks: set[tuple[str, str]] = set()

    def written(pen: Pen, face: object, x: float, baseline: float, text: str, tone: QColor) -> None:
        found.add((text, tone.name()))

    class Spy(card_layout.Ink):
        def __init__(self, text: str, *values: object, **fields: object) -> None:
            if isinstance(fields.get("color"), QColor):
                inks.add((text, fields["color"].name()))  # type: ignore[attr-defined]
            super().__init__(text, *values, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(Pen, "text_in", written)
    monkeypatch.setattr(card_layout, "Ink", Spy)
    session = Session(load_lesson(name))
    scene_painter = ScenePainter(session.scene, theme)
    painter = QPainter(image := QImage(100, 100, QImage.Format.Format_RGB32))
    for step in range(len(session.trace.steps) + 1):
        session.go_to(step)
        scene_painter.paint(painter, step)
        scene_painter.paint_lighting(painter, lighting(session))
        lay_out_card(session.card, session.document, session.trace, theme, 312.0).paint(painter)
        lay_out_bars(session.card.bars, theme, 184.0).paint(painter)
    painter.end()
    assert not image.isNull()
    assert found
    assert inks
    pills = {tone.lower() for tone in EXTREMES}  # checked on their own grounds above
    for text, tone in found | inks:
        if text != "·" and tone not in pills and tone != theme.faint.lower():
            assert contrast(QColor(tone), color(theme.panel)) >= READABLE, text
