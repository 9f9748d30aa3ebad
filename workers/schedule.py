"""The whole timetable. Each tick only asks what is due, so one that was missed or came twice changes nothing (L7)."""

from __future__ import annotations

TICK_S = 60
HOUR_S = 3600

TIMETABLE = {
    "work that commands left": {"task": "effects.drain", "schedule": TICK_S},
    "digests at 08:00 of each township": {"task": "digests.tick", "schedule": TICK_S},
    "work that was done a month ago": {"task": "effects.prune", "schedule": HOUR_S},
    "the decisions, noted once a day": {"task": "audit.checkpoint", "schedule": HOUR_S},
}
# A tick that waited longer than the next one is worthless: a worker that was away finds one, not a thousand.
for _entry in TIMETABLE.values():
    _entry["options"] = {"expires": _entry["schedule"]}
