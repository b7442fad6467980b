"""Node types that need nothing but the engine."""
