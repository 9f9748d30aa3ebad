"""A hundred pushes, every tenth poisoned: ninety arrive, ten are kept with a reason, nothing blocks or fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from server.store.database import reading
from server.store.quarantine import load_quarantined
from tests.phone import Phone, Town, hashed, new_id, slug_of

Json = dict[str, Any]


def text_of(change: Json) -> bytes:
    return json.dumps({"changes": [change]}, ensure_ascii=False).encode()


def with_fields(change: Json, **fields: Any) -> Json:
    return change | {"fields": change["fields"] | fields}


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


POISONS: dict[str, tuple[Callable[[Json], bytes], str, str]] = {
    "an unknown kind": (lambda c: text_of(hashed(c | {"kind": "dragon"})), "/kind", "no kind"),
    "a wrong type": (lambda c: text_of(hashed(with_fields(c, start_at="noon"))), "/fields/start_at", "whole number"),
    "a field of 2 MiB": (
        lambda c: text_of(hashed(with_fields(c, narrative="长" * 700_000))), "", "more than 262144 bytes",
    ),
    "half a surrogate pair": (
        lambda c: text_of(c).replace(b'"in_progress_note"', b'"\\ud83d"'), "/fields/narrative", "surrogate",
    ),
    "a NUL": (lambda c: text_of(c).replace(b'"in_progress_note"', b'"a\\u0000b"'), "/fields/narrative", "NUL"),
    "not a number": (lambda c: text_of(c).replace(b'"in_progress_note"', b"NaN"), "/fields/narrative", "NaN"),
    "a number beyond 2^53": (
        lambda c: text_of(c).replace(b'"in_progress_note"', b"9007199254740993"), "/fields/narrative", "2^53",
    ),
    "a number of 6,000 digits": (
        lambda c: text_of(c).replace(b'"in_progress_note"', b"9" * 6000), "/fields/narrative", "6000 characters",
    ),
    "a thousandfold nesting": (
        lambda c: text_of(c).replace(b'"in_progress_note"', deep(100_000).encode()), "/fields/narrative", "deeper",
    ),
    "no record": (lambda c: text_of(hashed({k: v for k, v in c.items() if k != "record"})), "/record", "takes an id"),
    "an unknown action": (lambda c: text_of(hashed(c | {"action": "explode"})), "/action", "takes one of"),
    "a hash that does not fit": (lambda c: text_of(c | {"hash": "0" * 24}), "/hash", "does not fit"),
    "no hash": (lambda c: text_of({k: v for k, v in c.items() if k != "hash"}), "/hash", "24 hexadecimal"),
    "an action that is a list": (lambda c: text_of(hashed(c | {"action": ["create"]})), "/action", "takes one of"),
    "fields that are a list": (lambda c: text_of(hashed(c | {"fields": [1]})), "/fields", "takes an object"),
    "a stranger's member": (lambda c: text_of(hashed(c | {"admin": True})), "/admin", "no member"),
    "raw bytes that are no UTF-8": (
        lambda c: text_of(c).replace(b"in_progress_note", b"\xff\xed\xa0\x80"), "/fields/narrative", "surrogate",
    ),
    "a name with a NUL": (
        lambda c: text_of(c).replace(b'"narrative"', b'"narra\\u0000tive"'), "/fields", "NUL",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", POISONS)
def test_a_poisoned_change_takes_its_number_and_is_kept_with_a_reason(phone: Phone, town: Town, name: str) -> None:
    poison, pointer, reason = POISONS[name]
    body = poison(phone.visit(town, narrative="in_progress_note"))
    answers = [
        phone.client.post("/sync/v1/push", data=body, headers=phone.headers, content_type="application/json")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert answers[0].get_json()["outcomes"] == answers[1].get_json()["outcomes"]
    (outcome,) = answers[0].get_json()["outcomes"]
    assert (outcome["n"], outcome["outcome"]) == (1, "quarantined")
    problem = outcome["problem"]
    assert slug_of(problem) in ("invalid-change", "change-too-large")
    assert problem["device_action"] == "park"
    assert any(error["pointer"].startswith(pointer) for error in problem["errors"])
    assert reason in problem["detail"]
    with reading() as connection:
        (kept,) = load_quarantined(connection, town.id)
    assert kept.payload.isascii() and json.loads(kept.payload)["n"] == 1
    assert phone.push(phone.visit(town))[0]["outcome"] == "applied"


def test_a_hundred_pushes_with_every_tenth_poisoned(phone: Phone, office: Phone, town: Town) -> None:
    names = [
        *("an unknown kind", "a wrong type", "a field of 2 MiB", "half a surrogate pair", "a NUL", "not a number"),
        *("a number beyond 2^53", "a thousandfold nesting", "no record", "a hash that does not fit"),
    ]
    good: set[str] = set()
    reasons: list[str] = []
    for at in range(1, 101):
        change = phone.visit(town, narrative="in_progress_note")
        body = POISONS[names[at // 10 - 1]][0](change) if at % 10 == 0 else text_of(change)
        answer = phone.client.post("/sync/v1/push", data=body, headers=phone.headers, content_type="application/json")
        assert answer.status_code == 200, answer.text
        (outcome,) = answer.get_json()["outcomes"]
        if at % 10 == 0:
            reasons.append(outcome["problem"]["detail"])
        else:
            assert outcome["outcome"] == "applied"
            good.add(change["record"])
    office.pull()
    assert len(good) == 90 and good == {key for key, row in office.mirror.items() if row["kind"] == "visit"}
    assert len(reasons) == 10 and all(len(reason) > 10 for reason in reasons)
    assert phone.pull_raw().get_json()["acked"] == 100


def test_poison_does_not_spoil_its_neighbours_in_one_batch(phone: Phone, town: Town) -> None:
    changes = [phone.visit(town, narrative="in_progress_note" if at == 1 else "好") for at in range(3)]
    for poison in (deep(100_000).encode(), b'"\\udc00"', b"-Infinity", b"1e999"):
        start = phone.n - 2
        renumbered = [change | {"n": start + at} for at, change in enumerate(changes)]
        body = json.dumps({"changes": renumbered}).encode().replace(b'"in_progress_note"', poison)
        answer = phone.client.post("/sync/v1/push", data=body, headers=phone.headers, content_type="application/json")
        assert [one["outcome"] for one in answer.get_json()["outcomes"]] == ["applied", "quarantined", "applied"]
        changes = [phone.visit(town, narrative="in_progress_note" if at == 1 else "好") for at in range(3)]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"changes": 1}', b'{"changes": [1]}', b'{"changes": [{}]}', b"{", b"\xff",
             b'{"changes": [{"n": true}]}', b'{"changes": [{"n": 1.5}]}', b'{"changes": [{"n": 0}]}',
             b'{"changes": [], "more": 1}', b'{"changes": [{"n": 9007199254740993}]}', deep(100_000).encode()],
)  # fmt: skip
def test_a_request_that_is_no_push_is_malformed(phone: Phone, body: bytes) -> None:
    answer = phone.client.post("/sync/v1/push", data=body, headers=phone.headers, content_type="application/json")
    assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request")
    assert answer.content_type == "application/problem+json"


def test_values_that_look_like_poison_but_are_not_arrive_unchanged(phone: Phone, office: Phone, town: Town) -> None:
    visit = new_id()
    odd = "𠮷野家 \\u0000 \\ud83d \t\n\r\b\f \x1f \x7f \u2028 “引号” 'a' \"b\" %s :x \ufeff\u202e 👨‍👩‍👧"
    assert phone.push(phone.visit(town, visit, narrative=odd))[0]["outcome"] == "applied"
    office.pull()
    assert office.mirror[visit]["fields"]["narrative"] == odd
