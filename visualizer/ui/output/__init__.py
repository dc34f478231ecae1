"""The output of a network: the plane or curve with the samples, one sample as a picture, and the scores."""
