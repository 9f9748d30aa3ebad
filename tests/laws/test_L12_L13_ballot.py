"""L12 nothing joins a slip to a person; L13 a recount does not depend on how slips arrived."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.ballot.slips import PREFIX_BYTES, SEALED_BYTES, Slip
from server.recount.checking import recounted
from server.recount.reading import checked_form
from tests.ballot.election import Election, election, subject_id
from tests.ballot.evaluator import E, blinded

A, B = (subject_id(1), "leader"), (subject_id(2), "leader")
GRADES = ("good", "fairly_good", "average", "poor", "abstain")


@lru_cache(maxsize=1)
def held() -> tuple[Election, tuple[Slip, ...]]:
    made = election(["青石沟", "柳树湾"], {"leader": ("领导", 99)})
    return made, tuple(made.slip(place, grade) for place in (A, B) for grade in GRADES)


def test_L12_every_issuance_fits_every_slip() -> None:
    """A factor joins any blinded message to any slip: what the signer saw does not say which is whose."""
    made, box = held()
    signer = made.signers[A]
    n, exponent = int(signer.n), pow(E, -1, (int(signer.p) - 1) * (int(signer.q) - 1))
    seen = [blinded(n, slip.body[: PREFIX_BYTES + SEALED_BYTES]).blinded for slip in box[:3]]
    encoded = [pow(int.from_bytes(slip.body[-256:], "big"), E, n) for slip in box[:3]]
    for issued, message in product(seen, encoded):
        factor = pow(int.from_bytes(issued, "big") * pow(message, -1, n), exponent, n)
        assert message * pow(factor, E, n) % n == int.from_bytes(issued, "big")


def test_L12_the_bundle_has_no_member_for_a_person_or_a_time() -> None:
    made, box = held()
    names: set[str] = set()
    json.loads(json.dumps(made.simple_bundle(box)), object_hook=lambda found: names.update(found) or found)
    assert names == {
        *("format", "manifest", "board", "head", "late", "paper", "reconciliation", "marks", "certified"),
        *("round", "no", "title", "deadline_ms", "profile", "tally_key", "groups", "subjects", "cells"),
        *("name", "version", "points", "bands", "weights", "ballot", "daily", "secretary", "slug", "id"),
        *("subject", "group", "entitled", "n", "slip", "key", "link"),
        *("good", "fairly_good", "average", "poor", "abstain", "invalid"),
        *("present", "issued_e", "issued_p", "received_e", "collected_p", "lost", "spoiled", "duplicate_attempts"),
    }


@given(st.permutations(range(10)), st.lists(st.integers(0, 9), max_size=6))
@settings(max_examples=30, deadline=None)
def test_L13_any_order_and_any_resend_give_the_same_bundle(order: list[int], again: list[int]) -> None:
    made, box = held()
    arrived = [box[at] for at in (*order, *again)]
    assert made.board(arrived) == made.board(box)


@given(st.sets(st.integers(0, 9)))
@settings(max_examples=20, deadline=None)
def test_L13_the_recount_of_any_box_is_its_certified_tally(chosen: set[int]) -> None:
    made, box = held()
    whole = json.loads(json.dumps(made.simple_bundle([box[at] for at in chosen])))
    counts = recounted(checked_form(whole))
    assert [{"subject": place[0], "group": place[1], **row} for place, row in counts.items()] == whole["certified"]
    assert sum(sum(row.values()) for row in counts.values()) == len(chosen)
