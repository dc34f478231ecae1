"""Data sets as small pictures."""

import numpy as np
import pytest

from engine.generated import GENERATED
from visualizer.session.builder.thumbnail import thumbnail_of
from visualizer.session.dataset_file import SHIPPED


@pytest.mark.parametrize("name", [*GENERATED, *SHIPPED])
def test_every_set_has_a_picture_within_its_square(name: str) -> None:
    thumbnail = thumbnail_of(name)
    assert thumbnail is not None
    if thumbnail.pixels is not None:
        assert thumbnail.pixels.ndim == 2
        assert 0 <= thumbnail.pixels.min() < thumbnail.pixels.max() <= 1
        return
    assert thumbnail.dots is not None
    assert (thumbnail.dots.min(axis=0) == 0).all()
    assert (thumbnail.dots.max(axis=0) == 1).all()
    assert (thumbnail.classes is None) != (thumbnail.values is None)
    tones = thumbnail.classes if thumbnail.classes is not None else thumbnail.values
    assert len(np.unique(tones)) > 1


def test_any_other_name_has_none() -> None:
    assert thumbnail_of("wine.csv") is None
