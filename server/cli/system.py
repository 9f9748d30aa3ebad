"""`zoufang migrate`, `zoufang prepare` and `zoufang seal`: a database ready for use."""

from __future__ import annotations

import os

import click

from server.cli.opened import json_option, now_ms, opened, say
from server.commands.give_up_names import give_up_names
from server.commands.seal_open import seal_open, seal_open_once
from server.schemas.kinds.registry import KINDS
from server.settings import Settings
from server.store.database import reading
from server.store.migrate import is_newest, upgrade
from server.store.sealing import Sealer
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
    """What `make run` does first: keys, newest revision, and with DEMO=1 the demo unless in real use."""
    settings = Settings.from_environment()
    settings.secret()
    _migrate()
    loaded = False
    with opened():
        seal_open_once(KINDS, now_ms())
        if settings.demo:
            with reading() as connection:
                townships = load_tenants(connection)
            loaded = all(t.is_demo for t in townships) and _load_demo()
    say(as_json, {"demo_loaded": loaded}, "Ready to start.")


@click.command()
@click.option(
    "--give-up-lost-names", is_flag=True, help="The key is lost for good: empty what it sealed, take another."
)
@json_option
def seal(give_up_lost_names: bool, as_json: bool) -> None:
    """Seal what lies in the open of the kinds that are sealed; `prepare` does it once after an upgrade."""
    if give_up_lost_names:
        _give_up(as_json)
        return
    with opened():
        done = seal_open(KINDS, now_ms())
    say(
        as_json,
        {"records": done.records, "changes": done.changes, "quarantined": done.quarantined},
        f"Sealed {done.records} records, {done.changes} changes and {done.quarantined} quarantined ones.",
    )


def _give_up(as_json: bool) -> None:
    with opened(sealing=False) as settings:
        done = give_up_names(KINDS, Sealer(settings.sealing_secret(may_make=True)).id, now_ms())
    words = f"Given up: {done.records} records, {done.texts} texts of the history. The system starts with the new key."
    say(as_json, {"records": done.records, "texts": done.texts}, words)


def _migrate() -> None:
    os.umask(0o077)
    settings = Settings.from_environment()
    settings.var.mkdir(parents=True, exist_ok=True)
    if not is_newest(settings.database()):
        upgrade(settings.database())


def _load_demo() -> bool:
    from server.demo.load import load_demo

    return load_demo(KINDS, now_ms()).new
