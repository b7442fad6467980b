"""Measurements: run by hand or by the bench command, never part of the test run."""
