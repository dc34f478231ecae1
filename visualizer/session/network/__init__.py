"""The picture of a network as data: what stands where, what its edges show, and what is said of them."""
