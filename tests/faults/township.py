"""A fresh township for one seed: two villages, three people, an invitation for each phone."""

from __future__ import annotations

import time
import uuid
from typing import Any

from server.commands.create_township import create_township
from server.commands.invite import invite
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS

PHONES = ("committee_secretary", "committee_secretary", "pbo")
"""Two phones of the same person and the office's desk: everybody may contradict everybody."""


def make_township() -> dict[str, Any]:
    """Shape: {id, codes: [one per phone], villages: [two ids], person, companion}."""
    now_ms = int(time.time() * 1000)
    cycle, person, clerk, *villages = (str(uuid.uuid4()) for _ in range(5))
    township = create_township("测试镇", "990101101", now_ms).id
    writes = [OnlineWrite(village, "village", _village(at)) for at, village in enumerate(villages)]
    writes += [OnlineWrite(who, "person", {"name": name}) for who, name in ((person, "书记"), (clerk, "干事"))]
    writes.append(OnlineWrite(cycle, "cycle", {"year": 2026, "title": "2026", "state": "researching"}))
    save_online(KINDS, township, "office", writes, now_ms)
    people = {"committee_secretary": person, "pbo": clerk}
    codes = [invite(township, role, now_ms, person=people[role]).code for role in PHONES]
    return {"id": township, "codes": codes, "villages": villages, "person": person, "companion": clerk}


def _village(at: int) -> dict[str, Any]:
    return {
        "region_code": f"99010110120{at}",
        "name": f"第{at}村民委员会",
        "short_name": f"第{at}",
        "category": "village",
    }
