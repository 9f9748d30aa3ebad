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
    Entry(
        "sheet-rows", 400, "Other rows than this evaluator may grade", "stop",
        "A sheet has every subject of the round once, but none its evaluator is recused from. Nothing was signed.",
    ),
    Entry(
        "already-issued", 409, "Handed in before", "stop",
        "This evaluator has handed in with other bytes. The same bytes would get the same answer; others never do.",
    ),
    Entry(
        "other-channel", 409, "Handed in the other way", "stop",
        "Whoever holds a paper form hands in no sheet, and whoever has handed in a sheet gets no paper form.",
    ),
    Entry(
        "form-number", 409, "No such paper form", "stop",
        "The number was given out before, or was never given out, or is that of a spoiled form. Nothing was done.",
    ),
    Entry(
        "slip-refused", 422, "This slip is not taken", "stop",
        "`reason`: `malformed` (size or form), `no-such-place` (no such subject and group in this round), `forged` "
        "(its signature is of no key of its place in this round), `duplicate_attempts` (its signature was spent on "
        "another slip). The refusal is counted, and nothing else is kept of it.",
    ),
    Entry(
        "two-clerks", 409, "Another clerk must do this", "stop",
        "Paper is counted by two accounts, each for himself; this one has made the other entry.",
    ),
)  # fmt: skip
