"""The data files are found, and Qt can use the fonts as the painting code names them."""

from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetricsF, QRawFont

from visualizer.resources import assets_folder

FAMILIES = {
    "DejaVuSans.ttf": "DejaVu Sans",
    "DejaVuSans-Bold.ttf": "DejaVu Sans",
    "Inter-Regular.ttf": "Inter",
    "Inter-Medium.ttf": "Inter",
    "Inter-SemiBold.ttf": "Inter",
    "Inter-Bold.ttf": "Inter",
    "JetBrainsMono-Regular.ttf": "JetBrains Mono",
    "JetBrainsMono-Bold.ttf": "JetBrains Mono",
    "STIXTwoMath-Regular.ttf": "STIX Two Math",
}
# What formulas and captions are written with.
GLYPHS = "∂∇∑∏√∞·×÷−±≤≥≠≈→←↦⊙∈ℝαβγδεηθλμσφψω₀₁₂ᵢⱼⁿ²½ŷ𝑥𝑊𝑏𝐖ᵀ⊤▶◀✓✗"


@pytest.fixture(scope="module")
def fonts(qapp: object) -> Path:
    folder = assets_folder() / "fonts"
    for name in FAMILIES:
        assert QFontDatabase.addApplicationFont(str(folder / name)) >= 0, name
    return folder


def test_every_font_is_named_here_and_has_its_licence(fonts: Path) -> None:
    assert {path.name for path in fonts.glob("*.[to]tf")} == set(FAMILIES)
    for name in FAMILIES:
        assert (fonts / f"{name.split('-')[0].removesuffix('.ttf')}-LICENSE.txt").is_file()


def test_families_are_those_that_the_code_asks_for(fonts: Path) -> None:
    for name, family in FAMILIES.items():
        identifier = QFontDatabase.addApplicationFont(str(fonts / name))
        assert family in QFontDatabase.applicationFontFamilies(identifier)


@pytest.mark.parametrize("weight", [QFont.Weight.Normal, QFont.Weight.Medium, QFont.Weight.DemiBold, QFont.Weight.Bold])
def test_inter_has_each_weight_of_the_interface(fonts: Path, weight: QFont.Weight) -> None:
    font = QFont("Inter")
    font.setWeight(weight)
    assert QFontInfo(font).family() == "Inter"
    assert QFontInfo(font).weight() == weight


def test_inter_sets_figures_in_columns(fonts: Path) -> None:
    font = QFont("Inter", 40)
    font.setFeature(QFont.Tag("tnum"), 1)
    metrics = QFontMetricsF(font)
    widths = {round(metrics.horizontalAdvance(figure * 10), 3) for figure in "0123456789"}
    assert len(widths) == 1


def test_between_them_the_fonts_have_every_glyph(fonts: Path) -> None:
    raw = [QRawFont(str(fonts / name), 12) for name in FAMILIES if "Bold" not in name]
    absent = [glyph for glyph in GLYPHS if not any(font.supportsCharacter(ord(glyph)) for font in raw)]
    assert not absent
