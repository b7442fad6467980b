"""Plays flows in memory to their end, without any side effect: it knows nothing that could have one."""
