"""Node types that act on orders."""
