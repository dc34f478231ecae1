"""The picture of a graph on a QPainter: boxes, edges and light; many small things in bulk."""
