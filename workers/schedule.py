"""The whole timetable. Each tick only asks what is due, so one that was missed or came twice changes nothing (L7)."""

from __future__ import annotations

TICK_S = 60

TIMETABLE = {
    "work that commands left": {"task": "effects.drain", "schedule": TICK_S},
    "digests at 08:00 of each township": {"task": "digests.tick", "schedule": TICK_S},
}
# A tick that waited longer than the next one is worthless: a worker that was away finds one, not a thousand.
for _entry in TIMETABLE.values():
    _entry["options"] = {"expires": TICK_S}
