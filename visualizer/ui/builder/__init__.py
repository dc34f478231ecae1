"""The left panel of the training lab: data, network, training and stop rule as controls and as text."""
