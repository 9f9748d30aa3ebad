"""The office puts a quarantined change right and lets it into the dossier; its author is told what and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from server.commands.quarantine import Reader, held_change, judge_held, township_behind
from server.domain.canonical import NotCanonical, canonical, change_hash
from server.domain.kinds import Kinds
from server.domain.permissions import Actor
from server.domain.problems import Problem
from server.domain.quarantine import may_read_content, named_ids
from server.domain.records import Json, Refused
from server.store.quarantine import Quarantined, decide_quarantined, whole
from server.store.transaction import transaction


def correct(
    kinds: Kinds, actor: Actor, township: str, replica_id: str, n: int, fields: Mapping[str, Json], reason: str,
    read: Reader, now_ms: int,
) -> tuple[Quarantined, tuple[tuple[str, str], ...]]:  # fmt: skip
    """The change is applied with these values in place of its author's; what he sent stays kept as it came.

    Shape:  `fields` name → value, None takes the field out; the second part says what is still wrong: the change is
            then held as before
    Laws:   L6
    Raises: not-found, already-decided, content-damaged, not-allowed (its content is not for this actor)
    """
    with transaction(township_behind(replica_id, now_ms, township)) as tx:
        held = held_change(tx, replica_id, n)
        raw = json.loads(whole(held).payload)
        known = tx.load_records(named_ids(kinds, raw))
        if not may_read_content(kinds, actor, held.account_id, raw, known, township):
            raise Problem("not-allowed", "the content of this change is not for the office")
        change = read(replica_id, _mended(raw, fields))
        if isinstance(change, Refused):
            return replace(held, slug=change.slug, detail=change.detail), change.errors
        named = json.dumps(sorted(fields), ensure_ascii=False)
        row = replace(held, corrected=named, reason=reason)
        done = judge_held(kinds, tx, row, replace(change, n=n), now_ms, actor.account, "quarantine-corrected")
        if done.status == "held":
            decide_quarantined(tx.connection, township, replace(held, slug=done.slug, detail=done.detail))
    return done, ()


def _mended(raw: Mapping[str, Json], fields: Mapping[str, Json]) -> str:
    """The change with the office's values and a hash that fits them."""
    sent = raw.get("fields") or {}
    kept = {name: value for name, value in {**sent, **fields}.items() if fields.get(name, value) is not None}
    body = {name: value for name, value in raw.items() if name not in ("n", "hash")} | {"fields": kept}
    try:
        hashed = change_hash(canonical(body))
    except NotCanonical as error:
        raise Problem("malformed-request", "these values cannot be kept", [("/fields", "cannot be kept")]) from error
    return json.dumps({**body, "n": raw.get("n"), "hash": hashed})
