"""The model's phone and the app's keep the same rules: tests/vectors/phone.json, run by pwa/tests/domain too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from server.domain.judging.verdicts import Verdict
from server.domain.records import Change, Record
from tests.model.feed import Row
from tests.model.phone import Own, Phone
from tests.model.sync import has_all_from, judge_hello
from tests.model.wish import Wish

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "phone.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["bases"], ids=lambda vector: vector["name"])
def test_base(vector: dict[str, Any]) -> None:
    phone = _phone(vector["own"], **vector["reached"])
    for row in vector["rows"]:
        record = Record(row["id"], row["kind"], "field:v", row["seq"], row["fields"], deleted=row["deleted"])
        phone.rows[row["id"]] = Row(record)
    wish = vector["wish"]
    parts = phone.with_bases(Wish(wish["record"], wish["kind"], wish["action"], wish["fields"]), vector["opened"])
    assert [{"base": base, "fields": fields} for base, fields in parts] == vector["expect"]


@pytest.mark.parametrize("vector", VECTORS["hellos"], ids=lambda vector: vector["name"])
def test_first_word_with_the_server(vector: dict[str, Any]) -> None:
    told = vector["phone"]
    phone = _phone(told["own"], n=told["n"], gen=told["gen"], epoch=told["epoch"], must_register=told["must_register"])
    todo = judge_hello(phone, vector["epoch"], vector["last_n"], vector["last_hash"])
    assert todo == tuple((one["errand"], one.get("from")) for one in vector["expect"])


@pytest.mark.parametrize("vector", VECTORS["resumes"], ids=lambda vector: vector["name"])
def test_sending_again_from_a_number_on(vector: dict[str, Any]) -> None:
    assert has_all_from(vector["from"], vector["kept"], vector["last_n"]) is vector["expect"]


@pytest.mark.parametrize("vector", VECTORS["keeps"], ids=lambda vector: vector["name"])
def test_what_a_phone_keeps(vector: dict[str, Any]) -> None:
    phone = _phone(vector["own"], gen=1, acked=9, seq=9, durable=vector["durable"])
    phone.prune()
    assert [one.change.change for one in phone.own] == vector["expect"]


def _phone(own: list[dict[str, Any]], **state: Any) -> Phone:
    phone = Phone("phone", "phone", "account")
    phone.__dict__.update(state)
    phone.own = tuple(_own(one) for one in own)
    return phone


def _own(one: dict[str, Any]) -> Own:
    n, name, heard = one["n"], f"{one['gen']}-{one['n']}", one.get("outcome")
    fields, record, kind = one["fields"], one["record"], one["kind"]
    change = Change("phone", n, f"c{name}", f"h{name}", 1, record, kind, one["action"], one["base"], fields, 0, 0, "{}")
    return Own(one["gen"], change, {}, Verdict(n, heard["outcome"], heard.get("seq")) if heard else None)
