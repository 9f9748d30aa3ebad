"""One change before the judge: what it wants, who asks, what it has met so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from server.domain.conflicts import side_of
from server.domain.judging.verdicts import Note, Verdict
from server.domain.judging.working import Working
from server.domain.kinds import Kind
from server.domain.permissions import Actor, may
from server.domain.records import Change, Json, Record


class NotApplied(Exception):
    """The change goes to quarantine with this note; whatever its group has written is undone."""

    def __init__(self, slug: str, detail: str, errors: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.note = Note(slug, detail, errors)


def refuse_damaged(record: Record) -> None:
    """Nothing, unless nobody can open what the record says: a change of it waits whole, and writes over nothing.

    Raises: server-fault
    """
    if record.damaged:
        raise NotApplied("server-fault", "what the record says cannot be opened on the server; restore a backup")


@dataclass(slots=True)
class Case:
    """One change under judgement.

    Shape:  `opened` are conflicts this change opened or joined, `settled` those that settled themselves; `concurrent`
            is True once anybody else is found to have written to the record after the base.
    """

    work: Working
    actor: Actor
    change: Change
    base: int
    opened: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    concurrent: bool = False

    @property
    def kind(self) -> Kind:
        """The kind the change speaks of."""
        return self.work.kinds[self.change.kind]

    def target(self) -> Record:
        """The record the change is for.

        Raises: depends-on (it is not there), invalid-change (it is of another kind), server-fault (its seal is broken)
        """
        record = self.work.find(self.change.record)
        if record is None:
            raise NotApplied("depends-on", f"the {self.change.kind} it belongs to has not arrived")
        refuse_damaged(record)
        if record.kind != self.change.kind:
            raise NotApplied("invalid-change", f"the record is a {record.kind}", (("/kind", f"is {record.kind}"),))
        return record

    def allow(
        self, action: str, kind: Kind, record: Record | None, parent: str | None, fields: Mapping[str, Json]
    ) -> None:
        """Nothing, if the actor may do this.

        Raises: change-not-allowed
        """
        refusal = may(self.actor, action, kind, record, self.work.ancestors(parent), fields)
        if refusal is not None:
            raise NotApplied("change-not-allowed", refusal)

    def signed(self, record: Record) -> Record:
        """The record as last written by this change's author."""
        return replace(record, updated_by=self.actor.account, updated_at_ms=self.work.now_ms)

    def side(self, value: Json) -> dict[str, Json]:
        """The value as this change's side in a conflict."""
        change = self.change
        return side_of(change.replica, change.n, self.actor.account, value, self.base, change.captured_at_ms)

    def verdict(self, head_before: int) -> Verdict:
        """What became of the change, from what it wrote and met."""
        wrote = self.work.head > head_before
        seq = self.work.head if wrote else None
        conflicts = tuple(dict.fromkeys([*self.opened, *self.settled]))
        if self.opened:
            return Verdict(self.change.n, "conflict", seq, conflicts)
        calm = wrote and not self.concurrent and not self.settled
        return Verdict(self.change.n, "applied" if calm else "merged", seq, conflicts)
