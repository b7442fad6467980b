"""Calls to systems outside: against real servers on this machine, which misbehave as each test says."""
