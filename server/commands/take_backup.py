"""A verified backup, and the word to the phones that what it holds is safe."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from server.store.audit import add_audit
from server.store.backup import Manifest, check_archive, write_archive
from server.store.transaction import transaction


def take_backup(url: str, folder: Path, secret: bytes, now_ms: int) -> tuple[Path, Manifest]:
    """A new file in `folder` holds everything of one moment and was read back whole; `durable_seq` says so from now on.

    The system may run meanwhile.
    Laws:   L6 (a phone may let go of acknowledged work only when a verified backup covers it)
    Raises: malformed-request (the file read back is not what was written), storage-full, busy
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"zoufang-{stamp(now_ms)}.zip"
    draft = path.with_suffix(".part")
    try:
        write_archive(url, draft, secret, now_ms)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".check-") as scratch:
            manifest = check_archive(draft, Path(scratch))
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    for township_id, noted in manifest.townships.items():
        _say_durable(township_id, str(noted["epoch"]), int(noted["seq"]), now_ms)
    return path, manifest


def stamp(now_ms: int) -> str:
    """A moment as part of a file name, to the millisecond, in UTC."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    return f"{moment:%Y%m%d-%H%M%S}-{now_ms % 1000:03d}"


def _say_durable(township_id: str, epoch: str, seq: int, now_ms: int) -> None:
    with transaction(township_id) as tx:
        if tx.tenant.epoch != epoch:
            return  # restored meanwhile: the numbers of the backup are of another history
        known = tx.tenant.durable_seq
        tx.save_settings({**tx.tenant.settings, "durable_seq": max(seq, known if known is not None else 0)})
        add_audit(tx.connection, township_id, "cli", "backup-taken", {"seq": seq}, now_ms)
