"""The picture of single numbers: every multiply and add as a box, the sum of an element as a ledger."""

from visualizer.session.scalar.lighting import scalar_lighting
from visualizer.session.scalar.scene import build_scalar_scene

__all__ = ["build_scalar_scene", "scalar_lighting"]
