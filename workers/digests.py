"""The digests: asked for each minute, written when 08:00 has come, and at once when somebody asks."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import OperationalError

from server.commands.write_digests import digest_rules, due_now, write_digest, write_digests
from server.domain.digest import NIGHT_KINDS
from server.domain.problems import Problem
from workers.app import app, now_ms, settings
from workers.effects import perform

say = structlog.get_logger()


@app.task(name="digests.tick")
def tick() -> None:
    """Every digest that is due has been handed to `digests.write`; what was missed while the machine was off, too."""
    for township_id, account in due_now(now_ms(), digest_rules(settings())):
        write.delay(township_id, account)


@app.task(name="digests.write", autoretry_for=(OperationalError, Problem), retry_backoff=True, max_retries=3)
def write(township_id: str, account: str) -> None:
    """One digest for one person and period has been written; running twice writes one (L7)."""
    outcome = write_digest(NIGHT_KINDS, township_id, account, now_ms(), rules=digest_rules(settings()))
    say.info("digest", township=township_id, kind=outcome, task="digests.write")


@app.task(name="digests.asked", autoretry_for=(OperationalError, Problem), retry_backoff=True, max_retries=3)
def asked(township_id: str, effect_id: str) -> None:
    """Everybody in the township who has no digest of this period yet has one; running twice writes one each (L7)."""
    perform(township_id, effect_id, lambda effect: _write_all(effect.township_id))


def _write_all(township_id: str) -> None:
    write_digests(NIGHT_KINDS, now_ms(), True, digest_rules(settings()), township_id)
