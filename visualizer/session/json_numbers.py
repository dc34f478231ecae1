"""Arrays as JSON, which has no number for what is not finite."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.ops import Array


def json_value(array: Array | None) -> Any:
    """An array as a number or nested lists; "nan", "inf" and "-inf" for what JSON has no number for."""
    if array is None:
        return None
    return array.tolist() if np.all(np.isfinite(array)) else _spelled(array.tolist())


def _spelled(value: Any) -> Any:
    if isinstance(value, list):
        return [_spelled(item) for item in value]
    return value if math.isfinite(value) else repr(value)
