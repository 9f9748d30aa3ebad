"""Signatures, order, chain, reconciliation, certified counts: the checks of docs/ballot.md 8, in their order."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384

from server.recount.reading import N_BYTES, OUTCOMES, SLIP_BYTES, Place, decoded, place_of, places_of
from server.recount.sentences import Wrong

SCHEME = padding.PSS(padding.MGF1(SHA384()), salt_length=48)
POINT_END = 32 + 65
MESSAGE_BYTES = SLIP_BYTES - N_BYTES
GRADES = {0: "abstain", 1: "poor", 2: "average", 3: "fairly_good", 4: "good"}

Counts = dict[str, int]


def manifest_hash(bundle: dict[str, Any]) -> bytes:
    """The hash of section 2; its members and numbers leave nothing for RFC 8785 to decide but order and spacing."""
    text = json.dumps(bundle["manifest"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"zoufang-ballot-1/manifest\n{text}".encode()).digest()


def recounted(bundle: dict[str, Any]) -> dict[Place, Counts]:
    """The counts of the board and the paper, once all of it holds.

    Raises: Wrong
    """
    names = _names(bundle)
    outcomes = _board(bundle, names)
    _late(bundle)
    _reconciled(bundle, names)
    return _certified(bundle, names, outcomes)


def electronic_invalid(bundle: dict[str, Any], counts: dict[Place, Counts]) -> int:
    """How many of the invalid rows are slips."""
    on_paper = sum(int(row["invalid"]) for row in bundle["paper"])
    return sum(row["invalid"] for row in counts.values()) - on_paper


def _board(bundle: dict[str, Any], names: dict[Place, str]) -> dict[Place, Counts]:
    """What the entries say, each signed, in its place and chained to the one before."""
    hash_ = manifest_hash(bundle)
    keys = {place_of(cell): _public(cell["n"]) for cell in bundle["manifest"]["cells"]}
    order = {place: at for at, place in enumerate(names)}
    counts = {place: dict.fromkeys(OUTCOMES, 0) for place in names}
    link, last = hashlib.sha256(b"zoufang-ballot-1/board\n" + hash_).digest(), (-1, b"")
    for number, entry in enumerate(bundle["board"], 1):
        place, slip, key = place_of(entry), decoded(entry["slip"], SLIP_BYTES, "board"), bytes.fromhex(entry["key"])
        if place not in keys:
            raise Wrong("form", where="board/subject, board/group")
        if not _signed(keys[place], slip):
            raise Wrong("signature", number=number, place=names[place])
        own = hashlib.sha256(b"zoufang-ballot-1/slip\n" + slip).digest()
        link = hashlib.sha256(link + "\n".join((*place, "")).encode() + own + key).digest()
        if link.hex() != entry["link"]:
            raise Wrong("link", number=number, place=names[place])
        if (order[place], own) <= last:
            raise Wrong("order", number=number)
        last = (order[place], own)
        counts[place][_outcome(bundle, hash_, place, slip, key)] += 1
    if link.hex() != bundle["head"]:
        raise Wrong("head")
    return counts


def _late(bundle: dict[str, Any]) -> None:
    order = {place: at for at, place in enumerate(places_of(bundle))}
    if not all(place_of(entry) in order for entry in bundle["late"]):
        raise Wrong("form", where="late")
    found = [(order[place_of(entry)], entry["hash"]) for entry in bundle["late"]]
    if found != sorted(set(found)):
        raise Wrong("form", where="late")


def _reconciled(bundle: dict[str, Any], names: dict[Place, str]) -> None:
    on_board = _numbers(bundle["board"], names)
    late = _numbers(bundle["late"], names)
    rows = zip(bundle["manifest"]["cells"], bundle["reconciliation"], bundle["paper"], strict=True)
    for cell, row, paper in rows:
        place = place_of(cell)
        if row["collected_p"] > row["issued_p"] or row["received_e"] + row["late"] > row["issued_e"]:
            raise Wrong("void", place=names[place])
        issued, received = row["issued_e"] + row["issued_p"], row["received_e"] + row["collected_p"]
        holds = {
            "entitled >= present": cell["entitled"] >= row["present"],
            "present >= issued": row["present"] >= issued,
            "received + late + lost = issued": received + row["late"] + row["lost"] == issued,
            "received_e = slips on the board": row["received_e"] == on_board[place],
            "late = late slips": row["late"] == late[place],
            "collected_p = paper rows": row["collected_p"] == sum(paper[outcome] for outcome in OUTCOMES),
        }
        for words, true in holds.items():
            if not true:
                raise Wrong("reconciliation", place=names[place], detail=words)


def _certified(bundle: dict[str, Any], names: dict[Place, str], outcomes: dict[Place, Counts]) -> dict[Place, Counts]:
    for paper, certified in zip(bundle["paper"], bundle["certified"], strict=True):
        place = place_of(paper)
        for outcome in OUTCOMES:
            outcomes[place][outcome] += paper[outcome]
        if any(outcomes[place][outcome] != certified[outcome] for outcome in OUTCOMES):
            raise Wrong("certified", place=names[place])  # the numbers would be of a group that may be small
    return outcomes


def _outcome(bundle: dict[str, Any], hash_: bytes, place: Place, slip: bytes, key: bytes) -> str:
    label = "\n".join(("zoufang-ballot-1/seal", hash_.hex(), bundle["manifest"]["round"], *place)).encode()
    try:
        plain = AESGCM(key).decrypt(bytes(12), slip[POINT_END:MESSAGE_BYTES], label)
    except InvalidTag:
        return "invalid"
    legal = plain[0] == 1 and not any(plain[2:])
    return GRADES.get(plain[1], "invalid") if legal else "invalid"


def _public(n: str) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(65537, int.from_bytes(decoded(n, N_BYTES, "n"), "big")).public_key()


def _signed(key: rsa.RSAPublicKey, slip: bytes) -> bool:
    try:
        key.verify(slip[MESSAGE_BYTES:], slip[:MESSAGE_BYTES], SCHEME, SHA384())
    except InvalidSignature:
        return False
    return True


def _names(bundle: dict[str, Any]) -> dict[Place, str]:
    """How a place is called in a sentence, in the order of the cells."""
    subjects = {subject["id"]: subject["name"] for subject in bundle["manifest"]["subjects"]}
    groups = {group["slug"]: group["name"] for group in bundle["manifest"]["groups"]}
    return {(subject, group): f"{subjects[subject]} · {groups[group]}" for subject, group in places_of(bundle)}


def _numbers(entries: list[dict[str, Any]], names: dict[Place, str]) -> dict[Place, int]:
    found = dict.fromkeys(names, 0)
    for entry in entries:
        found[place_of(entry)] += 1
    return found
