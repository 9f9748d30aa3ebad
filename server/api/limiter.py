"""The brake for guessing: requests per address, counted in Redis, in memory while Redis is away."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, in_memory_fallback_enabled=True, headers_enabled=False)


def storage_address(redis: str) -> str:
    """The address of Redis in the spelling the limiter's library knows."""
    return redis.replace("redis+socket://", "redis+unix://", 1)
