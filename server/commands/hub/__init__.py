"""Use cases of a hub: a round goes to a laptop in the hall, is held there, and comes back once."""
