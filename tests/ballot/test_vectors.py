"""The bytes of docs/ballot.md, held to the vectors that pwa/tests/domain/ballot.vectors.test.ts runs for the phone."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.domain.ballot.board import open_box
from server.domain.ballot.fingerprint import four_words
from server.domain.ballot.manifest import read_manifest
from server.domain.ballot.opening import outcome, slip_key, tally_key
from server.domain.ballot.signer import signer_of
from server.domain.ballot.slips import label, read_posted
from server.domain.ballot.words import WORDS
from server.recount import words as words_of_the_stranger
from server.recount.checking import manifest_hash
from tests.ballot.evaluator import blinded, plain, sealed

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests" / "vectors" / "ballot.json").read_text())
PAGE = (ROOT / "docs" / "ballot.md").read_text()
MANIFEST = read_manifest(VECTORS["manifest"])
SIGNERS = {(key["subject"], key["group"]): signer_of(int(key["p"], 16), int(key["q"], 16)) for key in VECTORS["keys"]}
each_slip = pytest.mark.parametrize("row", VECTORS["slips"], ids=lambda row: row["tracker"])


def of(row: dict[str, Any], name: str) -> bytes:
    return base64.b64decode(row[name])


def test_the_manifests_name() -> None:
    assert MANIFEST.hash.hex() == VECTORS["manifest_hash"]
    assert manifest_hash(VECTORS).hex() == VECTORS["manifest_hash"]


@pytest.mark.parametrize("vector", VECTORS["fingerprints"], ids=lambda vector: vector["words"])
def test_four_words(vector: dict[str, str]) -> None:
    digest = bytes.fromhex(vector["digest"])
    assert four_words(digest) == words_of_the_stranger.four_words(digest) == vector["words"]


def test_one_list_of_256_different_words_everywhere() -> None:
    written = "".join(re.findall(r"^    ([\u4e00-\u9fff]{32})$", PAGE, re.M))
    source = (ROOT / "pwa" / "src" / "domain" / "ballot" / "words.ts").read_text()
    of_the_phone = "".join(re.findall(r'"([\u4e00-\u9fff]{32})"', source))
    assert WORDS == words_of_the_stranger.WORDS == written == of_the_phone == VECTORS["words"]
    assert len(WORDS) == len(set(WORDS)) == len(set(VECTORS["syllables"].split())) == 256


@each_slip
def test_sealed_blinded_signed_and_named(row: dict[str, Any]) -> None:
    place = (row["subject"], row["group"])
    bound = label(MANIFEST.hash, MANIFEST.round, place)
    content = bytes.fromhex(row["content"])
    assert bound.decode() == row["label"]
    assert sealed(MANIFEST.tally_key, bound, content, int(row["ephemeral"]["d"], 16)) == of(row, "sealed")
    message = bytes.fromhex(row["prefix"]) + of(row, "sealed")
    hidden = blinded(int(SIGNERS[place].n), message, bytes.fromhex(row["salt"]), int(row["factor"], 16))
    assert (hidden.blinded, hidden.inverse) == (of(row, "blinded"), int.from_bytes(of(row, "inverse"), "big"))
    assert SIGNERS[place].blind_sign(hidden.blinded) == of(row, "answer")
    slip = read_posted(MANIFEST, {name: row[name] for name in ("subject", "group", "slip")})
    assert message + hidden.finalized(of(row, "answer")) == slip.body
    assert (slip.hash.hex(), slip.tracker) == (row["hash"], row["tracker"])


@each_slip
def test_opened(row: dict[str, Any]) -> None:
    key = slip_key(tally_key(bytes.fromhex(VECTORS["tally_key"])), of(row, "sealed"), row["label"].encode())
    assert key.hex() == row["key"]
    assert outcome(key, of(row, "sealed"), row["label"].encode()) == row["outcome"]
    assert (row["outcome"] == "invalid") == (row["choice"] == "invalid")
    assert row["outcome"] == "invalid" or plain(row["choice"]).hex() == row["content"]


def test_the_board() -> None:
    names = ("subject", "group", "slip")
    box = [read_posted(MANIFEST, {name: row[name] for name in names}) for row in VECTORS["slips"]]
    board = open_box(MANIFEST, box, tally_key(bytes.fromhex(VECTORS["tally_key"])))
    assert board.head.hex() == VECTORS["head"]
    written = [(of(line, "slip"), line["key"], line["link"]) for line in VECTORS["board"]]
    found = zip(board.entries, board.links, strict=True)
    assert [(entry.slip.body, entry.key.hex(), link.hex()) for entry, link in found] == written


def test_the_page_shows_the_vectors() -> None:
    first = VECTORS["slips"][0]
    shown = (VECTORS["manifest_hash"], four_words(MANIFEST.hash), VECTORS["head"], first["key"], first["tracker"])
    assert [text for text in shown if text not in PAGE] == []
