"""One-tap sign-in to the demo township: whom a newcomer may be, and an invitation to be it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from server.commands.invite import Invitation, invite
from server.domain.problems import Problem
from server.domain.records import Record
from server.domain.replicas import Tenant
from server.store.accounts import accounts_with_role
from server.store.database import reading
from server.store.records import load_kind
from server.store.replicas import load_roles
from server.store.townships import load_tenants

OFFERED = ("committee_secretary", "pbo", "branch_secretary", "evaluator", "scrutineer")


@dataclass(frozen=True, slots=True)
class DemoRole:
    """Somebody of the demo township that a newcomer may be.

    Shape:  the village he is of, if any, by id and by name; `others` how many other roles he holds
    """

    role: str
    account: str
    person: str
    name: str
    post: str
    village: str | None
    village_name: str | None
    others: int


def demo_roles(now_ms: int) -> tuple[Tenant, list[DemoRole]]:
    """The demo township, and one person for each role on offer: of the village that comes first, with the fewest
    other roles, so that each shows what is his alone.

    Raises: not-found (there is no demo township)
    """
    with reading() as connection:
        tenant = next((tenant for tenant in load_tenants(connection) if tenant.is_demo), None)
        if tenant is None:
            raise Problem("not-found", "there is no demo township here")
        people = {record.id: record for record in load_kind(connection, tenant.id, "person")}
        villages = {record.id: record for record in load_kind(connection, tenant.id, "village")}
        held = [one for role in OFFERED for one in _holders(connection, tenant, role, people, villages, now_ms)]
    held.sort(
        key=lambda one: (villages[one.village].fields.get("ord") or 0 if one.village in villages else 0, one.others)
    )
    first = {role: next((one for one in held if one.role == role), None) for role in OFFERED}
    return tenant, [one for one in first.values() if one is not None]


def demo_invite(role: str, now_ms: int) -> Invitation:
    """There is an invitation to be this person of the demo township.

    Raises: not-found (no demo township), malformed-request (a role that is not on offer)
    """
    tenant, offered = demo_roles(now_ms)
    chosen = next((one for one in offered if one.role == role), None)
    if chosen is None:
        raise Problem("malformed-request", f"the demo offers {', '.join(OFFERED)}", [("/role", "is not on offer")])
    return invite(tenant.id, role, now_ms, chosen.village, chosen.person, chosen.account)


def _holders(
    connection: Connection,
    tenant: Tenant,
    role: str,
    people: Mapping[str, Record],
    villages: Mapping[str, Record],
    now_ms: int,
) -> Iterator[DemoRole]:
    for account, person in accounts_with_role(connection, tenant.id, role, now_ms):
        if person is None or person not in people:
            continue
        fields = people[person].fields
        name, post = str(fields["name"]), str(fields.get("post", ""))
        roles = load_roles(connection, tenant.id, account, now_ms)
        for held in roles:
            home = villages.get(held.village or "")
            if held.role == role and (home is not None or held.village is None):
                village_name = str(home.fields.get("short_name") or home.fields["name"]) if home else None
                yield DemoRole(role, account, person, name, post, held.village, village_name, len(roles) - 1)
