"""One line of the problem catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DeviceAction = Literal["retry", "park", "split", "rebuild", "enrol", "resume", "stop"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of problem.

    Shape:  `status` is the HTTP status, None where it is only the reason of a quarantined change; `device_action` is
            what an offline queue does next; `meaning` says in plain words what happened and what to do.
    """

    slug: str
    status: int | None
    title: str
    device_action: DeviceAction
    meaning: str
