"""What every command shares: the open database, the township that is meant, and the two ways to say a result."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from server.domain.replicas import Tenant
from server.settings import Settings
from server.store.database import db, open_database, reading
from server.store.migrate import upgrade
from server.store.records import load_kind
from server.store.sealing import open_sealing
from server.store.townships import load_tenants

Command = TypeVar("Command", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
township_option = click.option("--township", metavar="CODE|NAME|ID", help="Which township, where there are several.")


def now_ms() -> int:
    """The server's clock; commands get it as an argument."""
    return time.time_ns() // 1_000_000


@contextmanager
def opened(*, empty_too: bool = False, sealing: bool = True) -> Iterator[Settings]:
    """Inside, the database of this machine's settings is open; with `empty_too` one is made where there is none.

    Shape:  without `sealing` it opens under a wrong key, too, and nothing sealed can be read

    Raises: click.ClickException when there is none yet.
    """
    os.umask(0o077)  # what a command writes beside the database is nobody else's
    settings = Settings.from_environment()
    url = settings.database()
    if empty_too:
        settings.var.mkdir(parents=True, exist_ok=True)
        upgrade(url)
    path = make_url(url).database if url.startswith("sqlite") else None
    if path and not Path(path).exists():
        raise click.ClickException(f"there is no system in {settings.var} yet; start it once with `make run`")
    app = Flask("zoufang-cli")
    open_database(app, url)
    with app.app_context():
        try:
            if not inspect(db.engine).has_table("townships"):
                raise click.ClickException("the database has no tables yet; run `zoufang migrate`")
            if sealing:
                open_sealing(app, settings.sealing_secret)
            yield settings
        finally:
            db.engine.dispose()


def the_township(wanted: str | None) -> Tenant:
    """The township named by code, name or id; without a name the only one there is.

    Raises: click.ClickException
    """
    with reading() as connection:
        townships = load_tenants(connection)
    if not townships:
        raise click.ClickException("there is no township yet; import a roster or load the demo")
    found = [t for t in townships if wanted in (None, t.id, t.region_code, t.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{t.name} ({t.region_code})" for t in townships[:20])
    if wanted is None:
        raise click.ClickException(f"there are several townships, name one with --township: {names}")
    raise click.ClickException(f"no township {wanted!r}; there are: {names}")


def the_record(township: Tenant, kind: str, wanted: str, *names: str) -> str:
    """The id of the one record of a kind that `wanted` names by id or by one of these fields.

    Raises: click.ClickException
    """
    with reading() as connection:
        records = load_kind(connection, township.id, kind)
    found = [r for r in records if wanted == r.id or wanted in [r.fields.get(name) for name in names]]
    if len(found) == 1:
        return found[0].id
    if found:
        raise click.ClickException(f"{wanted!r} names {len(found)} of {township.name}: give the id or code")
    known = "、".join(str(r.fields.get(names[0])) for r in records[:30])
    raise click.ClickException(f"{township.name} has no {kind} {wanted!r}; it has: {known or 'none yet'}")


def say(as_json: bool, data: Mapping[str, Any], text: str) -> None:
    """The result, as one JSON object or as words."""
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else text)
