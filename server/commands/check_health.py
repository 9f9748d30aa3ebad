"""Whether the system can do its work: database, guard, revision, Redis."""

from __future__ import annotations

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.domain.problems import Problem
from server.store.database import reading
from server.store.migrate import GuardMissing, assert_guard, newest_revision

REDIS_PATIENCE_S = 1.0


def check_health(redis_url: str) -> dict[str, bool]:
    """What works at this moment. Shape: database, guard (the trigger of the feed), revision, redis; true or false."""
    return {**can_sync(), "redis": redis_answers(redis_url)}


def redis_answers(url: str) -> bool:
    """Redis says PONG within a second."""
    try:
        with Redis.from_url(
            client_address(url), socket_timeout=REDIS_PATIENCE_S, socket_connect_timeout=REDIS_PATIENCE_S
        ) as client:
            return bool(client.ping())
    except (RedisError, ValueError):
        return False


def client_address(url: str) -> str:
    """kombu writes a unix socket as `redis+socket://`, the client as `unix://`."""
    return "unix" + url.removeprefix("redis+socket") if url.startswith("redis+socket") else url


def can_sync() -> dict[str, bool]:
    """What sync stands on; it needs no Redis. Shape: database, guard (the trigger of the feed), revision."""
    try:
        with reading() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            guard = True
            try:
                assert_guard(connection)
            except GuardMissing:
                guard = False
    except (SQLAlchemyError, Problem):
        return {"database": False, "guard": False, "revision": False}
    return {"database": True, "guard": guard, "revision": found == newest_revision()}
