"""Pull: the first sync, pages, scopes that come and go, sums, and histories that end."""

from __future__ import annotations

import gzip
import json
from typing import Any

from flask import Flask
from sqlalchemy import text

from server.api.identity import now_ms
from server.commands.end_role import end_role
from server.commands.invite import invite
from server.commands.mint_epoch import mint_epoch
from server.commands.save_online import save_online
from server.domain.judging.verdicts import Departure, OnlineWrite
from server.domain.sums import scope_sums
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.transaction import transaction
from tests.phone import NOW_MS, Phone, Town, enrol, enrolment, new_id, slug_of
from tests.records import made


def sums_of(phone: Phone, scopes: list[str]) -> dict[str, Any]:
    """What the phone's mirror adds up to."""
    rows = phone.mirror.values()
    return scope_sums(scopes, ((row["scope"], row["record"], row["seq"]) for row in rows if row["scope"] in scopes))


def test_the_first_sync_brings_everything_once_and_its_sums(phone: Phone, office: Phone, town: Town) -> None:
    office.push(*(office.visit(town, narrative=f"{at}") for at in range(3)))
    rows = phone.pull()
    assert len(rows) == len({row["record"] for row in rows}) == 3 + 4
    assert phone.pages[0]["scopes"] == {"added": phone.enrolled["scopes"], "dropped": []}
    assert phone.pages[-1]["sums"] == sums_of(phone, phone.enrolled["scopes"])
    assert phone.pull_raw().status_code == 204


def test_nothing_new_is_204_until_something_is(phone: Phone, office: Phone, town: Town) -> None:
    phone.pull()
    assert (phone.pull_raw().status_code, phone.pull_raw().data) == (204, b"")
    office.push(office.visit(town))
    assert [row["kind"] for row in phone.pull()] == ["visit"]
    assert phone.pull_raw().status_code == 204


def test_a_page_comes_when_an_own_number_is_confirmed_though_no_row_is_new(phone: Phone, town: Town) -> None:
    phone.pull()
    phone.push(phone.change("patch", new_id(), fields={"narrative": "无此走访"}))
    assert phone.pull() == [] and phone.pages[-1]["acked"] == 1
    assert phone.pull_raw().status_code == 204


def test_sums_are_answered_when_asked_even_if_nothing_is_new(phone: Phone) -> None:
    phone.pull()
    answer = phone.pull_raw(sums=1)
    assert answer.status_code == 200
    page = answer.get_json()
    assert (page["changes"], page["more"]) == ([], False)
    assert page["sums"] == sums_of(phone, phone.enrolled["scopes"])


def test_one_scope_can_be_fetched_anew_beside_the_cursor(phone: Phone, office: Phone, town: Town) -> None:
    visits = [new_id() for _ in range(5)]
    office.push(*(office.visit(town, visit) for visit in visits))
    phone.pull()
    scope = next(scope for scope in phone.enrolled["scopes"] if scope == f"field:{town.villages[0]}")
    kept, phone.cursor = phone.cursor, None
    page = phone.pull_raw(refetch=scope, limit=2).get_json()
    assert (page["scopes"], page["more"]) == ({"added": [scope], "dropped": []}, True)
    rows = page["changes"]
    while page["more"]:
        phone.cursor = page["cursor"]
        page = phone.pull_raw(limit=2).get_json()
        rows += page["changes"]
    assert [row["record"] for row in rows] == visits and {row["scope"] for row in rows} == {scope}
    phone.cursor = kept
    assert phone.pull_raw().status_code == 204


def test_L15_a_scope_that_is_not_ones_own_comes_empty(phone: Phone, office: Phone, town: Town) -> None:
    office.push(office.visit(town))
    page = phone.pull_raw(refetch=f"own:{office.enrolled['account']}").get_json()
    assert (page["changes"], page["scopes"]["added"], page["more"]) == ([], [], False)


def test_a_deleted_record_says_so_and_is_left_out_of_a_first_sync(phone: Phone, office: Phone, town: Town) -> None:
    visit = new_id()
    phone.push(phone.visit(town, visit))
    office.pull()
    phone.pull()
    assert phone.push(phone.change("delete", visit))[0]["outcome"] == "applied"
    (row,) = [row for row in office.pull() if row["record"] == visit]
    assert row["deleted"] is True and "fields" not in row
    office.cursor = None
    assert visit not in {row["record"] for row in office.pull()}


def test_a_record_that_moves_is_gone_from_its_scope(phone: Phone, app: Flask, town: Town) -> None:
    left, right = (enrol(app, town, "village_lead", village=village) for village in town.villages)
    scopes = [f"village:{village}" for village in town.villages]
    record = new_id()
    _place(town, record, scopes[0], seq_of_town(town) + 1)
    left.pull(), right.pull(), phone.pull()
    assert record in left.mirror and record not in right.mirror
    _place(town, record, scopes[1], seq_of_town(town) + 2, leaving=scopes[0])
    assert [row.get("gone") for row in left.pull()] == [scopes[0]]
    assert [row["record"] for row in right.pull()] == [record]
    assert record not in left.mirror and record in right.mirror
    phone.pull()
    assert phone.mirror[record]["scope"] == scopes[1]


def _place(town: Town, record: str, scope: str, seq: int, leaving: str | None = None) -> None:
    gone = [Departure(seq - 1, leaving, record)] if leaving else []
    with transaction(town.id) as tx:
        tx.save([made(seq, scope=scope, id=record)], gone, head=seq)


