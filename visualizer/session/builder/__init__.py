"""The builder as data: its controls, what they offer, and the edits they make."""
