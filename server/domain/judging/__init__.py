"""The judge's desk: what becomes of each change, one file an action."""
