"""The part of the problem catalogue that meetings and rounds bring."""

from __future__ import annotations

from server.domain.problem_entry import Entry

BALLOT_ENTRIES = (
    Entry(
        "round-state", 409, "The round has gone on, or is not there yet", "stop",
        "This can be done only while the round stands elsewhere; `state` says where it is. Nothing was done.",
    ),
    Entry(
        "round-guard", 409, "Something is still missing", "stop",
        "`guard` says what must hold first: `tally-key`, `groups-of-five`, `same-roll` (its groups and the subjects "
        "are those the round was prepared with), `quorum`, `before-deadline`, `after-deadline`, `key-fits`, "
        "`paper-agrees`, `numbers-agree`, `marks-complete`, `two-signatures`; before a round is prepared `open-cycle`, "
        "`no-live-round`, `subjects`, `roll`. Nothing was done.",
    ),
    Entry(
        "roll-frozen", 409, "The roll is frozen", "stop",
        "A round has been issued to this roll: who may vote is settled until it is void.",
    ),
    Entry(
        "not-on-roll", 403, "Not on the roll of this meeting", "stop",
        "The account stands in no row of the meeting's roll, so there is no ballot for it. Ask the office.",
    ),
    Entry(
        "hall-code-wrong", 403, "The code of the hall is wrong", "stop",
        "Whoever reports himself present types the code that is shown in the hall now.",
    ),
)  # fmt: skip
