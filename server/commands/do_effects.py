"""Work that commands left behind: claimed under a lease, done or failed, dead after too many tries (L7)."""

from __future__ import annotations

from server.store.database import reading, writing
from server.store.effects_queue import StoredEffect, claim_due, load_effect, mark_done, mark_failed
from server.store.transaction import writing_in

LEASE_MS = 15 * 60 * 1000
"""As long as a message may stay unacknowledged in Redis: before that nobody else may believe the worker dead."""

MOST_AT_ONCE = 100
LONGEST_WAIT_MS = 60 * 60 * 1000
_FIRST_WAIT_MS = 60 * 1000


def claim_effects(now_ms: int) -> list[StoredEffect]:
    """These effects are the caller's until the lease runs out; a crash before they are done only delays them.

    Laws: L7
    """
    with writing() as connection:
        return claim_due(connection, now_ms, LEASE_MS, MOST_AT_ONCE)


def pending_effect(township_id: str, effect_id: str) -> StoredEffect | None:
    """The effect, or None if it is done already: a message that came twice finds nothing to do (L7)."""
    with reading() as connection:
        return load_effect(connection, township_id, effect_id)


def finish_effect(effect: StoredEffect, now_ms: int) -> None:
    """The effect is done for ever."""
    with writing_in(effect.township_id) as connection:
        mark_done(connection, effect.township_id, effect.id, now_ms)


def fail_effect(effect: StoredEffect, error: str, now_ms: int) -> None:
    """The effect comes again after a pause that doubles with each try; the last try leaves it dead, with its error.

    Shape: error names what went wrong without any content: the office reads it.
    """
    wait_ms = min(LONGEST_WAIT_MS, _FIRST_WAIT_MS * 2 ** max(0, effect.tries - 1))
    with writing_in(effect.township_id) as connection:
        mark_failed(connection, effect.township_id, effect.id, error, now_ms + wait_ms)
