"""What the office does in the model: roles, revocation, the quarantine desk (server/commands step for step)."""

from __future__ import annotations

from dataclasses import replace

from server.domain.judge import judge_batch
from server.domain.permissions import Actor, Role
from server.domain.records import Change
from server.schemas.kinds.registry import KINDS
from tests.model.cast import DEPUTY, LEADER, SECRETARY, VILLAGES
from tests.model.server import Held, Server

ROLES = (
    (Role("committee_secretary"),),
    (Role("leader"),),
    (Role("pbo"),),
    (Role("village_lead", VILLAGES[0]),),
    (),
    (Role("committee_secretary"), Role("leader")),
)
EVER = tuple(Role(name) for name in ("committee_secretary", "leader", "pbo"))


def change_role(server: Server, number: int) -> bool:
    """Somebody's roles end and others begin; the secretary stays what he is."""
    account = (DEPUTY, LEADER)[number % 2].account
    server.actors[account] = replace(server.actors[account], roles=ROLES[number // 2 % len(ROLES)])
    return True


def revoke_one(server: Server, number: int) -> bool:
    """One replica is trusted no more, but not one of the secretary's."""
    names = [name for name, one in server.replicas.items() if one.account != SECRETARY.account and not one.revoked]
    if not names or number % 4:
        return False
    name = names[number // 4 % len(names)]
    server.replicas[name] = replace(server.replicas[name], revoked=True)
    return True


def release_one(server: Server, number: int) -> bool:
    """One held change is judged once more, as if its author still had every role he ever had."""
    found = _held(server)
    if not found:
        return False
    change = found[number % len(found)].stored.item
    assert isinstance(change, Change)
    account = server.held[(change.replica, change.n)].stored.account
    actor = Actor(account, server.actors[account].person, EVER)
    known = server.load([change])
    judged = judge_batch(KINDS, server.township(), actor, known, [], [(change, actor)], 0)
    server.save(judged)
    server.settle_released(judged)
    server.release_waiting({row.id for row in judged.records} - set(known))
    return True


def reject_one(server: Server, number: int) -> bool:
    """One held change stays unapplied for good."""
    found = _held(server)
    if not found:
        return False
    item = found[number % len(found)].stored.item
    server.held[(item.replica, item.n)] = replace(server.held[(item.replica, item.n)], status="rejected")
    return True


def _held(server: Server) -> list[Held]:
    return [one for one in server.held.values() if one.status == "held" and isinstance(one.stored.item, Change)]
