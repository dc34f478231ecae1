"""Runs that are trained: what they are made of, the runs themselves, and what they look like."""
