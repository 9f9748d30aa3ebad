"""A backup brought back: checked first, the old database kept aside, a new epoch for every township."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from server.domain.epochs import new_epoch
from server.domain.problems import Problem
from server.domain.replicas import Tenant
from server.store.audit import add_audit
from server.store.backup import Manifest, check_archive, kind_of
from server.store.backup_postgres import others_connected
from server.store.restore import heads_reached, replace_database
from server.store.townships import load_tenants, save_epoch


@dataclass(frozen=True, slots=True)
class Restored:
    """Shape:  `kept` says where the old database is; `townships` as they stand now."""

    kept: str
    townships: tuple[Tenant, ...]


def restore_backup(url: str, archive: Path, aside: str, mint: Callable[[], str], now_ms: int) -> Restored:
    """The database is what the backup holds, under a new epoch per township and a head that clears the lost time.

    Nothing else may use the database. If anything fails, the old database is in its place, untouched.
    Laws:   L2 (no base from the lost time can overwrite unseen work)
    Raises: malformed-request
    """
    with tempfile.TemporaryDirectory(prefix="zoufang-restore-") as scratch:
        manifest = check_archive(archive, Path(scratch))
    _refuse_if_it_cannot_be(url, archive, manifest)
    reached = heads_reached(url)
    townships: list[Tenant] = []

    def begin_new_epochs(connection: Connection) -> None:
        for before in load_tenants(connection):
            after = new_epoch(before, mint(), reached.get(before.id, 0))
            save_epoch(connection, after)
            add_audit(connection, after.id, "cli", "restored", {"epoch": after.epoch, "head": after.head}, now_ms)
            townships.append(after)

    kept = replace_database(url, archive, manifest, aside, begin_new_epochs)
    return Restored(kept, tuple(townships))


def _refuse_if_it_cannot_be(url: str, archive: Path, manifest: Manifest) -> None:
    if manifest.database != kind_of(url):
        raise Problem(
            "malformed-request", f"{archive} is a backup of {manifest.database}; DATABASE_URL names {kind_of(url)}"
        )
    if kind_of(url) == "postgresql" and (others := others_connected(url)):
        raise Problem("malformed-request", f"{others} other sessions use this database; stop the system first")
