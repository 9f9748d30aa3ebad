"""One-tap sign-in to the demo township: whom a newcomer may be, and an invitation to be it."""

from __future__ import annotations

from dataclasses import dataclass

from server.commands.invite import Invitation, invite
from server.domain.problems import Problem
from server.domain.replicas import Tenant
from server.store.accounts import accounts_with_role
from server.store.database import reading
from server.store.records import load_kind
from server.store.townships import load_tenants

OFFERED = ("committee_secretary", "pbo")


@dataclass(frozen=True, slots=True)
class DemoRole:
    """Somebody of the demo township that a newcomer may be."""

    role: str
    account: str
    person: str
    name: str
    post: str


def demo_roles(now_ms: int) -> tuple[Tenant, list[DemoRole]]:
    """The demo township, and one person for each role on offer.

    Raises: not-found (there is no demo township)
    """
    with reading() as connection:
        tenant = next((tenant for tenant in load_tenants(connection) if tenant.is_demo), None)
        if tenant is None:
            raise Problem("not-found", "there is no demo township here")
        people = {record.id: record.fields for record in load_kind(connection, tenant.id, "person")}
        held = [
            DemoRole(role, account, person, str(people[person]["name"]), str(people[person].get("post", "")))
            for role in OFFERED
            for account, person in accounts_with_role(connection, tenant.id, role, now_ms)
            if person in people
        ]
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
    return invite(tenant.id, role, now_ms, account=chosen.account, person=chosen.person)
