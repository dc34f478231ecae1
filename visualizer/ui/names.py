"""Names as they are set: italic letters, subscripts, Greek; and the expressions that stand for unnamed values."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from engine.errors import ProgramError
from engine.expression import Call
from engine.language import parse_expression
from visualizer.session.formatting import shortened

LONGEST_NAME = 22

GREEK = {
    name: unicodedata.lookup(f"GREEK SMALL LETTER {name}")
    for name in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "mu", "nu", "xi", "pi",
                 "rho", "sigma", "tau", "phi", "chi", "psi", "omega")
}  # fmt: skip
_LETTERS = re.compile(r"([^\W\d_]\d+){2,}")
_NAME = re.compile(r"([^\W\d_]+)(\d*)(?:_(\w+))?")
_NORM = re.compile(r"‖(\w)‖")
_FIGURES = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_COPY = re.compile(r" \(\d+\)$")  # what is added to a text that already names another value


def italic(letter: str) -> str:
    """A letter as mathematical italic; as it is where there is none."""
    if letter == "h":
        return "ℎ"
    for first, last, italics in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("α", "ω", 0x1D6FC)):
        if first <= letter <= last:
            return chr(italics + ord(letter) - ord(first))
    return letter


@lru_cache(maxsize=1024)
def symbols_of(name: str) -> tuple[tuple[str, str], ...]:
    """(letter or word, subscript) of every symbol in a name: ``x1w1`` is x₁w₁, ``y_pred`` is y with "pred" below.

    A long name loses its middle.
    """
    name = name.translate(_FIGURES)
    if norm := _NORM.fullmatch(name):
        return ((f"‖{italic(norm[1])}‖", ""),)
    if len(name) > LONGEST_NAME:
        return ((shortened(name, LONGEST_NAME), ""),)
    if _LETTERS.fullmatch(name):
        return tuple((italic(letter), digits) for letter, digits in re.findall(r"([^\W\d_])(\d+)", name))
    letter, _, accent = unicodedata.normalize("NFD", name).partition("\N{COMBINING CIRCUMFLEX ACCENT}")
    match = _NAME.fullmatch(f"{letter}{accent}_hat" if len(letter) == 1 and letter != name else name)
    if match is None:
        return ((name.replace("-", "−"), ""),)
    base, digits, tail = match.groups(default="")
    base = GREEK.get(base, base)
    if len(base) > 1:
        return ((name, ""),) if tail else ((base, digits),)
    return ((italic(base), ",".join(part for part in (digits, *tail.split("_")) if part)),)


@lru_cache(maxsize=1024)
def expression_of(name: str) -> Call | None:
    """The expression that an unnamed value's text is; None for a name or a number."""
    if name.isidentifier():
        return None
    try:
        tree = parse_expression(_COPY.sub("", name), conditions=True)
    except ProgramError:
        return None
    return tree if isinstance(tree, Call) else None
