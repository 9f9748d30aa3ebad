"""What the server must not take: a wrong manifest, a slip of another form, place, round or hand."""

from __future__ import annotations

import copy
import secrets
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import Any

import pytest

from server.domain.ballot.board import open_box
from server.domain.ballot.bundle import bundle
from server.domain.ballot.manifest import read_manifest
from server.domain.ballot.opening import NO_KEY, outcome, slip_key, tally_key
from server.domain.ballot.shapes import Malformed
from server.domain.ballot.slips import Forged, label, read_posted
from server.domain.ballot.tally import Counts, read_mark
from tests.ballot.election import SCALAR, Election, election, modulus, new_signer, posted, subject_id
from tests.ballot.evaluator import plain, signed_slip

A, B = (subject_id(1), "leader"), (subject_id(2), "leader")


@lru_cache(maxsize=1)
def held() -> Election:
    return election(["青石沟", "柳树湾"], {"leader": ("领导", 6)})


def raw_manifest() -> dict[str, Any]:
    return copy.deepcopy(dict(held().manifest.raw))


def test_a_manifest_says_what_was_written() -> None:
    manifest = read_manifest(raw_manifest())
    assert manifest == held().manifest
    assert manifest.places() == [A, B]
    assert [cell.entitled for cell in manifest.cells] == [6, 6]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "zoufang-ballot-2"),
        (("round",), "0193A1B2-0000-7000-9000-000000000001"),
        (("no",), True),
        (("no",), 100),
        (("title",), ""),
        (("title",), "一\n二"),
        (("deadline_ms",), 1.5),
        (("deadline_ms",), 2**53),
        (("tally_key",), "AAAA"),
        (("tally_key",), b64encode(b"\x02" + bytes(64)).decode()),
        (("tally_key",), b64encode(b"\x04" + bytes(64)).decode()),
        (("groups",), []),
        (("groups", 0, "slug"), "Leader"),
        (("subjects", 0, "id"), subject_id(2)),
        (("subjects", 0, "more"), 1),
        (("cells", 0, "n"), b64encode(b"\x7f" + bytes(254) + b"\x01").decode()),
        (("cells", 0, "n"), b64encode(b"\xff" + bytes(255)).decode()),
        (("cells", 0, "group"), "member_rep"),
        (("cells", 0, "entitled"), -1),
        (("profile", "points", "good"), 101),
        (("profile", "points", "poor"), 60),
        (("profile", "bands", "good"), 100.0),
        (("profile", "bands", "average"), 61),
        (("profile", "weights", "daily"), 1),
    ],
)
def test_no_manifest(path: tuple[Any, ...], value: Any) -> None:
    raw = raw_manifest()
    holder = raw
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    with pytest.raises(Malformed):
        read_manifest(raw)


def test_no_subject_is_there_twice() -> None:
    raw = raw_manifest()
    raw["subjects"][1]["id"] = raw["cells"][1]["subject"] = subject_id(1)
    with pytest.raises(Malformed, match="in their order"):
        read_manifest(raw)


def test_two_places_never_share_a_key() -> None:
    raw = raw_manifest()
    raw["cells"][1]["n"] = raw["cells"][0]["n"]
    with pytest.raises(Malformed, match="a key of its own"):
        read_manifest(raw)


def test_a_slip_of_another_place_round_or_hand() -> None:
    slip = held().slip(A, "good")
    with pytest.raises(Forged):
        read_posted(held().manifest, posted(B, slip.body))
    raw = raw_manifest()
    raw["cells"][0]["n"] = modulus(new_signer())
    with pytest.raises(Forged):
        read_posted(read_manifest(raw), posted(A, slip.body))
    stranger = new_signer()
    body = signed_slip(int(stranger.n), secrets.token_bytes(97), stranger.blind_sign)
    with pytest.raises(Forged):
        read_posted(held().manifest, posted(A, body))


@pytest.mark.parametrize("at", [0, 31, 32, 96, 97, 128, 129, 384])
def test_every_byte_of_a_slip_is_signed(at: int) -> None:
    body = bytearray(held().slip(A, "poor").body)
    body[at] ^= 1
    with pytest.raises(Forged):
        read_posted(held().manifest, posted(A, bytes(body)))


