"""Where the scene's painter is still looked for."""

from visualizer.ui.scene.painter import ScenePainter

__all__ = ["ScenePainter"]
