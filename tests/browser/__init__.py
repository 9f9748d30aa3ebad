"""The product as its users meet it: the whole system, a real Chromium, fingers and keys."""
