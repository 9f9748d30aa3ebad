"""Hallway: one use case a file: load, decide, save, one transaction."""
