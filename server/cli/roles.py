"""`zoufang role give`, `list` and `end`: who holds what, from which day to which."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from server.cli.opened import json_option, now_ms, opened, say, the_record, the_township, township_option
from server.commands.appoint import appoint, dismiss
from server.commands.end_role import end_role
from server.domain.replicas import Tenant
from server.feed.people import accounts_of

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def role() -> None:
    """Roles that people hold."""


@role.command("give")
@click.option("--person", required=True, metavar="ID|NAME", help="Somebody of the township's roster.")
@click.option("--role", "name", required=True, help="committee_secretary, branch_secretary, county_observer …")
@click.option("--village", metavar="ID|CODE|NAME", help="For a role that belongs to a village.")
@click.option("--from", "first", type=DAY, metavar="DAY", help="The first day in office, 2026-12-01; now by default.")
@click.option("--to", "last", type=DAY, metavar="DAY", help="The last day in office; without end by default.")
@township_option
@json_option
def give(
    person: str,
    name: str,
    village: str | None,
    first: datetime | None,
    last: datetime | None,
    township: str | None,
    as_json: bool,
) -> None:
    """Give somebody a role; his phones follow at their first contact in the days it is held."""
    with opened():
        tenant = the_township(township)
        holder = the_record(tenant, "person", person, "name")
        home = the_record(tenant, "village", village, "name", "short_name", "region_code") if village else None
        begins = day_ms(tenant, first.date()) if first else None
        ends = day_ms(tenant, last.date() + timedelta(days=1)) if last else None
        account, assignment, given = appoint(tenant.id, holder, name, now_ms(), home, begins, ends, by="cli")
    data = {"assignment": assignment, "account": account, "role": name, "village": home, "given": given}
    say(as_json, data, f"{name} of {person}: {assignment}" if given else f"{person} held that already: {assignment}")


@role.command("list")
@township_option
@json_option
def list_roles(township: str | None, as_json: bool) -> None:
    """Every role of the township, those that ended and those to come, too."""
    with opened():
        tenant = the_township(township)
        held = [
            {"name": account["name"], "account": account["account"], **one}
            for account in accounts_of(tenant.id, now_ms())
            for one in account["roles"]
        ]
    say(as_json, {"roles": held}, "\n".join(_words(tenant, one) for one in held) or "nobody holds a role")


@role.command("end")
@click.option("--replica", metavar="ID", help="Every role of this phone's account ends.")
@click.option("--assignment", metavar="ID", help="This one role ends, as `zoufang role list` names it.")
@township_option
@json_option
def end(replica: str | None, assignment: str | None, township: str | None, as_json: bool) -> None:
    """Somebody leaves office: all roles of a phone's account end, or one of somebody's."""
    if (replica is None) == (assignment is None):
        raise click.UsageError("give either --replica or --assignment")
    with opened():
        if replica is not None:
            ended = end_role(replica, now_ms(), by="cli")
        else:
            ended = int(dismiss(the_township(township).id, str(assignment), now_ms(), by="cli"))
    data: dict[str, Any] = {"replica": replica} if replica else {"assignment": assignment}
    say(as_json, data | {"roles_ended": ended}, f"{ended} roles have ended.")


def day_ms(tenant: Tenant, day: date) -> int:
    """The first moment of a day by the township's calendar."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(tenant.time_zone)).timestamp() * 1000)


def _words(tenant: Tenant, one: dict[str, Any]) -> str:
    begins, ends = (_day(tenant, one[name]) for name in ("from_ms", "to_ms"))
    return f"{one['assignment']}  {one['name']}  {one['role']}  {begins} – {ends}  {one['when']}"


def _day(tenant: Tenant, ms: int | None) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, ZoneInfo(tenant.time_zone)):%Y-%m-%d}" if ms else ""
