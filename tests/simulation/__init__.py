"""Rehearsals of flows: the pure player, the difference of versions, cases, and their doors."""
