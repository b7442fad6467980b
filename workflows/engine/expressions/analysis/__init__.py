"""Reasons about the conditions of a gateway before anyone runs it: gaps, overlaps, branches that are never taken.

What is claimed here is proven or shown by an input that the evaluator of the language has really decided. What can
be neither proven nor shown is called unknown. Pure; knows the tree of the language, not the gateway.
"""
