"""`zoufang passkey list` and `remove`: passkeys with which office holders sign in at desks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from server.cli.opened import json_option, now_ms, opened, say, the_township, township_option
from server.commands.passkeys import end_passkey
from server.feed.people import passkey_lines


@click.group()
def passkey() -> None:
    """Passkeys with which office holders sign in at desks."""


@passkey.command("list")
@township_option
@json_option
def list_passkeys(township: str | None, as_json: bool) -> None:
    """Every passkey of the township: whose it is, where it was made, when it was last used."""
    with opened():
        tenant = the_township(township)
        lines = passkey_lines(tenant.id)
    zone = ZoneInfo(tenant.time_zone)
    words = [
        f"{one['id']}  {one['name']}  {one['label']}  {one['site']}  "
        f"{datetime.fromtimestamp((one['last_used_at_ms'] or one['created_at_ms']) / 1000, zone):%Y-%m-%d %H:%M}"
        for one in lines
    ]
    say(as_json, {"passkeys": lines}, "\n".join(words) or "there are no passkeys")


@passkey.command("remove")
@click.argument("passkey_id", metavar="ID")
@township_option
@json_option
def remove(passkey_id: str, township: str | None, as_json: bool) -> None:
    """Somebody lost the key it lies in: this passkey signs in nowhere any more."""
    with opened():
        end_passkey(the_township(township).id, passkey_id, now_ms(), by="cli")
    say(as_json, {"passkey": passkey_id, "removed": True}, f"Passkey {passkey_id} is removed.")
