"""The part of the problem catalogue that meetings and rounds bring."""

from __future__ import annotations

from server.domain.problem_entry import Entry

BALLOT_ENTRIES = (
    Entry(
        "round-state", 409, "The round has gone on, or is not there yet", "stop",
        "This can be done only while the round stands elsewhere; `state` says where it is. Nothing was done.",
    ),
    Entry(
        "round-delegated", 409, "The round is with the laptop in the hall", "retry",
        "Sheets, paper forms, attendance and the steps of this round are for the hub in the hall until its file is "
        "back (`zoufang hub import`). Nothing was done; the phone keeps what is handed in and tries again, at the hub "
        "where it knows its address. Slips that were signed are taken here all the same.",
    ),
    Entry(
        "not-at-hub", 503, "The laptop in the hall does the ballot only", "retry",
        "A hub takes sheets, slips and attendance of one round, from phones that were known when the round went to it. "
        "Everything else waits on the phone for the server; nothing was done.",
    ),
    Entry(
        "hub-file", 409, "Not the file of this hub", "stop",
        "`why` says it: `passphrase` (or the file is damaged), `form`, `other-township`, `not-delegated`, "
        "`taken-back`, `other-laptop` (a second laptop ran the same file: repeat the round), `numbers` (what the "
        "server gave is not in it), `not-closed`, `way`. Nothing was changed.",
    ),
    Entry(
        "round-guard", 409, "Something is still missing", "stop",
        "`guard` says what must hold first: `tally-key`, `groups-of-five` (for each subject, less recusals; "
        "`places` says where fewer may grade), `same-roll` (its groups and subjects are those the round was "
        "prepared with), `quorum`, `before-deadline`, `after-deadline`, `key-fits`, `paper-agrees`, `numbers-"
        "agree`, `marks-complete`, `two-signatures`; before a round is prepared `open-cycle`, `no-live-round`, "
        "`subjects`, `roll`. Nothing was done.",
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
