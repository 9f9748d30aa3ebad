"""The roles of DOMAIN.md 11.3 as one table: where each is held, what its replica holds, who goes visiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One row of the table.

    Shape:  `place` says whether it is held for the township or for one village; `cells` are the scopes its replica
            holds, none where the role reads online only: `own`, `town`, `office`, `village` (that village's),
            `field` (of the villages in whose visits the person takes part), `field:*` and `village:*` (all);
            `visits`: may begin a visit; `barred`: never reads or writes what is said in its own village.
    """

    place: Literal["town", "village"]
    cells: tuple[str, ...] = ()
    visits: bool = False
    barred: bool = False


_OFFICE = ("own", "field:*", "village:*", "office", "town")
_LEADER = ("own", "field", "town")
_VILLAGE = ("own", "village", "town")
_ENROLLED = ("own", "town")
ROLES: Mapping[str, RoleRow] = {
    "committee_secretary": RoleRow("town", _OFFICE, visits=True),
    "pbo": RoleRow("town", _OFFICE, visits=True),
    "deputy_secretary": RoleRow("town", _LEADER, visits=True),
    "leader": RoleRow("town", _LEADER, visits=True),
    "committee_member": RoleRow("town", _LEADER),
    "village_lead": RoleRow("village", ("own", "field", "village", "town"), visits=True),
    "branch_secretary": RoleRow("village", _VILLAGE, barred=True),
    "first_secretary": RoleRow("village", _VILLAGE, barred=True),
    "resident_team": RoleRow("village", _VILLAGE, barred=True),
    "evaluator": RoleRow("town", _ENROLLED),
    "scrutineer": RoleRow("town", _ENROLLED),
    "teller": RoleRow("town", _ENROLLED),
    "county_observer": RoleRow("town"),
    "admin": RoleRow("town"),
    "service": RoleRow("town"),
}
VISITING = frozenset(role for role, row in ROLES.items() if row.visits)
"""Who may begin a visit (DOMAIN.md 3.3; a 包村领导 has the rights of a leader, 11.3)."""

TAKES_PART = frozenset(role for role, row in ROLES.items() if "field" in row.cells)
"""Who holds the field of those villages only in whose visits he is visitor or companion (DOMAIN.md 3.2)."""


@dataclass(frozen=True, slots=True)
class Role:
    """One role that is held, township-wide or for one village."""

    role: str
    village: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role with its time in office. Shape: from `from_ms` on, up to but without `to_ms`; None has no end."""

    role: str
    village: str | None
    from_ms: int
    to_ms: int | None = None


def roles_json(roles: Iterable[Role]) -> list[dict[str, str]]:
    """The roles as they go over the wire: a village only where there is one."""
    return [{"role": held.role, **({"village": held.village} if held.village else {})} for held in roles]


def roles_at(assignments: Iterable[Assignment], now_ms: int | None) -> tuple[Role, ...]:
    """The roles held at a moment of the server's clock, each once; every role ever held where no moment is given."""
    held = {
        Role(one.role, one.village)
        for one in assignments
        if now_ms is None or (one.from_ms <= now_ms and (one.to_ms is None or now_ms < one.to_ms))
    }
    return tuple(sorted(held, key=lambda role: (role.role, role.village or "")))
