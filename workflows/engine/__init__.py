"""The pure engine: no Django, no clock, no network, no randomness, no database."""
