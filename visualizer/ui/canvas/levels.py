"""The picture of each level."""

from __future__ import annotations

from typing import Any

from visualizer.session.session import Session
from visualizer.ui.canvas.layer_picture import LayerPicture
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.canvas.walking import Stops, neuron_stops
from visualizer.ui.theme import Theme

# From which scale on a picture can be read. The largest lesson is shown at 0.53 in a window of 1280 by 800. Neurons
# need no reading: they are shown whole at any scale, and more of them by zoom.
READABLE = {"layer": 0.52, "neuron": 0.0, "scalar": 0.8}
# At which scale a picture is shown that cannot be read as a whole: only the surroundings of the present step are.
FOLLOWING = {"layer": 0.62, "neuron": 1.0, "scalar": 1.15}
LARGEST = {"layer": 8.0, "neuron": 40.0, "scalar": 8.0}


def scales_of(session: Session) -> tuple[float, float, float]:
    """From which scale on a picture can be read, at which only a part of it is shown, and the largest scale."""
    level = session.level
    if level == "scalar" and all(box.form == "full" for box in session.scalar_scene.boxes):
        level = "layer"  # few numbers have boxes as arrays have them
    return READABLE[level], FOLLOWING[level], LARGEST[level]


def source_of(session: Session) -> Any:
    """What is painted: another object where the picture is another one."""
    if session.level == "neuron":
        return session.neuron
    return session.scene if session.level == "layer" else session.scalar_scene


def picture_of(session: Session, theme: Theme, outlines: bool = False) -> Picture:
    """The picture of the session's level; ``outlines`` turns text into paths, for files."""
    source = source_of(session)
    if session.level == "layer":
        return LayerPicture(source, theme, outlines)
    if session.level == "neuron":
        from visualizer.ui.neuron.picture import NeuronPicture

        return NeuronPicture(source, theme, outlines)
    from visualizer.ui.canvas.scalar_picture import ScalarPicture

    return ScalarPicture(source, session.scalars, theme, outlines)


def stops_of(session: Session, picture: Any) -> Stops:
    """What arrow keys walk to at the session's level."""
    return neuron_stops(session.neuron, session) if session.level == "neuron" else picture.stops(session)
