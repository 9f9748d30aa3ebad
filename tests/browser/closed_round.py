"""Run beside a running town: a meeting of five of an hour ago, whose round has closed and waits for the key.

`python -m tests.browser.closed_round` says as JSON: meeting, round, the sealed copy of the tally key as it would be
printed, and the tokens of a teller and of a second scrutineer. It all goes through the routes, an hour back in time.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from typing import Any

import time_machine
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.app import create_app
from server.settings import Settings
from server.store.database import reading
from server.store.townships import load_tenants
from tests.api.meeting import ask, ok
from tests.ballot.election import SCALAR
from tests.ballot.hall import prove
from tests.ballot.test_routes_alone import GRADES, People, called, hand_in, opened
from tests.phone import Phone, Town, enrol

PHRASE = "红崖村口的老槐树开花了"
BACK_S = 3_900
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def main() -> None:
    app = create_app(Settings.from_environment())
    with app.app_context(), time_machine.travel(time.time() - BACK_S, tick=True):
        with reading() as connection:
            tenant = next(one for one in load_tenants(connection) if one.is_demo)
        town = Town(tenant.id, (), "", "")
        voters = [enrol(app, town, "evaluator") for _ in GRADES]
        office, holder = enrol(app, town, "pbo"), enrol(app, town, "scrutineer")
        prove(office)
        people = People(
            town, office, enrol(app, town, "teller"), office, [holder, enrol(app, town, "scrutineer")], voters
        )
        meeting, roll = called(people)
        ballot, manifest = opened(people, meeting)
        for voter, grade in zip(voters, GRADES, strict=True):
            hand_in(app, people, ballot, manifest, voter, grade)
        ok(ask(office, "POST", f"{ballot}/paper-forms", {"roll_id": roll[4]["id"], "form_no": 7}))
        ok(ask(office, "POST", f"{ballot}/close"))
    told = {
        "meeting": meeting.rpartition("/")[2],
        "round": manifest.round,
        "copy": sealed_copy(manifest.round),
        "teller": token(people.teller),
        "scrutineer": token(people.scrutineers[1]),
    }
    os.write(1, json.dumps(told).encode())


def token(phone: Phone) -> Any:
    return phone.enrolled["token"]


def sealed_copy(ballot: str) -> str:
    """The nine lines that the scrutineer's phone would have printed. Source: docs/ballot.md 11"""
    salt, iv = bytes(range(16)), bytes(range(12))
    key = hash_secret_raw(PHRASE.encode(), salt, 1, 47104, 1, 32, Type.ID)
    body = b"\x01" + salt + iv + AESGCM(key).encrypt(iv, SCALAR, f"zoufang/tally/{ballot}".encode())
    whole = body + hashlib.sha256(body).digest()[:4]
    return "\n".join(line(whole[at * 9 : at * 9 + 9], at) for at in range(9))


def line(nine: bytes, at: int) -> str:
    bits = "".join(f"{byte:08b}" for byte in nine + bytes([check(nine, at)]))
    letters = "".join(ALPHABET[int(bits[five : five + 5], 2)] for five in range(0, 80, 5))
    return " ".join(letters[four : four + 4] for four in range(0, 16, 4))


def check(nine: bytes, at: int) -> int:
    found = at + 1
    for byte in nine:
        found ^= byte
        for _ in range(8):
            found = (found << 1 ^ 0x07) & 0xFF if found & 0x80 else found << 1
    return found


if __name__ == "__main__":
    main()
