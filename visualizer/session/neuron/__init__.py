"""The picture of neurons and weights: any graph as circles and edges, as plain data."""
