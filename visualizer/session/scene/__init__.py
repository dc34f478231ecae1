"""The picture of a graph as plain data: boxes, edges, and when each of them changes. Windows, files and tests read it.

A scene is built once per trace. It knows at which position every number appears, so showing another position builds
nothing: the painter compares positions. All lengths are scene units, pixels at zoom 1.
"""

from visualizer.session.edge_scale import Scale
from visualizer.session.scene.building import build_scene
from visualizer.session.scene.measuring import MAX_COLUMNS, MAX_ROWS, axis_labels, drawn_shape
from visualizer.session.scene.numbers import EdgeNumbers, magnitude
from visualizer.session.scene.parts import SEED, Box, Edge, Form, Frame, Grid, Rect, Ribbon, drawn_at
from visualizer.session.scene.scene import Scene

__all__ = [
    "MAX_COLUMNS",
    "MAX_ROWS",
    "SEED",
    "Box",
    "Edge",
    "EdgeNumbers",
    "Form",
    "Frame",
    "Grid",
    "Rect",
    "Ribbon",
    "Scale",
    "Scene",
    "axis_labels",
    "build_scene",
    "drawn_at",
    "drawn_shape",
    "magnitude",
]
