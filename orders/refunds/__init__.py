"""Refunds: asked for, reviewed by a flow, paid back exactly once."""
