"""The record kinds, one family a file; DOMAIN.md section 3 in code."""
