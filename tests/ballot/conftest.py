"""The clock of a ballot: the afternoon of the meeting, and the evening after its deadline."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from server.commands.ballot.signing_keys import forget_signers

AFTERNOON = 1_514_277_000
"""2017-12-26 16:30 in the township; the round of tests/ballot/election.py closes four hours later."""


@pytest.fixture
def afternoon() -> Iterator[time_machine.Traveller]:
    """It is the afternoon of the meeting; `shift` moves on."""
    forget_signers()
    with time_machine.travel(AFTERNOON, tick=False) as clock:
        yield clock
