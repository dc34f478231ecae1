"""The plots as data: curves of records at any zoom, scales, histograms, and how they are looked at."""
