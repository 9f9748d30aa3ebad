"""Letterbox: reads records in order for a replica."""
