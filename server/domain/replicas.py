"""Who is at the other end: one install of the app, its account, its township."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.permissions import Actor
from server.domain.records import Json


@dataclass(frozen=True, slots=True)
class Replica:
    """One enrolled install.

    Shape:  `last_n`, `last_hash` the last change received; `policies` the scope sets of its latest pages by policy,
            newest first; times in server milliseconds.
    """

    id: str
    township_id: str
    account: str
    last_n: int
    last_hash: str | None
    policies: Mapping[str, tuple[str, ...]]
    lease_until_ms: int
    last_contact_ms: int
    revoked_at_ms: int | None

    @property
    def revoked(self) -> bool:
        return self.revoked_at_ms is not None


@dataclass(frozen=True, slots=True)
class Tenant:
    """A township as the machinery sees it.

    Shape:  `head` its last feed number; `settings` may hold `gaps` [[from, to], …], `durable_seq`, `effects_pruned` and
            `locked_before_ms`.
    """

    id: str
    name: str
    region_code: str
    time_zone: str
    is_demo: bool
    epoch: str
    head: int
    settings: Mapping[str, Json] = field(default_factory=dict)

    @property
    def durable_seq(self) -> int | None:
        """Highest number covered by a verified backup; None where no backup was ever taken."""
        found = self.settings.get("durable_seq")
        return int(found) if isinstance(found, int) else None

    @property
    def locked_before_ms(self) -> int | None:
        """Start of the newest meeting whose visits are locked; None before the first."""
        found = self.settings.get("locked_before_ms")
        return int(found) if isinstance(found, int) else None

    @property
    def effects_pruned(self) -> dict[str, int]:
        """How many done effects of each kind are gone from the night shift's list."""
        return {str(kind): int(number) for kind, number in dict(self.settings.get("effects_pruned") or {}).items()}

    @property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        return tuple((int(low), int(high)) for low, high in self.settings.get("gaps", ()))


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything a signed-in request is judged by."""

    replica: Replica
    actor: Actor
    tenant: Tenant
