"""What the night shift does for the house itself: old work goes from its list, the decisions are noted each day."""

from __future__ import annotations

import structlog

from server.commands.audit_chain import write_checkpoint
from server.commands.prune_effects import prune_effects
from workers.app import app, now_ms, settings

say = structlog.get_logger()


@app.task(name="effects.prune")
def prune() -> None:
    """Effects done thirty days ago are gone from the list, their number is kept (L7)."""
    gone = prune_effects(now_ms())
    if gone:
        say.info("effects pruned", count=gone, task="effects.prune")


@app.task(name="audit.checkpoint")
def checkpoint() -> None:
    """The day has a checkpoint of the audit chain in the folder of the settings; a second run writes none (L7)."""
    if write_checkpoint(settings().checkpoints(), now_ms()) is not None:
        say.info("audit checkpoint written", task="audit.checkpoint")
