"""The recount: written from docs/ballot.md alone, imports nothing else of the server, and needs no network."""
