"""Numbers, shapes and names as text: four significant digits, a true minus sign, digits that align."""

from __future__ import annotations

import math
import re

from engine.expression import Index

MINUS = "−"
# A call that holds no further brackets, so that its last one closes its first.
_CALL = re.compile(r"\w+\([^()]*\)")
_ELEMENT = re.compile(r"\w+(\[[\d,]+\]|[₀-₉,]+)")
_SUBSCRIPTS = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number_text(value: float) -> str:
    """``value`` to four significant digits: 3, 0.5, −1.235, 1.5e−9; words for what is not finite."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:.4g}"
    if "e" in text:
        digits, _, exponent = text.partition("e")
        text = f"{digits}e{int(exponent)}"
    return "0" if text in ("-0", "0") else text.replace("-", MINUS)


def full_text(value: float) -> str:
    """``value`` to full precision, the shortest text that reads back as the same number."""
    if not math.isfinite(value):
        return number_text(value)
    text = repr(float(value)).removesuffix(".0")
    return "0" if text == "-0" else text.replace("-", MINUS)


def power_of_ten(exponent: int) -> str:
    """10 to a whole power: 10⁻³."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def parse_number(text: str) -> float:
    """The number that a person typed; accepts the true minus sign and a decimal comma. Raises ValueError."""
    cleaned = text.strip().replace(MINUS, "-").replace(",", ".")
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", cleaned):
        raise ValueError(f"“{text.strip()[:40]}” is not a number")
    value = float(cleaned)
    if not math.isfinite(value):
        raise ValueError(f"“{text.strip()[:40]}” is too large")
    return value


def parse_numbers(text: str) -> tuple[float, ...]:
    """Numbers as people type them: between blanks, semicolons, commas before blanks, in brackets. Raises ValueError."""
    parts = (part.strip(",") for part in re.sub(r"[;\[\]()]", " ", text).split())
    return tuple(parse_number(part) for part in parts if part)


def index_text(index: Index | None, shape: tuple[int, ...] = ()) -> str:
    """An element's place as people count, from 1: "" for a scalar, "2" or "21" or "2,11" for elements.

    Where ``shape`` is that of a matrix with a single column, the column is left out.
    """
    if not index:
        return ""
    if len(shape) == 2 and shape[1] == 1:
        index = index[:1]
    counted = [str(i + 1) for i in index]
    return "".join(counted) if all(len(text) == 1 for text in counted) else ",".join(counted)


def element_name(name: str, index: Index | None, shape: tuple[int, ...] = ()) -> str:
    """The name of one element: x₁, W₂₁; square brackets where the name ends in a digit or is an expression."""
    if not index:
        return name
    place = index_text(index, shape)
    if name.isidentifier() and not name[-1].isdigit():
        return f"{name}{place.translate(_SUBSCRIPTS)}"
    return f"{bracketed(name)}[{place}]"


def bracketed(name: str) -> str:
    """A name that is an expression, in brackets; a single call has its own, and one element needs none."""
    return name if name.isidentifier() or _CALL.fullmatch(name) or _ELEMENT.fullmatch(name) else f"({name})"


def sample_text(sample: int | None, samples: int) -> str:
    """Whose numbers are shown: "sample 3 of 100", "mean over 100 samples", "" where there is no batch."""
    if samples <= 1:
        return ""
    return f"mean over {samples:,} samples" if sample is None else f"sample {sample + 1:,} of {samples:,}"


def shortened(name: str, most: int = 22) -> str:
    """``name`` with its middle left out where it has more than ``most`` characters."""
    return name if len(name) <= most else f"{name[: most // 2]}…{name[len(name) - (most - 1) // 2 :]}"


def gradient_name(loss: str, name: str, index: Index | None = None, shape: tuple[int, ...] = ()) -> str:
    """The gradient of ``loss`` with respect to a name or one element of it: ∂L/∂w, ∂L/∂W₂₁."""
    return f"∂{loss}/∂{element_name(name if index else bracketed(name), index, shape)}"


def array_text(values: object) -> str:
    """A number or nested lists of numbers on one line: [[1, −1], [0, 2]]."""
    if isinstance(values, list):
        return f"[{', '.join(array_text(value) for value in values)}]"
    return number_text(float(values))  # type: ignore[arg-type]
