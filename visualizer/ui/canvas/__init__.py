"""The canvas: one widget for the pictures of every level, its views, gestures and keys."""

from visualizer.ui.canvas.canvas import Canvas
from visualizer.ui.canvas.view import ZOOM_RANGE

__all__ = ["ZOOM_RANGE", "Canvas"]
