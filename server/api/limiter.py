"""The brake for guessing: refused requests per address, counted in Redis, in memory while Redis is away."""

from __future__ import annotations

from flask import Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, in_memory_fallback_enabled=True, headers_enabled=False)


def is_refused(response: Response) -> bool:
    """Only refusals count: a hall full of people enrols from one address."""
    return response.status_code in (401, 403)


def storage_address(redis: str) -> str:
    """The address of Redis in the spelling the limiter's library knows."""
    for spelling in ("redis+socket://", "unix://"):  # kombu's and the Redis client's
        if redis.startswith(spelling):
            return "redis+unix://" + redis.removeprefix(spelling)
    return redis
