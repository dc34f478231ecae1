"""Every multiply and add as a node: one sample of an array trace as a trace of single numbers."""

from engine.scalars.views import Scalars, scalars_of

__all__ = ["Scalars", "scalars_of"]
