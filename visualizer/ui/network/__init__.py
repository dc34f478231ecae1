"""The picture of a network: its parts, and the painter that puts them together."""
