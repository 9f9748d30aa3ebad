"""Field by field: what a record is after one more change, and which values somebody must look at.

The same rules run on the phone (pwa/src/domain/merge.ts); both are held to tests/vectors/merge.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from server.domain.canonical import same
from server.domain.kinds import Kind
from server.domain.records import FieldSeq, Json, Record


@dataclass(frozen=True, slots=True)
class Edit:
    """What the merge needs of a change: who writes what, on top of which seq, at which seq.

    Shape:  `verb` is patch (fields take values), add or remove (`fields` lists elements of sets); `guarded` treats
            plain fields as guarded.
    """

    writer: str
    n: int
    base: int
    seq: int
    fields: Mapping[str, Json]
    verb: str = "patch"
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Displaced:
    """A plain value that gave way to a later one. Shape: `by` is the memory of who had written it."""

    value: Json
    by: FieldSeq


@dataclass(frozen=True, slots=True)
class Merged:
    """The record after the edit, and what the edit met.

    Shape:  `written` names the fields and elements (`companions/<key>`) whose value or memory changed; `challenges` the
            guarded fields whose value stays, with the challenger's; `displaced` plain fields whose value gave way;
            `superseded` fields left alone because the same writer has already written them under a higher number;
            `concurrent` True if anybody else wrote to the record after the base.
    """

    record: Record
    written: tuple[str, ...] = ()
    challenges: Mapping[str, Json] = field(default_factory=dict)
    displaced: Mapping[str, Displaced] = field(default_factory=dict)
    superseded: tuple[str, ...] = ()
    concurrent: bool = False


def merge(kind: Kind, record: Record, edit: Edit) -> Merged:
    """The record after the edit; a guarded field that someone else wrote since keeps its value and is challenged.

    Laws:   L1 edits of different fields commute, L2 no edited value is lost, L3 an untouched side gives way
    Source: DESIGN.md 5.4, docs/decisions/0001-merge.md
    """
    desk = _Desk(record, edit)
    for name, value in edit.fields.items():
        spec = kind.spec(name)
        if spec is not None and spec.cls == "set":
            for element in value if isinstance(value, list) else ():
                desk.remove(name, element) if edit.verb == "remove" else desk.add(name, element)
        else:
            desk.write(name, value, is_plain=spec is not None and spec.cls == "plain" and not edit.guarded)
    return desk.merged()


def is_contested(seqs: Mapping[str, FieldSeq], name: str, writer: str, base: int) -> bool:
    """Whether somebody else wrote this field after the base; the author's own chained edits never count (L3)."""
    entry = seqs.get(name)
    return entry is not None and last_other(entry, writer) > base


def is_touched(record: Record, writer: str, base: int) -> bool:
    """Whether somebody else wrote any field of the record after the base."""
    return any(last_other(entry, writer) > base for entry in record.field_seqs.values())


def last_other(entry: FieldSeq, writer: str) -> int:
    """The last seq at which anybody but the writer wrote the field; 0 for never."""
    return entry.other_seq if entry.writer == writer else entry.seq


def stamped(seqs: Mapping[str, FieldSeq], name: str, writer: str, n: int, seq: int) -> FieldSeq:
    """The memory of a field after this write."""
    entry = seqs.get(name)
    return FieldSeq(seq, writer, n, last_other(entry, writer) if entry is not None else 0)


def element_key(element: Json) -> str:
    """What tells one element of a set from another: the `id` of an object, or the scalar itself."""
    if isinstance(element, dict):
        return str(element.get("id"))
    return element if isinstance(element, str) else str(element).lower()


def element_names(name: str, elements: Json) -> Iterator[str]:
    """The names under which a set's elements are remembered: `companions/<key>`."""
    return (f"{name}/{element_key(element)}" for element in (elements if isinstance(elements, list) else ()))


class _Desk:
    """One merge under way."""

    def __init__(self, record: Record, edit: Edit) -> None:
        self.record, self.edit = record, edit
        self.fields = dict(record.fields)
        self.seqs = dict(record.field_seqs)
        self.written: list[str] = []
        self.challenges: dict[str, Json] = {}
        self.displaced: dict[str, Displaced] = {}
        self.superseded: list[str] = []

    def merged(self) -> Merged:
        after = self.record
        if self.written:
            after = replace(after, fields=self.fields, field_seqs=self.seqs, seq=self.edit.seq)
        concurrent = is_touched(self.record, self.edit.writer, self.edit.base)
        return Merged(after, tuple(self.written), self.challenges, self.displaced, tuple(self.superseded), concurrent)

    def write(self, name: str, value: Json, is_plain: bool) -> None:
        if name not in self.seqs:
            self.fields[name] = value
            self._stamp(name)
            return
        if self._is_superseded(name):
            return
        before = self.fields.get(name)
        if self._is_contested(name):
            if same(before, value):
                self._agree(name)
                return
            if not is_plain:
                self.challenges[name] = value
                return
            self.displaced[name] = Displaced(before, self.seqs[name])
        self.fields[name] = value
        self._stamp(name)

    def add(self, name: str, element: Json) -> None:
        """An element that is there is touched, so that a concurrent removal leaves it; its own text is guarded."""
        key = f"{name}/{element_key(element)}"
        if self._is_superseded(key):
            return
        elements = list(self.fields.get(name) or ())
        at = _place(elements, element)
        if at is None:
            elements.append(element)
        elif not same(elements[at], element):
            if self._is_contested(key):
                self.challenges[key] = element
                return
            elements[at] = element
        self.fields[name] = elements
        self._stamp(key)

    def remove(self, name: str, element: Json) -> None:
        """An element that someone else added or touched since the base stays."""
        key = f"{name}/{element_key(element)}"
        elements = list(self.fields.get(name) or ())
        at = _place(elements, element)
        if at is None or self._is_superseded(key) or self._is_contested(key):
            return
        del elements[at]
        self.fields[name] = elements
        self._stamp(key)

    def _is_contested(self, name: str) -> bool:
        return is_contested(self.seqs, name, self.edit.writer, self.edit.base)

    def _is_superseded(self, name: str) -> bool:
        """A change released late from quarantine never overwrites what its author wrote since."""
        entry = self.seqs.get(name)
        if entry is None or entry.writer != self.edit.writer or entry.n <= self.edit.n:
            return False
        self.superseded.append(name)
        return True

    def _agree(self, name: str) -> None:
        """Two who wrote the same are no conflict, but the first does not change his word unseen by the second.

        Who says his own word again has met nobody (L3).
        """
        if self.seqs[name].writer == self.edit.writer:
            self._stamp(name)
            return
        self.seqs[name] = self.seqs[name]._replace(other_seq=self.edit.seq)
        self.written.append(name)

    def _stamp(self, name: str) -> None:
        self.seqs[name] = stamped(self.seqs, name, self.edit.writer, self.edit.n, self.edit.seq)
        self.written.append(name)


def _place(elements: list[Json], element: Json) -> int | None:
    key = element_key(element)
    return next((at for at, known in enumerate(elements) if element_key(known) == key), None)
