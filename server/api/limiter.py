"""The brakes: guesses per address, costly requests per token; counted in Redis, in this process while Redis is away."""

from __future__ import annotations

import time
from hashlib import sha256

from flask import Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

ANSWER_WITHIN_S = 0.5
"""How long Redis may take to count; a slower one counts as away, and nobody waits for it."""
STORAGE_OPTIONS = {"socket_timeout": ANSWER_WITHIN_S, "socket_connect_timeout": ANSWER_WITHIN_S}
LONGEST_WAIT_S = 86_400


class Brakes(Limiter):
    """Each brake asks at its own door; none is for every view, so nothing need be looked up before each request."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


# Push, pull and hello have no brake of this kind: they go on whatever Redis does. What is guessed at is braked still.
limiter = Brakes(get_remote_address, in_memory_fallback_enabled=True, swallow_errors=True, headers_enabled=False)


def is_refused(response: Response) -> bool:
    """Only refusals count: a hall full of people enrols from one address."""
    return response.status_code in (401, 403)


def of_token() -> str:
    """Whose request it is: one replica is braked, not the hall it stands in. Redis never sees the token itself."""
    given = request.headers.get("Authorization", "")
    return sha256(given.encode(errors="replace")).hexdigest() if given else get_remote_address()


def is_nobodys() -> bool:
    """A request without a token is braked by its address alone."""
    return "Authorization" not in request.headers


guesses = limiter.limit("30 per minute", deduct_when=is_refused)
"""For every door where something can be guessed: an invitation code, a token, a password."""
enrolments = limiter.limit("12 per minute", key_func=of_token, exempt_when=is_nobodys)
parcels = limiter.limit("120 per minute", key_func=of_token)
imports = limiter.limit("20 per minute", key_func=of_token)
readings = limiter.limit("240 per minute", key_func=of_token)

anonymous = limiter.limit("30000 per minute", key_func=lambda: "the-box")
"""For what is posted without a name: one brake for all together, so that no address is ever noted."""


def seconds_to_wait() -> int:
    """When the brake that stopped this request lets go, in whole seconds from now."""
    stopped = limiter.current_limit
    return 60 if stopped is None else max(1, min(LONGEST_WAIT_S, round(stopped.reset_at - time.time())))


def storage_address(redis: str) -> str:
    """The address of Redis in the spelling the limiter's library knows."""
    for spelling in ("redis+socket://", "unix://"):  # kombu's and the Redis client's
        if redis.startswith(spelling):
            return "redis+unix://" + redis.removeprefix(spelling)
    return redis
