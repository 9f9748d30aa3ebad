"""What a record is: one synced thing, with the memory of who wrote each field when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = Any
"""A JSON value as the standard library parses it."""


class FieldSeq(NamedTuple):
    """When a field was last written, by which writer, under which of his numbers; and when anybody else last wrote it.

    A tuple because every value written has one, and a frozen dataclass takes four times as long to make.

    Shape:  seq and other_seq are feed numbers (0 = never); writer is a replica id or `cmd:<id>` for an online command.
    """

    seq: int
    writer: str
    n: int
    other_seq: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One synced thing of a kind, in exactly one scope.

    Shape:  `fields` is flat: a map field is one key per entry (`area_notes.study`), a set field a list of its elements.
            `field_seqs` has one entry per written field and one per set element (`companions/<element key>`).
            `parent` is the id of the record this one hangs on (a visit for its checks, the record for its conflicts).
            `sealed`: its fields lie encrypted in the database. `emptied_by` (replica, n): the change beside which the
            content of a deleted record lies; `fields` hold it here all the same. `damaged`: the sealed
            text that nobody can open; it stays as it lies, and nothing is known of the fields.
    """

    id: str
    kind: str
    scope: str
    seq: int
    fields: Mapping[str, Json] = field(default_factory=dict)
    field_seqs: Mapping[str, FieldSeq] = field(default_factory=dict)
    deleted: bool = False
    parent: str | None = None
    created_by: str = ""
    created_at_ms: int = 0
    updated_by: str = ""
    updated_at_ms: int = 0
    sealed: bool = False
    emptied_by: tuple[str, int] | None = None
    damaged: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One offline edit of one record, as its author's replica sent it (docs/wire.md).

    Shape:  `fields` is flat like a record's; `canonical` is the RFC 8785 text without `n` and `hash`, kept for ever.
            `erased`: a withdrawal emptied it, it says, so its hash proves nothing; the judge asks for the withdrawal.
    """

    replica: str
    n: int
    change: str
    hash: str
    schema_version: int
    record: str
    kind: str
    action: str
    base: int
    fields: Mapping[str, Json]
    captured_at_ms: int
    clock_offset_ms: int
    canonical: str
    command: str | None = None
    group: str | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that customs could not read: it takes its number and goes to quarantine with this reason (L6).

    Shape:  `slug` from the problem catalogue; `errors` are (JSON pointer, detail); `payload` is ASCII JSON.
    """

    replica: str
    n: int
    change: str | None
    hash: str
    record: str | None
    kind: str | None
    slug: str
    detail: str
    payload: str
    errors: tuple[tuple[str, str], ...] = ()
    group: str | None = None
    captured_at_ms: int = 0
