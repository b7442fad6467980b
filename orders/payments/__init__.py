"""Payments received, and the port to the parties that hold the money."""
