"""Node types for people."""
