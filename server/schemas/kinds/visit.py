"""The visit family: what is seen and heard in a village. DOMAIN 3.3; scope `field:<village>`."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields
from marshmallow.validate import Regexp

from server.domain.kinds import Transition
from server.domain.roles import VISITING
from server.schemas.kinds.base import (
    AREAS,
    FIXED,
    GUARDED,
    PLAIN,
    SET,
    STATE,
    Choice,
    Day,
    Decimal5,
    Flag,
    KindSchema,
    Ref,
    Text,
    Whole,
    map_of,
    millis,
    needed,
    set_of,
)

VISITORS = tuple(sorted(VISITING))
MEETING_TYPES = ("branch_committee", "member_assembly", "lecture", "party_day", "study")


class AddendumSchema(Schema):
    """A text added after the visit was locked; its author's alone."""

    id = Ref("addendum", FIXED)
    text = Text(1000, FIXED)
    author = Ref("account", FIXED)
    ts = millis(FIXED)


class VisitSchema(KindSchema):
    """A village visit."""

    kind = "visit"
    scope = "field_of_village"
    initial = ("in_progress", "planned")
    create_roles = VISITORS
    needed_at_create = ("village_id", "visitor_id")
    transitions = (
        Transition("start", ("planned",), "in_progress", ("start_at", "end_at")),
        Transition("complete", ("planned", "in_progress"), "completed", ("children", "reason", "end_at")),
        Transition("cancel", ("planned",), "cancelled", ("reason",)),
        Transition("move", ("planned", "in_progress", "completed", "synced"), "", ("village_id",)),
    )

    village_id = Ref("village", needed(FIXED))
    visitor_id = Ref("person", needed(GUARDED))
    companions = set_of(Ref("person", SET))
    planned_for = Day(PLAIN)
    start_at = millis(needed(GUARDED))
    end_at = millis(needed(GUARDED))
    geo = map_of(Choice(("lat", "lon", "acc"), FIXED), Decimal5(GUARDED, -180, 10_000_000), GUARDED)
    area_notes = map_of(Choice(AREAS, FIXED), Text(1000, GUARDED), GUARDED)
    narrative = Text(4000, GUARDED)
    branch_summary = Text(1000, GUARDED)
    followup_progress = Choice(("sufficient", "partly", "insufficient"), GUARDED)
    captured_offline = Flag(FIXED)
    addenda = set_of(fields.Nested(AddendumSchema))
    same_as = Ref("visit", GUARDED)
    state = Choice(("planned", "in_progress", "completed", "synced", "locked", "cancelled"), STATE)
    children = fields.List(Ref("", STATE), metadata=STATE)
    reason = Text(200, STATE)
    late = Flag({**STATE, "server": True})


class VisitAddendumSchema(KindSchema):
    """A text said after the visit was locked (补充说明), with its author and the server's time like any record."""

    kind = "addendum"
    scope = "of_parent"
    parent_field = "visit_id"
    parent_kind = "visit"
    authors_only = True
    needed_at_create = ("visit_id", "text")

    visit_id = Ref("visit", needed(FIXED))
    text = Text(1000, needed(GUARDED))


class RecordCheckSchema(KindSchema):
    """One look into the branch's written records (软件资料); append-only."""

    kind = "record_check"
    scope = "of_parent"
    parent_field = "visit_id"
    parent_kind = "visit"
    authors_only = True
    needed_at_create = ("visit_id", "area", "doc_type", "title", "found")

    visit_id = Ref("visit", needed(FIXED))
    area = Choice(AREAS, needed(FIXED))
    doc_type = Choice(("minutes", "study_notes", "ledger", "duty_letter", "finance", "other"), needed(PLAIN))
    title = Text(120, needed(PLAIN))
    period = map_of(Choice(("from", "to"), FIXED), Day(PLAIN), PLAIN)
    found = Choice(("complete", "partial", "missing", "doubtful"), needed(GUARDED))
    counters = map_of(
        Choice(MEETING_TYPES, FIXED),
        fields.Dict(keys=fields.String(validate=Regexp(r"^\d{4}-(0[1-9]|1[0-2])\Z")), values=Whole(GUARDED, most=999)),
        GUARDED,
    )
    note = Text(1000, GUARDED)


class InterviewSchema(KindSchema):
    """One conversation, without the person's identity."""

    kind = "interview"
    scope = "of_parent"
    parent_field = "visit_id"
    parent_kind = "visit"
    authors_only = True
    initial = ("draft",)
    needed_at_create = ("visit_id",)
    transitions = (
        Transition("complete", ("draft",), "completed"),
        Transition(
            "withdraw",
            ("completed",),
            "withdrawn",
            erases=("asked", "answer", "voice_ref"),
            sets=(("consent", "withdrawn"),),
            removes=("interviewee",),
        ),
    )

    visit_id = Ref("visit", needed(FIXED))
    category = Choice(("party_member", "masses", "cadre", "villager_rep", "other"), needed(GUARDED))
    alias = Text(20, needed(PLAIN))
    area = set_of(Choice(AREAS, SET))
    asked = Text(1000, GUARDED)
    answer = Text(4000, needed(GUARDED))
    minutes = Whole(PLAIN, most=1440)
    consent = Choice(("given", "refused", "withdrawn"), needed(GUARDED))
    voice_ref = Ref("attachment", PLAIN)
    state = Choice(("draft", "completed", "merged_into_visit", "withdrawn"), STATE)

    def misfits(self, data: Mapping[str, object]) -> dict[str, list[str]]:
        """Who refuses consent is not quoted: the count stays, the answer is empty."""
        if data.get("consent") in {"refused", "withdrawn"} and data.get("answer"):
            return {"answer": ["is empty when consent is refused"]}
        return {}


class IntervieweeSchema(KindSchema):
    """Who was heard: the interview's author alone reads it, nothing exports it."""

    kind = "interviewee"
    scope = "own"
    parent_field = "interview_id"
    parent_kind = "interview"
    authors_only = True
    sealed = True
    needed_at_create = ("interview_id",)

    interview_id = Ref("interview", needed(FIXED))
    name = Text(40, GUARDED)
    sex = Choice(("0", "1", "2", "9"), PLAIN)
    political_status = Choice(("01", "02", "03", "13"), PLAIN)


class OpinionSchema(KindSchema):
    """An opinion or suggestion (意见建议); the author's own until recorded."""

    kind = "opinion"
    scope = "opinion"
    parent_field = "origin_id"
    authors_only = True
    initial = ("draft",)
    needed_at_create = ("village_id", "origin")
    transitions = (
        Transition("record", ("draft",), "recorded"),
        Transition("set_aside", ("recorded",), "set_aside", ("reason",)),
    )

    origin = Choice(("visit", "interview", "evaluation", "resident_note", "branch"), needed(FIXED))
    origin_id = Ref("", FIXED)
    village_id = Ref("village", needed(FIXED))
    subject_id = Ref("subject", FIXED)
    opinion_kind = Choice(("praise", "problem", "suggestion"), needed(PLAIN))
    area = Choice(AREAS, needed(PLAIN))
    about = Choice(("branch", "secretary", "resident"), needed(PLAIN))
    text = Text(1000, needed(GUARDED))
    redacted_text = Text(1000, GUARDED)
    signed = Flag(GUARDED)
    promoted_to = Ref("", GUARDED)
    state = Choice(("draft", "recorded", "used", "set_aside"), STATE)
    reason = Text(200, STATE)
