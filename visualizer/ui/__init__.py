"""Qt: paints what the session says, and turns gestures into calls on it."""
