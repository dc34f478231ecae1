"""The commands of the terminal, a module each, and what they share: ``visualizer.cli`` has their table.

What is heavy is imported where it is used: a module here may load at once what ``--help`` needs, and no more.
"""
