"""The plots of the training lab: what each shows, how it is painted, and the panel that holds them.

chart.py              what a plot shows, as plain data
plot.py table.py      what a plot is, and the table of them all: a new plot is one entry
scores.py layers.py depth.py heat.py spread.py   the plots
styles.py             colours of runs and layers
geometry.py painter.py strokes.py readout.py     from data to pixels, on the screen and in files
view.py box.py        one plot on the screen: its range, gestures and keys
dock.py header.py     the panel of all plots
picture.py            the plots as a picture without a window
"""
