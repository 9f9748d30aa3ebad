"""Front door: a request becomes one call, a result becomes a response."""
