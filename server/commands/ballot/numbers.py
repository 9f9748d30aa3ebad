"""What a round's reconciliation says now, reckoned from counts alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from server.domain.ballot.manifest import Cell, Manifest, Place
from server.domain.ballot.reconciliation import Row, broken, verdict
from server.domain.ballot.rounds import HERE
from server.domain.ballot.tally import Counts
from server.store.paper import load_entry
from server.store.reconciliation import Numbers, load_late, load_numbers
from server.store.round_rows import RoundRow

Json = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The reconciliation. Shape: `broken` {subject, group, what} for each identity that does not hold."""

    rows: Mapping[Place, Row]
    paper: Mapping[Place, Counts]
    late: tuple[dict[str, str], ...]
    paper_agrees: bool
    broken: tuple[dict[str, str], ...]

    def rows_json(self) -> list[Json]:
        return [{"subject": place[0], "group": place[1], **asdict(row)} for place, row in self.rows.items()]

    def paper_json(self) -> list[Json]:
        return [{"subject": place[0], "group": place[1], **asdict(row)} for place, row in self.paper.items()]


def reckoned(connection: Connection, township_id: str, row: RoundRow, manifest: Manifest) -> Reckoning:
    """What was issued beside what came back, place by place.

    Source: DOMAIN.md 4.4, 14.3, docs/ballot.md 7
    """
    subjects = [subject for subject, _ in manifest.subjects]
    numbers = load_numbers(connection, township_id, row.id, row.meeting, subjects, HERE)
    one, two = (load_entry(connection, township_id, row.id, entry) for entry in ("a", "b"))
    paper = {place: one.get(place, Counts()) for place in manifest.places()}
    rows = {(cell.subject, cell.group): _row(cell, numbers, paper[cell.subject, cell.group]) for cell in manifest.cells}
    late = load_late(connection, township_id, row.id)
    order = {place: at for at, place in enumerate(manifest.places())}
    late.sort(key=lambda slip: (order[slip["subject"], slip["group"]], slip["hash"]))
    faults = [{"subject": place[0], "group": place[1], "what": what} for place in rows for what in _faults(
        rows[place], numbers.collected[place], paper[place]
    )]  # fmt: skip
    return Reckoning(rows, paper, tuple(late), one == two, tuple(faults))


def _row(cell: Cell, numbers: Numbers, paper: Counts) -> Row:
    place = (cell.subject, cell.group)
    issued = numbers.issued_e[place] + numbers.issued_p[place]
    back = numbers.in_time[place] + paper.counted + numbers.late[place]
    return Row(
        entitled=cell.entitled,
        present=numbers.present[place],
        issued_e=numbers.issued_e[place],
        issued_p=numbers.issued_p[place],
        received_e=numbers.in_time[place],
        collected_p=paper.counted,
        late=numbers.late[place],
        lost=max(0, issued - back),
        spoiled=numbers.spoiled[cell.group],
        duplicate_attempts=numbers.duplicates[place],
    )


def _faults(row: Row, collected: int, paper: Counts) -> list[str]:
    """The identities that do not hold, by slugs; more back than issued voids the round."""
    found = [_SLUGS[words] for words in broken(row)]
    if verdict(row) == "void":
        found.append("more-back-than-issued")
    if collected != paper.counted:
        found.append("forms-and-rows")
    return found


_SLUGS = {
    "entitled >= present": "present-over-entitled",
    "present >= issued": "issued-over-present",
    "issued >= received": "received-over-issued",
    "received + late + lost = issued": "sum-not-issued",
}
