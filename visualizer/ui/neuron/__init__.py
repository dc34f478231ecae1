"""The picture of neurons and weights, painted: circles, edges, heat maps of large matrices, and the light over them."""