def test_a_signature_has_one_spelling() -> None:
    """The same number plus the modulus would be another slip with the same right."""
    place = min((A, B), key=lambda place: held().signers[place].n)
    n = int(held().signers[place].n)
    slips = (held().slip(place, "good").body for _ in range(10_000))
    body = next(body for body in slips if int.from_bytes(body[-256:], "big") + n < 2**2048)
    other = (int.from_bytes(body[-256:], "big") + n).to_bytes(256, "big")
    with pytest.raises(Forged):
        read_posted(held().manifest, posted(place, body[:-256] + other))


def test_bytes_have_one_base64_text() -> None:
    good = posted(A, held().slip(A, "good").body)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = letters[letters.index(good["slip"][-3]) + 1] + "=="
    assert b64decode(good["slip"][:-3] + other, validate=True) == b64decode(good["slip"])
    with pytest.raises(Malformed):
        read_posted(held().manifest, {**good, "slip": good["slip"][:-3] + other})


def test_a_slip_of_another_form() -> None:
    good = posted(A, held().slip(A, "good").body)
    body = b64decode(good["slip"])
    padded = {**good, "slip": good["slip"] + "\n"}
    shorter, longer = posted(A, body[:-1]), posted(A, body + b"\x00")
    elsewhere = {**good, "group": "member_rep"}
    for wrong in (padded, shorter, longer, elsewhere, {**good, "who": "x"}, {**good, "slip": None}, [], None):
        with pytest.raises(Malformed):
            read_posted(held().manifest, wrong)


@pytest.mark.parametrize(
    "content", [bytes(16), b"\x01\x05" + bytes(14), b"\x02\x04" + bytes(14), b"\x01\x04" + b"\x01" * 14]
)
def test_what_opens_to_no_grade_is_invalid(content: bytes) -> None:
    slip = held().slip_of(A, content)
    assert [entry.outcome for entry in held().board([slip]).entries] == ["invalid"]


def test_a_seal_opens_in_its_own_place_only() -> None:
    manifest, slip = held().manifest, held().slip(A, "good")
    own, other = (label(manifest.hash, manifest.round, place) for place in (A, B))
    key = slip_key(tally_key(SCALAR), slip.sealed, own)
    assert outcome(key, slip.sealed, own) == "good"
    for bound in (other, label(bytes(32), manifest.round, A), label(manifest.hash, subject_id(9), A)):
        assert outcome(slip_key(tally_key(SCALAR), slip.sealed, bound), slip.sealed, bound) == "invalid"
    assert outcome(NO_KEY, slip.sealed, own) == "invalid"


def test_a_point_beside_the_curve_has_no_key() -> None:
    assert slip_key(tally_key(SCALAR), b"\x04" + bytes(96), b"") == NO_KEY


@pytest.mark.parametrize("scalar", [bytes(32), b"\xff" * 32, b"\x01" * 31, b""])
def test_no_tally_key(scalar: bytes) -> None:
    with pytest.raises(Malformed):
        tally_key(scalar)


def test_the_wrong_tally_key_opens_no_box() -> None:
    with pytest.raises(Malformed, match="not the manifest's"):
        open_box(held().manifest, [held().slip(A, "good")], tally_key(bytes(31) + b"\x2b"))


def test_a_bundle_is_of_its_own_places() -> None:
    with pytest.raises(Malformed):
        bundle(held().manifest, held().board([]), [], {(subject_id(9), "leader"): Counts(1)}, {}, {})


@pytest.mark.parametrize("text", ["101", "100.01", "-1", "1.234", "1e2", "٣", "", " 5", 95, None])
def test_no_mark(text: Any) -> None:
    with pytest.raises(Malformed):
        read_mark(text, where="daily")


def test_all_slips_are_of_one_size() -> None:
    assert {len(held().slip(A, grade).body) for grade in ("good", "abstain")} == {385}
    assert len({len(plain(grade)) for grade in ("good", "fairly_good", "average", "poor", "abstain")}) == 1
