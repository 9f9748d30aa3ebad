"""A push names the history it is meant for: after a restore every phone greets first, copied profiles too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.api.identity import now_ms
from server.commands.mint_epoch import mint_epoch
from server.commands.revoke import revoke
from server.domain.epochs import EPOCH_DIGITS
from server.store.database import reading
from server.store.townships import load_tenant
from tests.phone import Json, Phone, Town, enrolment, hashed, new_id, slug_of


def begin_epoch(town: Town, phone: Phone) -> str:
    """The server was restored from a backup that has everything; its new epoch."""
    with reading() as connection:
        tenant = load_tenant(connection, town.id)
    assert tenant is not None
    return mint_epoch(town.id, phone.enrolled["epoch"], tenant.head + 1, now_ms()).epoch


def hello(phone: Phone) -> Json:
    told: Json = phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()
    return told


def register(phone: Phone) -> Phone:
    """The new replica of an install that found a copy of itself."""
    told = phone.client.post("/auth/v1/replicas", json=enrolment(continues=phone.id), headers=phone.headers)
    assert told.status_code == 201, told.text
    return Phone(phone.client, told.get_json())


def texts_of(reader: Phone, record: str) -> set[Any]:
    """Every narrative of a record that a person can see: its own, and the sides of its conflicts."""
    reader.cursor = None
    reader.pull()
    conflicts = [row["fields"] for row in reader.mirror.values() if row["kind"] == "conflict"]
    sides = [side["value"] for one in conflicts if one["record"] == record for side in one["sides"]]
    return {reader.mirror[record]["fields"].get("narrative"), *sides}


def test_L2_two_copies_of_a_profile_in_sessions_from_before_a_restore_lose_no_text(
    phone: Phone, office: Phone, town: Town
) -> None:
    """One copy had its change 2 acknowledged in the lost time; the other gives number 2 to a change of its own."""
    visit, old = new_id(), phone.enrolled["epoch"]
    phone.push(phone.visit(town, visit))
    phone.pull()
    copy = replace(phone, mirror=dict(phone.mirror))
    lost = phone.change("patch", visit, fields={"narrative": "甲一"})
    of_copy = copy.change("patch", visit, fields={"narrative": "乙"})
    more = phone.change("patch", visit, fields={"narrative": "甲二"})
    epoch = begin_epoch(town, phone)
    for one, change in ((copy, of_copy), (phone, more)):
        assert slug_of(one.push_raw([change], epoch=old).get_json()) == "epoch-changed"
    assert (hello(copy)["last_n"], hello(copy)["epoch"]) == (1, epoch)
    assert copy.push_raw([of_copy], epoch=epoch).get_json()["outcomes"][0]["outcome"] == "applied"
    assert hello(phone)["last_hash"] not in (lost["hash"], more["hash"])
    successor = register(phone)
    again = [hashed(change | {"n": n}) for n, change in enumerate((lost, more), start=1)]
    assert successor.push_raw(again, epoch=epoch).status_code == 200
    assert {"甲二", "乙"} <= texts_of(office, visit)


def test_a_push_of_another_epoch_applies_nothing(phone: Phone, office: Phone, town: Town) -> None:
    known = phone.visit(town)
    phone.push(known)
    old = phone.enrolled["epoch"]
    begin_epoch(town, phone)
    fresh = phone.visit(town)
    for batch in ([fresh], [known], [known, fresh]):
        answer = phone.push_raw(batch, epoch=old)
        assert (answer.status_code, slug_of(answer.get_json())) == (409, "epoch-changed")
        assert answer.get_json()["device_action"] == "rebuild"
    assert hello(phone)["last_n"] == 1
    office.pull()
    assert known["record"] in office.mirror and fresh["record"] not in office.mirror


def test_an_epoch_is_named_whole_or_by_its_first_digits_or_not_at_all(phone: Phone, town: Town) -> None:
    epoch = begin_epoch(town, phone)
    for named in ({"epoch": epoch}, {"epoch": epoch[:EPOCH_DIGITS]}, {}):
        answer = phone.push_raw([phone.visit(town)], **named)
        assert answer.get_json()["outcomes"][0]["outcome"] == "applied"
    shorter = phone.push_raw([phone.visit(town)], epoch=epoch[: EPOCH_DIGITS - 1])
    assert slug_of(shorter.get_json()) == "epoch-changed"


def test_a_revoked_replica_hands_in_its_work_whatever_epoch_it_names(phone: Phone, town: Town) -> None:
    """It gets no greeting any more, so it could never learn the new one."""
    begin_epoch(town, phone)
    revoke(phone.id, now_ms())
    answer = phone.push_raw([phone.visit(town)], epoch=phone.enrolled["epoch"])
    assert answer.get_json()["outcomes"][0]["outcome"] == "quarantined"


@pytest.mark.parametrize("strange", [7, None, ["e"], {"e": 1}])
def test_an_epoch_that_is_no_text_is_a_malformed_request(phone: Phone, town: Town, strange: Any) -> None:
    answer = phone.push_raw([phone.visit(town)], epoch=strange)
    assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request")
    assert answer.get_json()["errors"][0]["pointer"] == "/epoch"
