"""What a network's outputs say of classes: which one, and how sure it is of each."""

from __future__ import annotations

import numpy as np

from engine.draws import Indices
from engine.ops import Array
from engine.training import Target

NO_CLASS = -1


def predicted(outputs: Array, target: Target) -> Indices:
    """The class of each column of ``outputs`` (outputs, samples), for a network that was taught ``target``.

    It is ``NO_CLASS`` where the outputs are not finite.
    """
    if len(outputs) == 1:
        found = (outputs[0] > (0.5 if target == "bits" else 0.0)).astype(np.intp)
    else:
        found = outputs.argmax(axis=0)
    return np.where(np.isfinite(outputs).all(axis=0), found, NO_CLASS)


def probabilities(output: Array, target: Target, loss: str | None) -> Array:
    """One sample's outputs as shares of 1, a class each; the largest is that of the class which is ``predicted``.

    They are the softmax of what goes into cross-entropy (and into the loss of a program, ``loss`` None). Others go by
    their size; a single output is that of the second class, from 0 to 1 or from −1 to 1.
    """
    if len(output) == 1:
        share = float(output[0] if target == "bits" else (1.0 + output[0]) / 2.0)
        second = min(max(share, 0.0), 1.0) if np.isfinite(share) else np.nan
        return np.array([1.0 - second, second])
    if loss in (None, "cross_entropy"):
        with np.errstate(all="ignore"):
            powers = np.exp(output - np.max(output))
            return np.asarray(powers / powers.sum())
    positive = np.maximum(output, 0.0)
    if float(positive.sum()) == 0.0:  # all at or below 0: by how far each is above the lowest
        positive = output - output.min()
    total = float(positive.sum())
    return np.asarray(positive / total if total != 0.0 else np.full(len(output), 1 / len(output)))
