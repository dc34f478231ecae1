"""Numbers as a person types them into a field, and as a field shows them: the two fit each other."""

from __future__ import annotations

import re

import numpy as np

from engine.errors import GradStepError
from visualizer.session.formatting import MINUS, parse_number

_GROUPED = re.compile(r"[1-9][0-9]{0,2}([, \u2009\u202f][0-9]{3})+")


def number(part: str, text: str) -> float:
    """The number that was typed, decimal comma and true minus sign allowed. Raises GradStepError, naming the part."""
    cleaned = text.strip()
    if _GROUPED.fullmatch(cleaned):
        plain, decimal = re.sub(r"[^0-9]", "", cleaned), cleaned.replace(",", ".", 1)
        raise GradStepError(f"{part}: “{_short(text)}” may mean {plain} or {decimal}: write one of them")
    try:
        return parse_number(cleaned)
    except ValueError as error:
        if "too large" in str(error):
            raise GradStepError(f"{part}: {error}") from None
        raise GradStepError(f"{part} must be a number, not “{_short(text)}”") from None


def percent(part: str, text: str) -> float:
    """A percentage, with or without its sign."""
    return number(part, text.strip().removesuffix("%"))


def whole(part: str, text: str) -> int:
    """The whole number that was typed, thousands grouped or not. Its range is the engine's to check."""
    cleaned = text.strip().replace(MINUS, "-")
    if _GROUPED.fullmatch(cleaned):
        cleaned = re.sub(r"[^0-9]", "", cleaned)
    # Python refuses to read a whole number of thousands of digits.
    if not re.fullmatch(r"-?[0-9]{1,1000}", cleaned):
        raise GradStepError(f"{part} must be a whole number, not “{_short(text)}”")
    return int(cleaned)


def shown(value: float) -> str:
    """A number as a field shows it: to full precision, without an exponent where that is short."""
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e9:
        return str(np.format_float_positional(value, trim="-"))
    digits, _, exponent = repr(float(value)).removesuffix(".0").partition("e")
    return f"{digits}e{int(exponent)}" if exponent else digits


def _short(text: str) -> str:
    text = "".join(letter if letter.isprintable() else "�" for letter in text.strip()[:41])
    return f"{text[:40]}…" if len(text) > 40 else text
