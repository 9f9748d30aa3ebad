"""Drains the effects table: each minute whatever is due goes to the task that does it."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from server.commands.do_effects import claim_effects, fail_effect, finish_effect, pending_effect
from server.domain.problems import Problem
from server.logs import place_of
from server.store.effects_queue import StoredEffect
from workers.app import app, now_ms
from workers.routes import TASK_OF_EFFECT

say = structlog.get_logger()


@app.task(name="effects.drain")
def drain() -> None:
    """Every due effect has been handed to its task; one whose worker dies comes back when its lease is over (L7)."""
    for effect in claim_effects(now_ms()):
        task = TASK_OF_EFFECT.get(effect.kind)
        if task is None:
            fail_effect(effect, f"no task does {effect.kind}; the workers may be older than the server", now_ms())
        else:
            app.send_task(task, args=[effect.township_id, effect.id])


def perform(township_id: str, effect_id: str, work: Callable[[StoredEffect], None]) -> None:
    """The work is done and so marked, or the effect says why not and comes again; a done one is left alone (L7)."""
    effect = pending_effect(township_id, effect_id)
    if effect is None:
        return
    try:
        work(effect)
    except Exception as error:  # noqa: BLE001 - whatever it was, the effect must come again and say why
        fail_effect(effect, _what(error), now_ms())
        say.error("effect failed", effect=effect.id, kind=effect.kind, attempt=effect.tries, exc_info=error)
    else:
        finish_effect(effect, now_ms())


def _what(error: Exception) -> str:
    """Without the exception's own text: a database quotes values in it."""
    where = place_of(error.__traceback__)
    return f"{error.entry.slug} at {where}" if isinstance(error, Problem) else f"{type(error).__name__} at {where}"
