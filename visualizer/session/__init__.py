"""What the user is looking at, without Qt: the document, the position in its trace, and the scene to be painted."""
