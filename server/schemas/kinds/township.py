"""What everybody holds a copy of: township, villages, branches, people, cycles; written by online commands only."""

from __future__ import annotations

from marshmallow import Schema, fields

from server.schemas.kinds.base import (
    AREAS,
    FIXED,
    PLAIN,
    Choice,
    Day,
    Flag,
    KindSchema,
    Ref,
    Text,
    Whole,
    map_of,
    needed,
)

CYCLE_STATES = (
    "draft",
    "issued",
    "researching",
    "reporting",
    "meeting",
    "deciding",
    "rectifying",
    "closed",
    "archived",
)


class TownKind(KindSchema):
    """Read by every enrolled account, changed by no phone."""

    kind = ""
    scope = "town"
    offline = False


class TownshipSchema(TownKind):
    """The tenant."""

    kind = "township"
    name = Text(60, needed(PLAIN))
    region_code = Text(12, needed(PLAIN))
    county = Text(60, PLAIN)
    time_zone = Text(40, PLAIN)


class VillageSchema(TownKind):
    """An administrative village or a residents' community; codes are re-issued yearly, so they are never a key."""

    kind = "village"
    region_code = Text(12, needed(PLAIN))
    name = Text(60, needed(PLAIN))
    short_name = Text(30, PLAIN)
    category = Choice(("village", "community"), needed(PLAIN))
    ord = Whole(PLAIN)
    valid_from = Day(PLAIN)
    valid_to = Day(PLAIN)


class BranchSchema(TownKind):
    """The Party branch of a village."""

    kind = "branch"
    parent_field = "village_id"
    parent_kind = "village"
    village_id = Ref("village", needed(FIXED))
    name = Text(60, needed(PLAIN))
    members = Whole(PLAIN)


class PersonSchema(TownKind):
    """A person with a post; name and post only."""

    kind = "person"
    name = Text(40, needed(PLAIN))
    post = Text(60, PLAIN)
    rank_level = Text(20, PLAIN)
    village_id = Ref("village", PLAIN)


class BasisDocSchema(Schema):
    """A document the cycle rests on, with its version."""

    name = Text(120, PLAIN)
    no = Text(60, PLAIN)
    version = Text(30, PLAIN)
    valid_from = Day(PLAIN)
    valid_to = Day(PLAIN)


class CycleSchema(TownKind):
    """One year's appraisal."""

    kind = "cycle"
    year = Whole(needed(PLAIN), least=1949, most=2999)
    title = Text(120, needed(PLAIN))
    basis_docs = fields.List(fields.Nested(BasisDocSchema), metadata=PLAIN)
    phases = map_of(Text(40, FIXED), Day(PLAIN), PLAIN)
    stated_count = Whole(PLAIN, most=999)
    stated_count_acknowledged = Flag(PLAIN)
    state = Choice(CYCLE_STATES, needed(PLAIN))


class ContentAreaSchema(TownKind):
    """One of the seven content areas of a cycle."""

    kind = "content_area"
    parent_field = "cycle_id"
    parent_kind = "cycle"
    cycle_id = Ref("cycle", needed(FIXED))
    code = Choice(AREAS, needed(FIXED))
    ord = Whole(PLAIN, most=99)
    title = Text(60, needed(PLAIN))
    guidance = Text(1000, PLAIN)


class SubjectSchema(TownKind):
    """The appraised person of a branch in a cycle."""

    kind = "subject"
    parent_field = "cycle_id"
    parent_kind = "cycle"
    cycle_id = Ref("cycle", needed(FIXED))
    branch_id = Ref("branch", needed(FIXED))
    village_id = Ref("village", needed(FIXED))
    village_code = Text(12, PLAIN)
    village_name = Text(60, PLAIN)
    person_id = Ref("person", PLAIN)
    months_in_office = Whole(PLAIN, most=1200)
    draw_no = Whole(PLAIN, most=999)
    graded = Flag(PLAIN)
    excluded_reason = Text(200, PLAIN)
