"""`zoufang invite` and `zoufang revoke`: who may be in."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from server.cli.opened import json_option, now_ms, opened, say, the_record, the_township, township_option
from server.cli.qr import terminal_qr
from server.commands.invite import check_invitation
from server.commands.invite import invite as make_invitation
from server.commands.office_holder import office_holder
from server.commands.passwords import clear_password_of
from server.commands.revoke import revoke as revoke_replica
from server.domain.invitations import shown
from server.schemas.kinds.registry import KINDS

replica_option = click.option("--replica", required=True, metavar="ID", help="The replica, as 手机 lists it.")


@click.command()
@click.option("--role", required=True, help="committee_secretary, branch_secretary, pbo, admin …")
@click.option("--village", metavar="ID|CODE|NAME", help="For a role that belongs to a village.")
@click.option(
    "--person",
    metavar="ID|NAME",
    help="Who it is for; by default who holds the role.",
)
@click.option("--valid-s", type=int, metavar="SECONDS", help="How long the code is good; 24 hours at most.")
@township_option
@json_option
def invite(
    role: str, village: str | None, person: str | None, valid_s: int | None, township: str | None, as_json: bool
) -> None:
    """Make an invitation: a code of ten characters that enrols one phone, once."""
    with opened() as settings:
        tenant = the_township(township)
        valid = settings.invitation_valid_s if valid_s is None else valid_s
        home = the_record(tenant, "village", village, "name", "short_name", "region_code") if village else None
        check_invitation(role, home, valid)
        named = the_record(tenant, "person", person, "name") if person else None
        holder = named or office_holder(KINDS, tenant.id, role, home, now_ms())
        made = make_invitation(tenant.id, role, now_ms(), village=home, person=holder, valid_s=valid)
    reached = settings.address()
    link = f"{reached}/#i={made.code}" if reached else None
    until = datetime.fromtimestamp(made.expires_at_ms / 1000, ZoneInfo(tenant.time_zone))
    data = {
        "invitation_code": made.code,
        "url": link,
        "role": made.role,
        "village": made.village,
        "account": made.account,
        "person": made.person,
        "township": tenant.id,
        "expires_at_ms": made.expires_at_ms,
    }
    words = [f"{shown(made.code)}   {made.role} of {tenant.name}, good for one phone until {until:%H:%M}"]
    if link and not as_json:
        words += [link, terminal_qr(link)]
    say(as_json, data, "\n".join(words))


@click.command()
@replica_option
@json_option
def revoke(replica: str, as_json: bool) -> None:
    """A phone is lost: it reads nothing more; what it still sends goes to quarantine."""
    with opened():
        revoke_replica(replica, now_ms(), by="cli")
    say(as_json, {"replica": replica, "revoked": True}, f"Replica {replica} is revoked.")


@click.group()
def password() -> None:
    """Passwords with which office holders sign in at desks."""


@password.command("clear")
@replica_option
@json_option
def password_clear(replica: str, as_json: bool) -> None:
    """The last clerk forgot it: this replica's account has none any more and sets a new one there."""
    with opened():
        cleared = clear_password_of(replica, now_ms(), by="cli")
    words = "The password is cleared." if cleared else "That account has no password."
    say(as_json, {"replica": replica, "cleared": cleared}, words)
