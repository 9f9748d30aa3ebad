"""The signers of a round, loaded once in a process and forgotten when its box is opened."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from server.domain.ballot.manifest import Place
from server.domain.ballot.signer import Signer, signer_of
from server.domain.problems import Problem
from server.store.database import reading
from server.store.round_keys import load_keys


@lru_cache(maxsize=4)
def signers_of(township_id: str, round_id: str) -> Mapping[Place, Signer]:
    """The signer of each place.

    Raises: round-state (the keys are gone)
    """
    with reading() as connection:
        keys = load_keys(connection, township_id, round_id)
    if not keys:
        raise Problem("round-state", "the signing keys of this round are gone", state="opened", step="sign_blind")
    return {place: signer_of(key.p, key.q) for place, key in keys.items()}


def forget_signers() -> None:
    """No signer is left in the memory of this process."""
    signers_of.cache_clear()
