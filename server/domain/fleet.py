"""The township's phones as the office sees them: who has not been heard of, and whose work may still be out there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

HOUR_MS = 60 * 60 * 1000
SILENT_AFTER_MS = 24 * HOUR_MS
"""The default of the setting `silent_after_s`: no contact for a day of server time."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One replica in use. Shape: pending as it last said itself; last_contact_ms on the server's clock (L14)."""

    replica: str
    account: str
    person: str
    label: str
    last_contact_ms: int
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a count of what has not arrived may be wrong.

    Shape:  code `phone-silent` (hours since contact), `phone-pending` (changes not sent yet) or `phone-none`.
    """

    code: str
    number: int = 0


def is_silent(last_contact_ms: int, now_ms: int, silent_after_ms: int = SILENT_AFTER_MS) -> bool:
    """True once that much server time has gone by without any contact."""
    return now_ms - last_contact_ms >= silent_after_ms


def silent_phones(phones: Iterable[Phone], now_ms: int, silent_after_ms: int = SILENT_AFTER_MS) -> tuple[Phone, ...]:
    """The silent ones, the longest silence first."""
    silent = (phone for phone in phones if is_silent(phone.last_contact_ms, now_ms, silent_after_ms))
    return tuple(sorted(silent, key=lambda phone: (phone.last_contact_ms, phone.replica)))


def hours_silent(phone: Phone, now_ms: int) -> int:
    """Whole hours since the last contact."""
    return max(0, now_ms - phone.last_contact_ms) // HOUR_MS


def doubt_about(
    phones: Iterable[Phone], accounts: Collection[str], now_ms: int, silent_after_ms: int = SILENT_AFTER_MS
) -> Doubt | None:
    """What may be missing from these accounts' work; None when all their phones called and had nothing left to send.

    Laws: L18 one silent phone is enough, however talkative the others are.
    """
    own = [phone for phone in phones if phone.account in accounts]
    if not own:
        return Doubt("phone-none")
    silent = silent_phones(own, now_ms, silent_after_ms)
    if silent:
        return Doubt("phone-silent", hours_silent(silent[0], now_ms))
    pending = sum(phone.pending for phone in own)
    return Doubt("phone-pending", pending) if pending else None
