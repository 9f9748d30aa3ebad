"""A hall whose round is with a hub: two systems, and the phones of the one at the door of the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask

from server.api.identity import now_ms
from server.app import create_app
from server.commands.ballot.signing_keys import forget_signers
from server.commands.hub.close_hub import close_hub
from server.commands.hub.export_round import export_round
from server.commands.hub.found_hub import found_hub, manifest_in
from server.commands.hub.import_hub import Returned, import_hub
from server.commands.invite import invite
from server.domain.ballot.handover import BACK, OUT, Handover
from server.schemas.hub_file import handover_bytes, read_handover
from server.schemas.kinds.registry import KINDS
from server.settings import Settings
from server.store.database import db
from server.store.migrate import upgrade
from tests.ballot.hall import Hall, prove
from tests.phone import Phone, enrolment

HOME = "https://zoufang.example"


def exported(hall: Hall) -> Handover:
    """The round is with the hub; what the file holds, read back from its bytes."""
    forget_signers()
    given = export_round(KINDS, hall.town.id, "cli", hall.round, HOME, lambda _given: None, now_ms())
    return read_handover(handover_bytes(given), OUT)


def imported(given: Handover) -> Returned:
    forget_signers()
    return import_hub(KINDS, "cli", given, now_ms())


@contextmanager
def hub_of(hall: Hall, given: Handover, folder: Path) -> Iterator[Hall]:
    """The same hall at the hub: the same phones with the same tokens, and a clerk who enrolled there."""
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder / 'zoufang.sqlite3'}"
    upgrade(url)
    settings = Settings(
        var_dir=str(folder), database_url=url, redis_url="memory://", secret_key="of the hub", hub_origin=HOME
    )
    forget_signers()
    app = create_app(settings)
    with app.app_context():
        found_hub(KINDS, given, manifest_in(given), now_ms())
        phones = {row: replace(phone, client=app.test_client()) for row, phone in hall.phones.items()}
        office = clerk(app, hall.town.id)
        yield Hall(app, hall.town, hall.election, hall.meeting, hall.rolls, phones, office)
        db.engine.dispose()
    forget_signers()


def clerk(app: Flask, township: str) -> Phone:
    """The clerk's desk at the hub, by the code that the laptop shows."""
    client = app.test_client()
    code = invite(township, "pbo", now_ms()).code
    phone = Phone(client, client.post("/auth/v1/replicas", json=enrolment(invitation_code=code)).get_json())
    prove(phone)
    return phone


def closed(hub: Hall) -> Handover:
    """The hub's own file, read back from its bytes."""
    return read_handover(handover_bytes(close_hub(KINDS, HOME, now_ms())), BACK)
