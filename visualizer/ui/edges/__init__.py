"""The legend of the graph's edges: it says what they show, and is where that is chosen."""
