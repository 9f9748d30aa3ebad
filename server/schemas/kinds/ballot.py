"""A meeting and its rounds as everybody may see them, and one's own row of the roll; online commands write them."""

from __future__ import annotations

from marshmallow import fields

from server.domain.ballot.rounds import ATTENDANCE, MEETING_STATES, STATES
from server.schemas.kinds.base import FIXED, PLAIN, Choice, Flag, KindSchema, Ref, Text, Whole, millis, needed
from server.schemas.kinds.township import TownKind


class MeetingSchema(TownKind):
    """The meeting of a cycle: where and when; the code of the hall is not in it."""

    kind = "meeting"
    parent_field = "cycle_id"
    parent_kind = "cycle"
    cycle_id = Ref("cycle", needed(FIXED))
    title = Text(80, needed(PLAIN))
    place = Text(80, needed(PLAIN))
    starts_at_ms = millis(PLAIN)
    state = Choice(MEETING_STATES, needed(PLAIN))


class BallotRoundSchema(TownKind):
    """One ballot; everything in its manifest is public by design (docs/decisions/0051-the-round.md)."""

    kind = "ballot_round"
    parent_field = "meeting_id"
    parent_kind = "meeting"
    meeting_id = Ref("meeting", needed(FIXED))
    no = Whole(needed(FIXED), most=99)
    title = Text(200, needed(PLAIN))
    state = Choice(STATES, needed(PLAIN))
    manifest = Text(1_000_000, PLAIN)
    words = Text(40, PLAIN)
    deadline_ms = millis(needed(PLAIN))
    void_reason = Text(200, PLAIN)
    delegated = Flag(PLAIN)


class RollEntrySchema(KindSchema):
    """His own row of a meeting's roll."""

    kind = "roll_entry"
    scope = "own"
    offline = False
    parent_field = "meeting_id"
    parent_kind = "meeting"
    meeting_id = Ref("meeting", needed(FIXED))
    group = Text(32, needed(PLAIN))
    recusals = fields.List(Ref("subject", PLAIN), metadata=PLAIN)
    status = Choice(ATTENDANCE, needed(PLAIN))
