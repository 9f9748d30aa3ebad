"""The ballot's bytes: one election in memory, the RFC's vectors, and what a stranger must find out."""
