"""A hall that hands in at once, two web processes on two cores: sheets signed blindly, then slips one a request."""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from server.api.identity import now_ms
from server.domain.ballot.roll import RollRow
from tests.ballot.election import Election, election
from tests.ballot.hall import PATH, found_round
from tests.bench.connection import Connection
from tests.bench.figure import Figure
from tests.bench.server import DATABASES, Bench, bench_on
from tests.phone import Phone, Town, enrol, found_town, new_id

SUBJECTS, EVALUATORS, GROUP = 13, 60, "member_rep"
LINES = 8
HOUR_MS = 3_600_000


def measure() -> Iterator[Figure]:
    held = election(
        [f"村{at}" for at in range(SUBJECTS)], {GROUP: ("党员代表", EVALUATORS)}, ends_ms=now_ms() + HOUR_MS
    )
    signer = next(iter(held.signers.values()))
    message = secrets.token_bytes(255).rjust(256, b"\0")
    began = time.perf_counter()
    for _ in range(100):
        signer.blind_sign(message)
    alone = 100 / (time.perf_counter() - began)
    slips = _slips(held)
    for database in DATABASES:
        with bench_on(database) as bench:
            bench.server.restart(processes=2)
            town = found_town(bench.app)
            yield from _issuance(bench, town, held, alone)
            yield from _posting(bench, town, held, slips)


def _issuance(bench: Bench, town: Town, held: Election, alone: float) -> Iterator[Figure]:
    """Random numbers instead of blinded messages: the signer cannot tell them apart, nor do they cost it less."""
    phones = [enrol(bench.app, town, "evaluator") for _ in range(EVALUATORS)]
    rolls = [RollRow(new_id(), "评议人", GROUP, phone.enrolled["account"], (), "present") for phone in phones]
    found_round(town, new_id(), held, rolls)
    path = f"{PATH}{held.manifest.round}/issuances"
    sheets = [
        Connection(bench.server.url, phone.enrolled["token"]).request("POST", path, {"sheet": _blinded(held)})
        for phone in phones
    ]
    _at_once(bench, [_hello(bench, phone) for phone in phones])
    taken = _at_once(bench, sheets)
    signed = EVALUATORS * SUBJECTS
    name = f"{bench.name}: sheets of {SUBJECTS} signed blindly for {EVALUATORS} evaluators"
    yield Figure(name, signed / taken, "signatures/s", least=700, beside=alone, beside_name="one signer alone")


def _posting(bench: Bench, town: Town, held: Election, slips: Sequence[dict[str, str]]) -> Iterator[Figure]:
    line = Connection(bench.server.url)
    path = f"{PATH}{held.manifest.round}/slips"
    posted = [line.request("POST", path, {"township": town.id, **slip}) for slip in slips]
    taken = _at_once(bench, posted)
    yield Figure(f"{bench.name}: slips into the box, one a request", len(slips) / taken, "slips/s", least=400)


def _at_once(bench: Bench, requests: Sequence[bytes]) -> float:
    """How long it takes until the last of them is answered, over a few lines that stay open."""
    shares = [requests[at::LINES] for at in range(LINES)]
    gate = threading.Barrier(LINES + 1)

    def send(share: Sequence[bytes]) -> None:
        line = Connection(bench.server.url)
        gate.wait()
        for request in share:
            while (answer := line.send(request)).status == 503:
                time.sleep(0.05)
            assert answer.status == 200, answer.plain[:500]

    with ThreadPoolExecutor(LINES) as threads:
        running = [threads.submit(send, share) for share in shares]
        gate.wait()
        began = time.perf_counter()
        for one in running:
            one.result()
        return time.perf_counter() - began


def _hello(bench: Bench, phone: Phone) -> bytes:
    """What a phone in the hall has asked before it hands in: the server has its connections to the database by then."""
    return Connection(bench.server.url, phone.enrolled["token"]).request("GET", "/sync/v1/hello")


def _blinded(held: Election) -> list[dict[str, str]]:
    return [
        {
            "subject": subject,
            "blinded": base64.b64encode(secrets.randbelow(2**2047).to_bytes(256, "big")).decode(),
        }
        for subject, _ in held.manifest.subjects
    ]


def _slips(held: Election) -> list[dict[str, str]]:
    made = [held.slip(place, "good") for place in held.manifest.places() for _ in range(EVALUATORS)]
    return [
        {"subject": slip.place[0], "group": slip.place[1], "slip": base64.b64encode(slip.body).decode()}
        for slip in made
    ]
