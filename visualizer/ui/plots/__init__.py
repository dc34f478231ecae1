"""The plots of the training lab: what each shows, how it is painted, and the panel that holds them.

chart.py                             what a plot shows at one moment, as plain data
plot.py table.py                     what a plot is, and the table of them all: a new plot is one entry
scores.py layers.py depth.py heat.py spread.py    the plots
styles.py rules.py                   colours of runs and layers; thresholds
geometry.py naming.py                where the parts of a chart go
painter.py surroundings.py strokes.py readout.py    from there to a QPainter, on the screen and in files
view.py box.py gestures.py controls.py    one plot on the screen: its range, gestures, keys and buttons
dock.py desk.py rows.py header.py    the panel of all plots
picture.py                           the plots as a picture without a window
"""
