"""Whether the tests of the engine would notice if one of its lines were wrong."""
