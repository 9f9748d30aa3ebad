"""`zoufang migrate` and `zoufang prepare`: a database ready for use."""

from __future__ import annotations

import os

import click

from server.cli.opened import json_option, now_ms, opened, say
from server.settings import Settings
from server.store.database import reading
from server.store.migrate import is_newest, upgrade
from server.store.townships import load_tenants


@click.command()
@json_option
def migrate(as_json: bool) -> None:
    """Bring the database to the newest revision."""
    _migrate()
    say(as_json, {"migrated": True}, "The database is at the newest revision.")


@click.command()
@json_option
def prepare(as_json: bool) -> None:
    """What `make run` does first: signing key, newest revision, and with DEMO=1 the demo unless in real use."""
    settings = Settings.from_environment()
    settings.secret()
    _migrate()
    loaded = False
    if settings.demo:
        with opened():
            with reading() as connection:
                townships = load_tenants(connection)
            loaded = all(t.is_demo for t in townships) and _load_demo()
    say(as_json, {"demo_loaded": loaded}, "Ready to start.")


def _migrate() -> None:
    os.umask(0o077)
    settings = Settings.from_environment()
    settings.var.mkdir(parents=True, exist_ok=True)
    if not is_newest(settings.database()):
        upgrade(settings.database())


def _load_demo() -> bool:
    from server.demo.load import load_demo
    from server.schemas.kinds.registry import KINDS

    return load_demo(KINDS, now_ms()).new
