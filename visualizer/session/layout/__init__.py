"""Layered layout: units in columns, links beside them, nothing through anything."""

from visualizer.session.layout.layered import Layout, Link, Route, Unit, arrange, crossings, through_units

__all__ = ["Layout", "Link", "Route", "Unit", "arrange", "crossings", "through_units"]
