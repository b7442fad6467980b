"""Flows that call other flows: sub-flow and for-each, in memory, on rows, in races, and killed."""
