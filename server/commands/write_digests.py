"""The digest: written for whom it is due, once a person and period, as a record in his own scope (L7, L18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from server.commands.save_online import save_online_in
from server.domain.digest import Line, digest_id, digest_lines, line_fields
from server.domain.digest_text import digest_text
from server.domain.fleet import SILENT_AFTER_MS
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.records import Json
from server.domain.replicas import Tenant
from server.domain.schedule import (
    EIGHT_ON_MONDAY,
    Due,
    Hour,
    Period,
    Reader,
    delivery_key,
    due_digests,
    form_of,
    newest_period,
    one_reader_each,
)
from server.settings import Settings
from server.store.database import reading
from server.store.digests import Delivery, load_deliveries, load_readers, load_town, save_delivery
from server.store.townships import load_tenant, load_tenants
from server.store.transaction import Transaction, transaction

Outcome = Literal["sent", "nothing-to-report", "already", "not-due"]
NIGHT_SHIFT = "night-shift"


@dataclass(frozen=True, slots=True)
class DigestRules:
    """What the settings say about digests."""

    at: Hour = EIGHT_ON_MONDAY
    silent_after_ms: int = SILENT_AFTER_MS


@dataclass(frozen=True, slots=True)
class Timetable:
    """One township's digests at one moment. Shape: due by account; made holds the accounts that have theirs."""

    tenant: Tenant
    readers: tuple[Reader, ...]
    period: Period
    made: frozenset[str]
    due: dict[str, Due]


def digest_rules(settings: Settings) -> DigestRules:
    """The rules that these settings make."""
    return DigestRules(Hour(settings.digest_hour, settings.digest_weekday), settings.silent_after_s * 1000)


def write_digests(
    kinds: Kinds,
    now_ms: int,
    force: bool = False,
    rules: DigestRules = DigestRules(),
    township_id: str | None = None,
) -> list[tuple[str, Outcome]]:
    """Every reader has the digest of the newest period, or the log says that there was nothing to report.

    Shape:  (account, outcome) for each reader; "already" when his digest, or without force his "nothing to report", was
            written before; "not-due" when his role began after 08:00. force: asked for by a person, so a newcomer gets
            his too, and a "nothing to report" is looked at again. township_id: only that one.
    Laws:   L7 running it twice writes once.
    """
    return [
        (reader.account, write_digest(kinds, tenant.id, reader.account, now_ms, force, rules))
        for tenant in _tenants(township_id)
        for reader in _timetable(tenant, now_ms, force, rules).readers
    ]


def due_now(now_ms: int, rules: DigestRules = DigestRules()) -> list[tuple[str, str]]:
    """(township, account) of every digest that should be written now."""
    return [
        (tenant.id, account) for tenant in _tenants(None) for account in _timetable(tenant, now_ms, False, rules).due
    ]


def write_digest(
    kinds: Kinds, township_id: str, account: str, now_ms: int, force: bool = False, rules: DigestRules = DigestRules()
) -> Outcome:
    """One person's digest of the newest period is written with its line in the log, or neither is.

    Laws:   L7 the key is looked at again while the township's head is locked, so of two workers one finds it taken.
    Raises: not-found
    """
    with reading() as connection:
        tenant = load_tenant(connection, township_id)
        if tenant is None:
            raise Problem("not-found", "there is no such township")
    table = _timetable(tenant, now_ms, force, rules)
    due = table.due.get(account)
    if due is None:
        return "already" if account in table.made else "not-due"
    with reading() as connection:
        town = load_town(connection, township_id, now_ms)
    lines = digest_lines(town, due.reader, now_ms, rules.silent_after_ms)
    with transaction(township_id) as tx:
        if account in _made(load_deliveries(tx.connection, township_id, [delivery_key(account, due.period)]), force):
            return "already"
        return _write(tx, kinds, due, lines, now_ms)


def _write(tx: Transaction, kinds: Kinds, due: Due, lines: tuple[Line, ...], now_ms: int) -> Outcome:
    account, period = due.reader.account, due.period
    record = digest_id(tx.township_id, account, period) if lines else None
    if record is not None:
        fields = _fields(tx.tenant, due, lines, now_ms)
        save_online_in(tx, kinds, NIGHT_SHIFT, [OnlineWrite(record, "digest", fields, author=account)], now_ms)
    outcome: Outcome = "sent" if lines else "nothing-to-report"
    delivery = Delivery(delivery_key(account, period), account, period.key, outcome, record, now_ms)
    save_delivery(tx.connection, tx.township_id, delivery)
    return outcome


def _fields(tenant: Tenant, due: Due, lines: tuple[Line, ...], now_ms: int) -> dict[str, Json]:
    return {
        "role": due.reader.role,
        "period": due.period.key,
        "period_start_ms": due.period.start_ms,
        "made_at_ms": now_ms,
        "late": due.late,
        "lines": [line_fields(line) for line in lines],
        "text_zh": digest_text(tenant.name, lines, now_ms, ZoneInfo(tenant.time_zone), due.late),
    }


def _tenants(township_id: str | None) -> list[Tenant]:
    with reading() as connection:
        return [tenant for tenant in load_tenants(connection) if township_id in (None, tenant.id)]


def _timetable(tenant: Tenant, now_ms: int, force: bool, rules: DigestRules) -> Timetable:
    period = newest_period(form_of(tenant.is_demo), ZoneInfo(tenant.time_zone), now_ms, rules.at)
    with reading() as connection:
        readers = one_reader_each(load_readers(connection, tenant.id, now_ms))
        keys = [delivery_key(reader.account, period) for reader in readers]
        made = _made(load_deliveries(connection, tenant.id, keys), force)
    due = due_digests(readers, made, period, tenant.is_demo, now_ms, force)
    return Timetable(tenant, readers, period, made, {one.reader.account: one for one in due})


def _made(found: dict[str, Delivery], force: bool) -> frozenset[str]:
    """Whose digest is done: a person who asks for it wants a "nothing to report" looked at again."""
    return frozenset(one.account_id for one in found.values() if one.record_id is not None or not force)
