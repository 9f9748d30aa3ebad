"""A new year: a cycle in which visits can be made, with its areas and its roster."""

from __future__ import annotations

from server.commands.import_roster import fresh_ids, load_roster
from server.commands.save_online import save_online_in
from server.domain.cycles import cycle_writes
from server.domain.kinds import Kinds
from server.domain.records import Json
from server.store.audit import add_audit
from server.store.records import load_kind
from server.store.transaction import transaction


def open_cycle(kinds: Kinds, township_id: str, year: int, now_ms: int, account: str = "office") -> str:
    """The township has a cycle of this year, with areas and one subject a branch; one that exists stays as it is.

    Shape:  the cycle's id.
    Raises: not-found (township)
    """
    with transaction(township_id) as tx:
        cycles = load_kind(tx.connection, township_id, "cycle")
        known = next((cycle for cycle in cycles if cycle.fields.get("year") == year), None)
        if known is not None:
            return known.id
        roster, _cycle_id = load_roster(tx.connection, township_id)
        writes = cycle_writes(tx.tenant.name, year, roster, fresh_ids())
        save_online_in(tx, kinds, account, writes, now_ms)
        detail: dict[str, Json] = {"cycle": writes[0].record, "year": year}
        add_audit(tx.connection, township_id, account, "cycle-opened", detail, now_ms)
        return writes[0].record
