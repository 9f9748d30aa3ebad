"""Loads the demo township 云台镇: the office's records by online commands, the visits by real pushes of its phones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.commands.lock_visits import lock_visits
from server.commands.push_changes import push_changes
from server.commands.save_online import save_online
from server.demo.data import DemoData, cycle_of_year, read_data
from server.demo.founding import LOADED, found, retire_phones
from server.demo.hall import call_meeting
from server.demo.ids import local_ms, local_year
from server.demo.names import FOUNDED_MS, TOWNSHIP, account_id
from server.demo.phones import Phone, Seen
from server.demo.story import Contact, contacts, phones_of
from server.demo.town import cycle_writes, town_writes
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.replicas import Tenant
from server.store.database import reading
from server.store.records import load_kind
from server.store.replicas import load_replica
from server.store.townships import load_tenant

OFFICE = "pbo_head"
"""The person in whose name the office's records are written."""


class DemoBroken(RuntimeError):
    """The written demo and the rules do not fit: a change of it was not applied."""


@dataclass(frozen=True, slots=True)
class DemoLoaded:
    """What loading did.

    Shape:  new is False if nothing was written; head is the feed's last number; changes the number of those pushed.
    """

    new: bool
    township: str
    head: int
    changes: int


def load_demo(kinds: Kinds, now_ms: int) -> DemoLoaded:
    """The demo township is there with its 19 visits and an open cycle of this year; loading again changes nothing.

    A load that was cut off goes on where it stopped: its ids and numbers are the same each time.
    Laws:   L5
    Raises: DemoBroken
    """
    data = read_data()
    before = _tenant()
    complete = before is not None and bool(before.settings.get(LOADED))
    changes = 0
    if not complete:
        found(data)
        _write_past(kinds, data)
        changes = _push_visits(kinds, data)
        _hold_meetings(kinds, data)
        retire_phones(data)
    _open_year(kinds, data, now_ms)
    after = _tenant()
    head = after.head if after else 0
    same = complete and before is not None and before.head == head
    return DemoLoaded(not same, TOWNSHIP, head, changes)


def _tenant() -> Tenant | None:
    with reading() as connection:
        return load_tenant(connection, TOWNSHIP)


def _write_past(kinds: Kinds, data: DemoData) -> None:
    """The cycles up to 2017 and no later one, so that the visits land in 2017: a create names no cycle."""
    _save(kinds, town_writes(data), FOUNDED_MS)
    for cycle in data.cycles:
        _save(kinds, cycle_writes(cycle, data.villages), local_ms(f"{cycle['phases']['issued_on']}T09:00"))


def _push_visits(kinds: Kinds, data: DemoData) -> int:
    phones = {key: Phone(key) for key in phones_of(data)}
    seen = Seen()
    for contact in contacts(data):
        _push(kinds, phones[contact.phone], contact, seen)
    return sum(phone.n for phone in phones.values())


def _hold_meetings(kinds: Kinds, data: DemoData) -> None:
    """The visits before a meeting are locked and the branches have their extracts; one in dispute waits."""
    for meeting in (cycle["meeting"] for cycle in data.cycles if "meeting" in cycle):
        began_ms = local_ms(meeting["starts_at"])
        lock_visits(kinds, TOWNSHIP, began_ms, began_ms, account_id(OFFICE))


def _push(kinds: Kinds, phone: Phone, contact: Contact, seen: Seen) -> None:
    """One contact of one phone with the server, at that minute of 2017."""
    with reading() as connection:
        identity = load_replica(connection, phone.id, contact.at_ms)
    if identity is None:
        raise DemoBroken(f"the phone {phone.key} is not enrolled")
    answer = push_changes(kinds, identity.replica, phone.number(contact.edits, seen), contact.at_ms)
    for outcome in answer.outcomes:
        if outcome["outcome"] == "quarantined":
            raise DemoBroken(f"change {outcome['n']} of the phone {phone.key}: {outcome['problem']['detail']}")
    seen.learn(phone, contact.edits, answer.outcomes)


def _open_year(kinds: Kinds, data: DemoData, now_ms: int) -> None:
    """This year has its open cycle with roster and meeting and nothing else; what exists is left as people made it."""
    year = local_year(now_ms)
    with reading() as connection:
        known = {cycle.fields["year"] for cycle in load_kind(connection, TOWNSHIP, "cycle")}
    if year not in known:
        _save(kinds, cycle_writes(cycle_of_year(data.template, year), data.villages), now_ms)
    call_meeting(kinds, data, year, account_id(OFFICE), now_ms)


def _save(kinds: Kinds, writes: Sequence[OnlineWrite], now_ms: int) -> None:
    save_online(kinds, TOWNSHIP, account_id(OFFICE), writes, now_ms)
