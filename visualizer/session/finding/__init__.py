"""Find: values by name, element, operation or role, and elements by a condition."""

from visualizer.session.finding.found import Found, find, known_step

__all__ = ["Found", "find", "known_step"]
