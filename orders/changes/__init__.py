"""Changing an order that was placed: asked for, approved by several levels, applied and kept on record."""
