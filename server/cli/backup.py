"""`zoufang backup` and `zoufang restore`."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import click
from flask import Flask

from server.cli.opened import json_option, now_ms, opened, say
from server.commands.restore_backup import restore_backup
from server.commands.take_backup import stamp, take_backup
from server.settings import BadSetting, Settings
from server.store.backup import read_secret
from server.store.database import db, open_database
from server.store.sealing import SealingKeyWrong, open_sealing
from server.store.var_lock import hold_var_dir


@click.command()
@json_option
def backup(as_json: bool) -> None:
    """Write a verified backup (database and signing key) and print its path; the system may run."""
    with opened() as settings:
        path, manifest = take_backup(settings.database(), settings.var / "backups", settings.secret(), now_ms())
    townships = [{"id": key, **noted} for key, noted in manifest.townships.items()]
    say(as_json, {"path": str(path), "bytes": path.stat().st_size, "townships": townships}, str(path))


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@json_option
def restore(path: Path, as_json: bool) -> None:
    """Bring back a backup; the system must be stopped. The database it replaces is kept aside."""
    if not path.is_file():
        raise click.ClickException(
            f"there is no backup at {str(path)!r}; give its path, as in BACKUP=var/backups/….zip"
        )
    settings = Settings.from_environment()
    lock = hold_var_dir(settings.var)
    if lock is None:
        raise click.ClickException(f"the system in {settings.var} is running; stop it before a restore")
    now = now_ms()
    done = restore_backup(settings.database(), path.resolve(), f"replaced-{stamp(now)}", lambda: uuid4().hex, now)
    _keep_secret(settings, read_secret(path))
    words = [f"Restored {path}: {t.name} under a new epoch, head {t.head}." for t in done.townships]
    words += [f"The database it replaced is kept in {done.kept}."] if done.kept else []
    words += _words_on_the_key(settings)
    epochs = [{"id": t.id, "name": t.name, "epoch": t.epoch, "head": t.head} for t in done.townships]
    say(as_json, {"path": str(path), "kept": done.kept, "townships": epochs}, "\n".join(words))


def _words_on_the_key(settings: Settings) -> list[str]:
    """What stands in the way of the next start: a backup never brings its sealing key along."""
    app = Flask("zoufang-restored")
    open_database(app, settings.database())
    try:
        open_sealing(app, settings.sealing_secret)
    except (BadSetting, SealingKeyWrong) as error:
        return [f"It does not start yet: {error}."]
    with app.app_context():
        db.engine.dispose()
    return []


def _keep_secret(settings: Settings, secret: bytes) -> None:
    """The signing key of the backup is in VAR_DIR, unless the key comes from the environment."""
    if settings.secret_key:
        return
    path = settings.var / "secret.key"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(secret + b"\n")
