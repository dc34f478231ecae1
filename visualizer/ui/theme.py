"""Colours and fonts. Every colour in the program stands here, in a light and a dark form."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF

from visualizer.resources import assets_folder

ThemeName = Literal["light", "dark"]


class Theme(NamedTuple):
    """One palette. Colours are hexadecimal strings; ``color`` gives the QColor."""

    name: ThemeName
    ground: str
    panel: str
    raised: str
    hairline: str
    text: str
    muted: str
    faint: str
    on_accent: str
    forward: str
    backward: str
    update: str
    weight: str
    bias: str
    activation: str
    pre_activation: str
    input: str
    loss: str
    danger: str
    good: str
    # Runs that are compared, in their order: told apart under every colour blindness, as tests/ui/test_theme.py holds.
    runs: tuple[str, str, str, str]

    def role(self, role: str) -> QColor:
        """The colour of a value's role."""
        return color(getattr(self, role.replace("-", "_"), self.pre_activation))

    def phase(self, phase: str | None) -> QColor:
        """The colour of a phase; muted before the first step."""
        return color(getattr(self, phase)) if phase else color(self.muted)

    def ink(self, tone: QColor) -> QColor:
        """A colour of the palette as the colour of text on the panel."""
        return readable(tone, color(self.panel))

    def tint(self, name: str, strength: float) -> QColor:
        """A colour of the palette laid thinly over the panel."""
        return mix(color(getattr(self, name)), color(self.panel), strength)


LIGHT = Theme(
    name="light", ground="#FBFBFD", panel="#FFFFFF", raised="#F2F3F6", hairline="#E3E5EA", text="#1D2129",
    muted="#6B7280", faint="#B4B9C2", on_accent="#FFFFFF", forward="#0F8B8D", backward="#B5179E", update="#B7791F",
    weight="#D9730D", bias="#2B2F36", activation="#2B8A50", pre_activation="#2F6FDE", input="#6E56B8", loss="#B4303C",
    danger="#D22F27", good="#2B8A50", runs=("#B5179E", "#1F9684", "#B7791F", "#4B47D6"),
)  # fmt: skip

DARK = Theme(
    name="dark", ground="#14161A", panel="#1C1F25", raised="#262A32", hairline="#2C3038", text="#E6E8EC",
    muted="#9AA1AC", faint="#565D69", on_accent="#14161A", forward="#3FC1C0", backward="#E07AD0", update="#E3B341",
    weight="#F2A65A", bias="#C7CCD6", activation="#5CC98A", pre_activation="#7AA7F5", input="#B49CF0", loss="#F0858E",
    danger="#FF6B62", good="#5CC98A", runs=("#E07AD0", "#62CDB2", "#E3B341", "#807EFA"),
)  # fmt: skip

THEMES: dict[ThemeName, Theme] = {"light": LIGHT, "dark": DARK}


@lru_cache(maxsize=512)
def color(text: str) -> QColor:
    """The QColor of a hexadecimal string."""
    return QColor(text)


def mix(over: QColor, under: QColor, share: float) -> QColor:
    """``share`` of one colour over the rest of another."""
    return QColor(
        round(over.red() * share + under.red() * (1 - share)),
        round(over.green() * share + under.green() * (1 - share)),
        round(over.blue() * share + under.blue() * (1 - share)),
    )


# Contrast ------------------------------------------------------------------------------------------------------------

READABLE = 4.5  # the least contrast of text: WCAG 2.2, 1.4.3
EXTREMES = ("#FFFFFF", "#0A0B0D")


def contrast(one: QColor, other: QColor) -> float:
    """The ratio of two colours' luminances, from 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(tone: QColor) -> float:
    parts = (tone.redF(), tone.greenF(), tone.blueF())
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def readable(tone: QColor, ground: QColor) -> QColor:
    """``tone`` as text on ``ground``: darkened on a light one, lightened on a dark one, as far as reading needs it."""
    return _readable(tone.rgb(), ground.rgb())


@lru_cache(maxsize=512)
def _readable(tone: int, ground: int) -> QColor:
    under = QColor.fromRgb(ground)
    for share in range(41):
        found = mix(text_on(under), QColor.fromRgb(tone), share / 40)
        if contrast(found, under) >= READABLE:
            break
    return found


def text_on(ground: QColor) -> QColor:
    """The colour for text on a ground of any colour: the darkest or the lightest, whichever is told apart better."""
    return max((color(text) for text in EXTREMES), key=lambda tone: contrast(tone, ground))


@lru_cache(maxsize=2)
def magnitude_colors(theme: ThemeName) -> tuple[QColor, ...]:
    """256 colours from the smallest to the largest magnitude: viridis, running towards the contrast.

    The end that would vanish into the ground is left out: yellow on white, near-black on black.
    """
    import pyqtgraph

    table = pyqtgraph.colormap.get("viridis").getLookupTable(0.0, 1.0, 256)
    first, last = (225, 0) if theme == "light" else (45, 255)
    places = (round(first + (last - first) * i / 255) for i in range(256))
    return tuple(QColor(*(int(part) for part in table[place][:3])) for place in places)


# Fonts --------------------------------------------------------------------------------------------------------------

INTERFACE = "Inter"
CODE = "JetBrains Mono"
MATH = "STIX Two Math"
FALLBACK = "DejaVu Sans"

Weight = Literal["regular", "medium", "semibold", "bold"]
_WEIGHTS = {
    "regular": QFont.Weight.Normal,
    "medium": QFont.Weight.Medium,
    "semibold": QFont.Weight.DemiBold,
    "bold": QFont.Weight.Bold,
}


# What the page of lessons is written with. Registering a font costs about a millisecond, so the others wait.
SHELL_FONTS = ("Inter-Regular.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf")


def load_shell_fonts() -> None:
    """Give Qt the fonts that the first paint needs. Needs a running QGuiApplication."""
    for name in SHELL_FONTS:
        _load_font(assets_folder() / "fonts" / name)


def load_fonts() -> tuple[str, ...]:
    """Give Qt all fonts that are shipped; the names of the families. Needs a running QGuiApplication."""
    files = sorted(path for path in (assets_folder() / "fonts").iterdir() if path.suffix in (".ttf", ".otf"))
    return tuple(family for path in files for family in _load_font(path))


@lru_cache(maxsize=64)
def _load_font(path: Path) -> tuple[str, ...]:
    return tuple(QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path))))


_EXPONENT = re.compile(r"(?<=\d)e(?=−?\d)")


@lru_cache(maxsize=128)
def font(size: float, weight: Weight = "regular", family: str = INTERFACE, tabular: bool = False) -> QFont:
    """A font by its size in pixels; ``tabular`` figures all have one width, so that numbers stand in columns."""
    made = QFont([family, FALLBACK])
    made.setPixelSize(max(1, round(size)))
    made.setWeight(_WEIGHTS[weight])
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular and family == INTERFACE:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def font_for(text: str, size: float, weight: Weight = "regular", family: str = INTERFACE) -> QFont:
    """The font in which a text is set: numbers in tabular figures, words in their natural widths."""
    letters = _EXPONENT.sub("", text)
    return font(size, weight, family, tabular=not any(map(str.isalpha, letters)))


@lru_cache(maxsize=128)
def metrics(size: float, weight: Weight = "regular", family: str = INTERFACE) -> QFontMetricsF:
    """The metrics of ``font``."""
    return QFontMetricsF(font(size, weight, family))


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: Weight = "regular", family: str = INTERFACE) -> float:
    """How wide a text is, in pixels."""
    return QFontMetricsF(font_for(text, size, weight, family)).horizontalAdvance(text)
