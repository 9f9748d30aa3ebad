"""The digest: written for whom it is due, once a person and period, as a record in his own scope (L7, L18)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from server.commands.save_online import save_online_in
from server.domain.digest import Line, digest_id, digest_lines, line_fields, same_news
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
from server.store.digests import (
    Delivery,
    ZonePeriod,
    load_deliveries,
    load_readers,
    load_town,
    load_waiting_townships,
    load_zones,
    save_delivery,
)
from server.store.townships import load_tenant, load_tenants
from server.store.transaction import Transaction, transaction

Outcome = Literal["sent", "nothing-to-report", "renewed", "already", "not-due"]
NIGHT_SHIFT = "night-shift"


@dataclass(frozen=True, slots=True)
class DigestRules:
    """What the settings say about digests."""

    at: Hour = EIGHT_ON_MONDAY
    silent_after_ms: int = SILENT_AFTER_MS


DEFAULT_RULES = DigestRules()


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
    rules: DigestRules = DEFAULT_RULES,
    township_id: str | None = None,
) -> list[tuple[str, Outcome]]:
    """Every reader has the digest of the newest period, or the log says that there was nothing to report.

    Shape:  (account, outcome) for each reader; "already" when his digest of the period was written before; "not-due"
            when his role began after 08:00. force: a person asks, so a newcomer gets his too, and one that was written
            before says what is so now ("renewed", the same record) or, if that is the same, stays ("already").
    Laws:   L7 running it twice writes once.
    """
    return [
        (reader.account, write_digest(kinds, tenant.id, reader.account, now_ms, force, rules))
        for tenant in _tenants(township_id)
        for reader in _timetable(tenant, now_ms, force, rules).readers
    ]


def due_now(now_ms: int, rules: DigestRules = DEFAULT_RULES) -> list[tuple[str, str]]:
    """(township, account) of every digest that should be written now; one statement finds where to look at all."""
    with reading() as connection:
        periods = [_zone_period(zone, is_demo, now_ms, rules) for zone, is_demo in load_zones(connection)]
        waiting = load_waiting_townships(connection, periods, now_ms)
        tenants = [tenant for township in waiting if (tenant := load_tenant(connection, township))]
    return [(tenant.id, account) for tenant in tenants for account in _timetable(tenant, now_ms, False, rules).due]


def write_digest(
    kinds: Kinds, township_id: str, account: str, now_ms: int, force: bool = False, rules: DigestRules = DEFAULT_RULES
) -> Outcome:
    """One person's digest of the newest period is written with its row in the log, or neither is.

    Laws:   L7 the key is looked at again while the township's head is locked, so of two workers one finds it taken.
    Raises: not-found
    """
    with reading() as connection:
        tenant = load_tenant(connection, township_id)
        if tenant is None:
            raise Problem("not-found", "there is no such township")
        town = replace(load_town(connection, township_id, now_ms), zone=ZoneInfo(tenant.time_zone))
    table = _timetable(tenant, now_ms, force, rules)
    due = table.due.get(account)
    if due is None:
        return "already" if account in table.made else "not-due"
    lines = digest_lines(town, due.reader, now_ms, rules.silent_after_ms)
    with transaction(township_id) as tx:
        return _write(tx, kinds, due, lines, now_ms, force)


def _write(tx: Transaction, kinds: Kinds, due: Due, lines: tuple[Line, ...], now_ms: int, force: bool) -> Outcome:
    account = due.reader.account
    key, record = delivery_key(account, due.period), digest_id(tx.township_id, account, due.period)
    earlier = load_deliveries(tx.connection, tx.township_id, [key]).get(key)
    known = tx.load_records([record]).get(record)
    if earlier is not None and (not force or same_news(known.fields["lines"] if known else [], lines)):
        return "already"
    if lines or known is not None:
        write = OnlineWrite(record, "digest", _fields(tx.tenant, due, lines, now_ms), author=account)
        save_online_in(tx, kinds, NIGHT_SHIFT, [write], now_ms)
        _log(tx, key, due, "sent", record, now_ms)
        return "sent" if known is None else "renewed"
    _log(tx, key, due, "nothing-to-report", None, now_ms)
    return "nothing-to-report"


def _log(tx: Transaction, key: str, due: Due, outcome: Outcome, record: str | None, now_ms: int) -> None:
    delivery = Delivery(key, due.reader.account, due.period.key, outcome, record, now_ms)
    save_delivery(tx.connection, tx.township_id, delivery)


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


def _zone_period(zone: str, is_demo: bool, now_ms: int, rules: DigestRules) -> ZonePeriod:
    period = newest_period(form_of(is_demo), ZoneInfo(zone), now_ms, rules.at)
    return ZonePeriod(zone, is_demo, period.key, period.start_ms)


def _tenants(township_id: str | None) -> list[Tenant]:
    with reading() as connection:
        return [tenant for tenant in load_tenants(connection) if township_id in (None, tenant.id)]


def _timetable(tenant: Tenant, now_ms: int, force: bool, rules: DigestRules) -> Timetable:
    period = newest_period(form_of(tenant.is_demo), ZoneInfo(tenant.time_zone), now_ms, rules.at)
    with reading() as connection:
        readers = one_reader_each(load_readers(connection, tenant.id, now_ms))
        keys = [delivery_key(reader.account, period) for reader in readers]
        log = load_deliveries(connection, tenant.id, keys)
    made = frozenset() if force else frozenset(row.account_id for row in log.values())
    due = due_digests(readers, made, period, now_ms, force)
    return Timetable(tenant, readers, period, made, {one.reader.account: one for one in due})
