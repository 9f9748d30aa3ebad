"""Which task does an effect's work, and in which queue each task waits: a slow one starves no other."""

from __future__ import annotations

TASK_OF_EFFECT = {
    "digest-asked": "digests.asked",
}
"""Kind of an effect, as commands write it, to the task that does it; its arguments are (township id, effect id)."""

QUEUES = {
    "effects.drain": "effects",
    "effects.prune": "effects",
    "audit.checkpoint": "effects",
    "digests.tick": "digests",
    "digests.write": "digests",
    "digests.asked": "digests",
}
