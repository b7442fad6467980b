"""Tests of the wing for people."""
