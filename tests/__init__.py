"""Inspectors: they touch every room, nothing imports them."""
