"""The board: every slip that arrived in time, opened, sorted, and chained so that none can be changed unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from server.domain.ballot.manifest import FORMAT, Manifest
from server.domain.ballot.opening import outcome, public_point, slip_key
from server.domain.ballot.shapes import Malformed
from server.domain.ballot.slips import Slip, label


@dataclass(frozen=True, slots=True)
class Entry:
    """One opened slip. Shape: `key` opens its seal, so that anybody can; `outcome` is what it said."""

    slip: Slip
    key: bytes
    outcome: str


@dataclass(frozen=True, slots=True)
class Board:
    """Entries in the order of the sheet, within a place by hash; `links` one for each, `head` the last."""

    entries: tuple[Entry, ...]
    links: tuple[bytes, ...]
    head: bytes


def open_box(manifest: Manifest, box: Iterable[Slip], key: EllipticCurvePrivateKey) -> Board:
    """The board of a box: whatever the order of arrival, and however often a slip was sent again, it is the same.

    Laws:   L12 nothing but slips goes in, L13
    Raises: Malformed (the key is not this round's)
    Source: docs/ballot.md 6
    """
    if public_point(key) != manifest.tally_key:
        raise Malformed("this tally key is not the manifest's")
    entries = tuple(_opened(manifest, slip, key) for slip in _sorted(manifest, box))
    links = tuple(chain(manifest, entries))
    return Board(entries, links, links[-1] if links else first_link(manifest))


def first_link(manifest: Manifest) -> bytes:
    return hashlib.sha256(f"{FORMAT}/board\n".encode() + manifest.hash).digest()


def chain(manifest: Manifest, entries: Sequence[Entry]) -> Iterator[bytes]:
    """The link of each entry: a hash over the link before, the place, the slip and its key."""
    link = first_link(manifest)
    for entry in entries:
        place = "\n".join((*entry.slip.place, "")).encode()
        link = hashlib.sha256(link + place + entry.slip.hash + entry.key).digest()
        yield link


def _sorted(manifest: Manifest, box: Iterable[Slip]) -> list[Slip]:
    order = {place: at for at, place in enumerate(manifest.places())}
    return sorted(set(box), key=lambda slip: (order[slip.place], slip.hash))


def _opened(manifest: Manifest, slip: Slip, key: EllipticCurvePrivateKey) -> Entry:
    bound = label(manifest.hash, manifest.round, slip.place)
    opens = slip_key(key, slip.sealed, bound)
    return Entry(slip, opens, outcome(opens, slip.sealed, bound))
