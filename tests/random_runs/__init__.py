"""Runs of random drawings of every kind of node, with commands in random order, doubled, late and foreign."""
