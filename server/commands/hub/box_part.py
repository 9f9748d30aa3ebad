"""The box's part of a round on its way: slips and counts of refusals, which never meet an issuance."""

from __future__ import annotations

import base64

from sqlalchemy import Connection

from server.domain.ballot.handover import Boxed
from server.domain.ballot.manifest import Manifest
from server.domain.ballot.shapes import Malformed
from server.domain.ballot.slips import Forged, Slip, read_slip, slip_hash
from server.domain.problems import Problem
from server.store.slips import add_refused, in_time_elsewhere, load_box, load_refused, put_in

Refused = tuple[str, str, str, int]


def box_of(connection: Connection, township_id: str, round_id: str) -> tuple[Boxed, ...]:
    """Every slip of the round, by its hash."""
    both = [
        Boxed(place, base64.b64encode(body).decode(), late)
        for late in (False, True)
        for place, body in load_box(connection, township_id, round_id, late)
    ]
    return tuple(sorted(both, key=lambda one: slip_hash(base64.b64decode(one.body))))


def refused_of(connection: Connection, township_id: str, round_id: str) -> tuple[Refused, ...]:
    """What was refused in this database."""
    return tuple(load_refused(connection, township_id, round_id))


def put_box(
    connection: Connection, township_id: str, manifest: Manifest, slips: tuple[Boxed, ...], refused: tuple[Refused, ...]
) -> None:
    """The box holds these slips, too, each once; one that was in time anywhere was in time.

    Raises: hub-file (a slip without its signature)
    """
    read = [(_read(manifest, one), one.late) for one in slips]
    known = put_in(connection, township_id, manifest.round, read)
    for slip, late in read:
        if known[slip.hash] and not late:
            in_time_elsewhere(connection, township_id, manifest.round, slip.hash.hex())
    for subject, group, reason, count in refused:
        add_refused(connection, township_id, manifest.round, (subject, group), reason, count)


def _read(manifest: Manifest, boxed: Boxed) -> Slip:
    try:
        return read_slip(manifest, *boxed.place, boxed.body)
    except (Malformed, Forged) as error:
        raise Problem("hub-file", f"a slip in it is none of this round: {error}", why="form") from error
