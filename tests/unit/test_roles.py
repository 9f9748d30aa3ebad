"""The table of roles, and when a role that was given by date is held."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.domain.permissions import Actor, scopes_of
from server.domain.roles import ROLES, VISITING, Assignment, Role, roles_at
from server.schemas.kinds.registry import KINDS

CODES = (
    "committee_secretary, deputy_secretary, committee_member, pbo, leader, evaluator, scrutineer, teller, "
    "village_lead, branch_secretary, first_secretary, resident_team, county_observer, admin, service"
)
"""DOMAIN.md 11.3, word for word."""


def test_every_role_of_the_handbook_has_a_row() -> None:
    assert set(ROLES) == set(CODES.split(", "))
    assert {role for role, row in ROLES.items() if not row.cells} == {"county_observer", "admin", "service"}
    assert {role for role, row in ROLES.items() if row.place == "village"} == {
        *("village_lead", "branch_secretary", "first_secretary", "resident_team")
    }
    assert set(KINDS["visit"].create_roles) == VISITING
    assert not any(row.barred and row.visits for row in ROLES.values())


def test_every_role_has_its_words() -> None:
    for language in ("zh", "en"):
        words = Path(f"pwa/src/i18n/{language}.json").read_text(encoding="utf-8")
        section = re.search(r'"role": \{(.*?)\}', words, re.DOTALL)
        assert section is not None
        assert set(re.findall(r'"(\w+)":', section[1])) >= set(ROLES) - {"service"}, language


@pytest.mark.parametrize(
    ("now_ms", "held"),
    [
        (99, ()),
        (100, ("leader",)),
        (149, ("leader",)),
        (150, ("leader", "pbo")),
        (199, ("leader", "pbo")),
        (200, ("pbo",)),
        (10**13, ("pbo",)),
        (None, ("leader", "pbo")),
    ],
)
def test_a_role_begins_and_ends_by_the_servers_clock(now_ms: int | None, held: tuple[str, ...]) -> None:
    given = [Assignment("leader", None, 100, 200), Assignment("leader", None, 120, 180), Assignment("pbo", None, 150)]
    assert tuple(role.role for role in roles_at(given, now_ms)) == held


def test_a_person_holds_several_roles_each_with_its_village_and_time() -> None:
    given = [Assignment("branch_secretary", "v1", 0, 100), Assignment("branch_secretary", "v2", 100)]
    before, after = (Actor("a", "p", roles_at(given, now_ms)) for now_ms in (99, 100))
    assert scopes_of(before, "t", ("v1", "v2")) == {"own:a", "village:v1", "town:t"}
    assert scopes_of(after, "t", ("v1", "v2")) == {"own:a", "village:v2", "town:t"}
    assert roles_at(given, None) == (Role("branch_secretary", "v1"), Role("branch_secretary", "v2"))
