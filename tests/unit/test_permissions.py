"""The role matrix: which scopes a role holds, and the short name of a set of scopes."""

from __future__ import annotations

import pytest

from server.domain.permissions import READS, RIGHTS, Actor, Role, may, policy_of, reads, scopes_of
from server.schemas.kinds.registry import KINDS

VILLAGES = ("v1", "v2")
OFFICE = {"own:a", "field:v1", "field:v2", "village:v1", "village:v2", "office:t", "town:t"}


@pytest.mark.parametrize(
    ("role", "village", "scopes"),
    [
        ("committee_secretary", None, OFFICE),
        ("pbo", None, OFFICE),
        ("branch_secretary", "v1", {"own:a", "village:v1", "town:t"}),
        ("first_secretary", "v2", {"own:a", "village:v2", "town:t"}),
        ("resident_team", "v1", {"own:a", "village:v1", "town:t"}),
        ("village_lead", "v1", {"own:a", "village:v1", "town:t"}),
        ("branch_secretary", None, {"own:a", "town:t"}),
        ("evaluator", None, {"own:a", "town:t"}),
        ("leader", None, {"own:a", "town:t"}),
        ("admin", None, set()),
        ("county_observer", None, set()),
        ("unheard_of", None, set()),
    ],
)
def test_scopes_of_a_role(role: str, village: str | None, scopes: set[str]) -> None:
    actor = Actor("a", "p", (Role(role, village),))
    assert scopes_of(actor, "t", VILLAGES) == scopes
    assert scopes_of(Actor("a", "p", actor.roles, revoked=True), "t", VILLAGES) == frozenset()
    every = OFFICE | {"own:b", "field:v3"}
    asked = {scope for scope in every if scope not in ("own:b", "field:v3") and reads(actor, scope)}
    assert asked - {"own:a"} == scopes - {"own:a"}
    assert not reads(actor, "own:b")


def test_several_roles_add_up_and_no_branch_secretary_reads_the_field() -> None:
    both = Actor("a", "p", (Role("branch_secretary", "v1"), Role("resident_team", "v2")))
    assert scopes_of(both, "t", VILLAGES) == {"own:a", "village:v1", "village:v2", "town:t"}
    readers = {role for role, cells in READS.items() if any(cell.startswith("field") for cell in cells)}
    assert readers == {"committee_secretary", "pbo"}


def test_the_policy_is_the_set_and_not_its_order() -> None:
    assert policy_of(["b", "a"]) == policy_of(["a", "b"])
    assert policy_of(["a"]) != policy_of(["a", "b"]) != policy_of(["a,b"])
    assert len(policy_of([])) == 12


def test_every_kind_a_phone_may_write_has_a_row_and_no_other() -> None:
    assert set(RIGHTS) == {name for name, kind in KINDS.items() if kind.offline}


def test_a_refusal_names_who_may() -> None:
    leader = Actor("a", "p", (Role("evaluator"),))
    refusal = may(leader, "create", KINDS["visit"], None, (), {})
    assert refusal == "create of visit is for committee secretary, office, leader or deputy secretary"
