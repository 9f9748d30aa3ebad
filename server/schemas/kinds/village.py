"""The shared file of a village: what its branch secretary, first secretary and team hold. Scope `village:<village>`."""

from __future__ import annotations

from server.schemas.kinds.base import FIXED, PLAIN, Day, KindSchema, Ref, Text, needed


class VisitExtractSchema(KindSchema):
    """What the branch may read of a locked visit: the day, the visitor, what was read to it. Written by the server."""

    kind = "visit_extract"
    scope = "village"
    offline = False

    village_id = Ref("village", needed(FIXED))
    on = Day(needed(PLAIN))
    visitor_id = Ref("person", needed(PLAIN))
    branch_summary = Text(1000, PLAIN)
