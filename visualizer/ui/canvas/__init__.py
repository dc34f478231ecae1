"""The canvas: one widget for the pictures of every level, its views, gestures and keys."""

from visualizer.ui.canvas.canvas import FOLLOWING_SCALE, ZOOM_RANGE, Canvas

__all__ = ["FOLLOWING_SCALE", "ZOOM_RANGE", "Canvas"]
