"""A known change under a new number: what it wrote now belongs to the new replica."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from server.domain.records import FieldSeq, Json, Record


@dataclass(frozen=True, slots=True)
class Renumbering:
    """One known change: who sent it first, and what it is called now. Shape: (replica, n) pairs."""

    old: tuple[str, int]
    new: tuple[str, int]


def restamp(records: Iterable[Record], renumberings: Iterable[Renumbering], head: int) -> list[Record]:
    """The records whose fields or conflict sides these changes wrote, under their new writer, each with a fresh seq.

    Without this, a person who had to enrol anew would conflict with himself.
    Shape:  seqs are head + 1, head + 2, …; records that none of the changes wrote are left out.
    Laws:   L3 (an author's chained edits never conflict, whichever of his replicas sent them)
    Source: DESIGN.md 5.6
    """
    names = {one.old: one.new for one in renumberings}
    changed = [after for record in records if (after := _restamped(record, names)) is not record]
    return [replace(record, seq=head + step) for step, record in enumerate(changed, start=1)]


def _restamped(record: Record, names: Mapping[tuple[str, int], tuple[str, int]]) -> Record:
    seqs = {name: _entry(entry, names) for name, entry in record.field_seqs.items()}
    fields = record.fields
    if record.kind == "conflict" and isinstance(fields.get("sides"), list):
        fields = {**fields, "sides": [_side(side, names) for side in fields["sides"]]}
    if seqs == record.field_seqs and fields == record.fields:
        return record
    return replace(record, field_seqs=seqs, fields=fields)


def _entry(entry: FieldSeq, names: Mapping[tuple[str, int], tuple[str, int]]) -> FieldSeq:
    new = names.get((entry.writer, entry.n))
    return entry if new is None else entry._replace(writer=new[0], n=new[1])


def _side(side: Json, names: Mapping[tuple[str, int], tuple[str, int]]) -> Json:
    new = names.get((side.get("replica"), side.get("n")))
    return side if new is None else {**side, "replica": new[0], "n": new[1]}
