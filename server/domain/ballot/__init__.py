"""The ballot's bytes and arithmetic, as docs/ballot.md has them; keys and chance arrive as arguments."""