def test_an_added_scope_is_fetched_from_the_beginning_and_a_dropped_one_named(
    app: Flask, phone: Phone, town: Town
) -> None:
    phone.push(phone.visit(town))
    clerk = enrol(app, town, "evaluator")
    clerk.pull()
    assert not [row for row in clerk.mirror.values() if row["kind"] == "visit"]
    account = clerk.enrolled["account"]
    code = invite(town.id, "pbo", now_ms(), account=account).code
    assert phone.client.post("/auth/v1/replicas", json=enrolment(invitation_code=code)).status_code == 201
    clerk.pull()
    assert [row["kind"] for row in clerk.mirror.values()].count("visit") == 1
    assert f"field:{town.villages[0]}" in clerk.pages[-1]["scopes"]["added"]
    assert clerk.pages[-1]["sums"] == sums_of(clerk, list(clerk.pages[-1]["sums"]))
    end_role(clerk.id, now_ms())
    clerk.pull()
    assert f"field:{town.villages[0]}" in clerk.pages[-1]["scopes"]["dropped"]
    assert not [row for row in clerk.mirror.values() if row["kind"] == "visit"]


def test_a_lost_answer_about_scopes_comes_again(app: Flask, phone: Phone, town: Town) -> None:
    phone.pull()
    before = phone.cursor
    village = OnlineWrite(new_id(), "village", {"name": "新村", "region_code": "990101101299", "category": "village"})
    save_online(KINDS, town.id, "office", [village], NOW_MS)
    first, second = phone.pull_raw().get_json(), phone.pull_raw().get_json()
    assert first["scopes"] == second["scopes"] and f"field:{village.record}" in first["scopes"]["added"]
    assert before == phone.cursor


def test_scopes_may_change_in_the_middle_of_a_first_sync(app: Flask, phone: Phone, office: Phone, town: Town) -> None:
    office.push(*(office.visit(town) for _ in range(6)))
    page = phone.pull_raw(limit=3).get_json()
    phone.take(page)
    village = OnlineWrite(new_id(), "village", {"name": "新村", "region_code": "990101101299", "category": "village"})
    save_online(KINDS, town.id, "office", [village], NOW_MS)
    office.push(office.visit(town, village_id=village.record))
    phone.pull(limit=3)
    office.pull()
    assert set(phone.mirror) == set(office.mirror)
    assert phone.pages[-1]["sums"] == sums_of(phone, list(phone.pages[-1]["sums"]))


def test_a_new_epoch_ends_every_cursor_but_no_outbox(phone: Phone, office: Phone, town: Town) -> None:
    phone.push(phone.visit(town))
    phone.pull()
    mint_epoch(town.id, phone.enrolled["epoch"], seq_of_town(town) + 1, now_ms())
    answer = phone.pull_raw()
    assert (answer.status_code, slug_of(answer.get_json())) == (409, "epoch-changed")
    assert answer.get_json()["device_action"] == "rebuild"
    assert phone.push(phone.visit(town))[0]["outcome"] == "applied"
    phone.cursor = None
    phone.mirror.clear()
    phone.pull()
    assert len([row for row in phone.mirror.values() if row["kind"] == "visit"]) == 2


def seq_of_town(town: Town) -> int:
    with reading() as connection:
        found = connection.execute(text("SELECT seq FROM sync_heads WHERE township_id = :id"), {"id": town.id})
        return int(found.scalar_one())


def test_a_cursor_that_is_none_of_ours_is_another_history(phone: Phone, town: Town) -> None:
    phone.pull()
    assert phone.cursor is not None
    tampered = phone.cursor[:-1] + ("A" if phone.cursor[-1] != "A" else "B")
    for cursor in (tampered, "x", "a.b", "é.\0", phone.cursor.partition(".")[0]):
        phone.cursor = cursor
        assert slug_of(phone.pull_raw().get_json()) == "epoch-changed"


def test_only_a_version_that_is_too_old_to_read_is_told_to_update(phone: Phone) -> None:
    assert phone.pull_raw(schema_version=1).status_code == 200
    answer = phone.pull_raw(schema_version=0)
    assert (answer.status_code, slug_of(answer.get_json())) == (426, "upgrade-required")


def test_the_answer_is_small_and_says_little_about_itself(phone: Phone, office: Phone, town: Town) -> None:
    office.push(*(office.visit(town, narrative="走访了三户群众" * 9) for _ in range(9)))
    plain = phone.client.get("/sync/v1/pull", headers=phone.headers)
    packed = phone.client.get("/sync/v1/pull", headers=phone.headers | {"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < 0.45 * len(plain.data)
    one, other = json.loads(gzip.decompress(packed.data)), json.loads(plain.data)
    assert one["changes"] == other["changes"]
    phone.pull()
    idle = phone.pull_raw()
    assert {name for name, _ in idle.headers} <= {"Cache-Control", "X-Content-Type-Options", "Content-Type"}
    assert idle.headers["Cache-Control"] == "no-store" and idle.headers["X-Content-Type-Options"] == "nosniff"
    assert phone.cursor is not None and len(phone.cursor) < 200


def test_a_bad_query_is_a_malformed_request(phone: Phone) -> None:
    for query in ({"limit": 0}, {"limit": 501}, {"limit": "x"}, {"sums": 2}, {"cursor": "x" * 2001}):
        answer = phone.pull_raw(**query)
        assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request")
