"""The role matrix: which scopes a role holds, and the short name of a set of scopes."""

from __future__ import annotations

import pytest

from server.domain.permissions import READS, RIGHTS, Actor, may, policy_of, reads, scopes_of
from server.domain.records import Record
from server.domain.roles import ROLES, Role
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
    readers = {role for role, cells in READS.items() if "field:*" in cells}
    assert readers == {"committee_secretary", "pbo"}


def test_a_leader_reads_the_villages_in_whose_visits_he_takes_part() -> None:
    guest = frozenset({"v2", "another township's"})
    for role, village in (("leader", None), ("deputy_secretary", None), ("committee_member", None)):
        leader = Actor("a", "p", (Role(role, village),), takes_part=guest)
        assert scopes_of(leader, "t", VILLAGES) == {"own:a", "town:t", "field:v2"}
        assert reads(leader, "field:v2") and not reads(leader, "field:v1")
    lead = Actor("a", "p", (Role("village_lead", "v1"),), takes_part=guest)
    assert scopes_of(lead, "t", VILLAGES) == {"own:a", "town:t", "field:v2", "village:v1"}
    evaluator = Actor("a", "p", (Role("evaluator"), Role("branch_secretary", "v1")), takes_part=guest)
    assert scopes_of(evaluator, "t", VILLAGES) == {"own:a", "town:t", "village:v1"}


@pytest.mark.parametrize("own", [role for role, row in ROLES.items() if row.barred])
@pytest.mark.parametrize("more", ["leader", "pbo", "committee_secretary"])
def test_nobody_reads_or_writes_what_is_said_where_he_answers_himself(own: str, more: str) -> None:
    both = Actor("a", "p", (Role(own, "v1"), Role(more)), takes_part=frozenset(VILLAGES))
    held = {scope for scope in scopes_of(both, "t", VILLAGES) if scope.startswith("field")}
    assert held == {"field:v2"} and reads(both, "field:v2") and not reads(both, "field:v1")
    visit = {
        village: Record(f"visit-{village}", "visit", f"field:{village}", 1, {"visitor_id": "p"}, created_by="a")
        for village in VILLAGES
    }
    asked = [
        ("create", "visit", None, (), {"village_id": "v1"}),
        ("patch", "visit", visit["v1"], (), {"narrative": "x"}),
        ("move", "visit", visit["v2"], (), {"village_id": "v1"}),
        ("create", "interview", None, (visit["v1"],), {}),
        ("create", "opinion", None, (), {"village_id": "v1"}),
    ]
    for action, kind, record, parents, fields in asked:
        assert "answer for it" in str(may(both, action, KINDS[kind], record, parents, fields)), (action, kind)
    assert may(both, "create", KINDS["visit"], None, (), {"village_id": "v2"}) is None
    assert may(both, "patch", KINDS["visit"], visit["v2"], (), {"narrative": "x"}) is None


def test_the_policy_is_the_set_and_not_its_order() -> None:
    assert policy_of(["b", "a"]) == policy_of(["a", "b"])
    assert policy_of(["a"]) != policy_of(["a", "b"]) != policy_of(["a,b"])
    assert len(policy_of([])) == 12


def test_every_kind_a_phone_may_write_has_a_row_and_no_other() -> None:
    assert set(RIGHTS) == {name for name, kind in KINDS.items() if kind.offline}


def test_a_refusal_names_who_may() -> None:
    leader = Actor("a", "p", (Role("evaluator"),))
    refusal = may(leader, "create", KINDS["visit"], None, (), {})
    assert refusal == "create of visit is for committee secretary, office, leader, 包村 leader or deputy secretary"
