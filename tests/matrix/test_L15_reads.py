"""L15: what lies on whose phone; reads.md says who holds which record, and a new kind needs a row there."""

from __future__ import annotations

import logging

import pytest
from flask import Flask

from server.domain.permissions import Actor, scopes_of
from server.domain.roles import ROLES
from server.schemas.kinds.registry import KINDS
from tests.matrix.cast import Place, Somebody, found_place, sign_up
from tests.matrix.contents import CANARIES, Written, write_everything
from tests.matrix.table import HOLDS_A_REPLICA, rows_of
from tests.phone import Phone

ROWS = {record: (scope, frozenset(who.split())) for record, scope, who in rows_of("reads.md")}


def readers(app: Flask, place: Place) -> list[Somebody]:
    """Every role by itself, and those whom a role alone does not describe."""
    client = app.test_client()
    cast = [sign_up(client, place, role, [role]) for role in ROLES]
    return [
        *cast,
        sign_up(client, place, "companion", ["leader"]),
        sign_up(client, place, "branch_secretary who came along", ["branch_secretary"]),
        sign_up(client, place, "away", ["branch_secretary"], home=place.away),
        sign_up(client, place, "revoked", ["pbo"], revoked=True),
    ]


def names_of(somebody: Somebody) -> set[str]:
    """The words of reads.md that mean this person."""
    roles = {held.role for held in somebody.roles}
    words = {"everybody"} if roles & HOLDS_A_REPLICA else set()
    if somebody.name in ("companion", "away"):
        return words | {somebody.name}
    words |= {"author"} if somebody.name == "committee_secretary" else set()
    words |= {"home"} if any(ROLES[role].place == "village" for role in roles) else set()
    return words | roles


@pytest.fixture
def cast(app: Flask, place: Place) -> list[Somebody]:
    return readers(app, place)


@pytest.fixture
def written(cast: list[Somebody], place: Place) -> Written:
    """One record for each row of the table, in this township."""
    by_name = {one.name: one for one in cast}
    along = (by_name["companion"].person, by_name["branch_secretary who came along"].person)
    return write_everything(place, by_name["committee_secretary"], along)


def test_L15_every_kind_has_a_row_and_every_row_a_record(written: Written) -> None:
    assert set(written.ids) == set(ROWS)
    kinds = {"conflict" if name.startswith("conflict") else name.partition(" ")[0] for name in ROWS}
    assert kinds == set(KINDS)
    assert {written.scope_of(name) for name in ROWS} <= {"town", "field", "village", "own"}
    assert {name: written.scope_of(name) for name in ROWS} == {name: scope for name, (scope, _who) in ROWS.items()}


def test_L15_a_phone_holds_what_the_table_says_and_nothing_else(
    place: Place, cast: list[Somebody], written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = []
    for somebody in cast:
        phone, asked = somebody.phone, names_of(somebody)
        answer = phone.pull_raw()
        if somebody.name == "revoked":
            assert answer.status_code == 403
            continue
        phone.pull()
        for name, record in written.ids.items():
            holds = record in phone.mirror
            if holds != bool(ROWS[name][1] & asked):
                wrong.append((somebody.name, name, "holds it" if holds else "lacks it"))
        said = str(phone.pages)
        wrong += [(somebody.name, name, "can read its words") for name in written.leaks(said, phone.mirror)]
    assert wrong == []
    assert not [canary for canary in CANARIES if canary in caplog.text]


def test_L15_asking_for_a_scope_by_name_gives_nothing_more(
    place: Place, cast: list[Somebody], written: Written
) -> None:
    every = {f"{name}:{village}" for name in ("field", "village") for village in (place.home, place.away)}
    every |= {f"office:{place.id}", *(f"own:{one.account}" for one in cast)}
    for somebody in cast:
        if somebody.name == "revoked" or not {held.role for held in somebody.roles} & HOLDS_A_REPLICA:
            continue
        somebody.phone.pull()
        held = set(somebody.phone.pages[0]["scopes"]["added"])
        for scope in every - held:
            stranger = Phone(somebody.phone.client, somebody.phone.enrolled)
            assert stranger.pull(refetch=scope) == [], (somebody.name, scope)


def test_L15_nobody_reads_the_history_of_what_he_does_not_hold(cast: list[Somebody], written: Written) -> None:
    for somebody in cast:
        client, headers = somebody.phone.client, somebody.phone.headers
        for name, record in written.ids.items():
            answer = client.get(f"/sync/v1/records/{record}/history", headers=headers)
            may = bool(ROWS[name][1] & names_of(somebody)) and somebody.name != "revoked"
            assert answer.status_code == (200 if may else 403 if somebody.name == "revoked" else 404), (
                somebody.name,
                name,
            )
            assert may or not any(words in answer.text for words in CANARIES)


def test_L15_another_township_reads_nothing_of_it(app: Flask, place: Place, written: Written) -> None:
    other = found_place("别处镇", "990101102")
    for somebody in readers(app, other):
        if somebody.name != "revoked":
            somebody.phone.pull()
            assert not set(written.ids.values()) & set(somebody.phone.mirror), somebody.name
            assert not any(canary in str(somebody.phone.pages) for canary in CANARIES)


def test_L15_the_table_and_the_rule_agree_on_who_reads_the_field(place: Place, cast: list[Somebody]) -> None:
    for somebody in cast:
        actor = Actor(somebody.account, somebody.person, somebody.roles)
        held = scopes_of(actor, place.id, (place.home, place.away))
        by_rule = f"field:{place.away}" in held
        assert by_rule == bool({"committee_secretary", "pbo"} & {one.role for one in somebody.roles}), somebody.name
