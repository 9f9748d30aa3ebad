"""Cellar: SQL and nothing else."""
