"""The canvas: one widget for the pictures of every level, its views, gestures and keys."""

from visualizer.ui.canvas.canvas import Canvas
from visualizer.ui.canvas.view import FOLLOWING_SCALE, ZOOM_RANGE

__all__ = ["FOLLOWING_SCALE", "ZOOM_RANGE", "Canvas"]
