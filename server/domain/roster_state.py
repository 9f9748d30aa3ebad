"""The roster as it stands: which village has which branch, secretary and, in the open cycle, which subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.domain.records import Record
from server.domain.roster import ExistingVillage

SECRETARY_POST = "支部书记"
"""How the post of every branch secretary ends: 若连村党支部书记; 第一书记 is another office."""


@dataclass(frozen=True, slots=True)
class Roster:
    """What a roster import builds on; nothing here is deleted.

    Shape:  villages by region code; branches by village id; subjects (of one cycle) by branch id; people by id.
    """

    villages: Mapping[str, Record]
    branches: Mapping[str, Record]
    subjects: Mapping[str, Record]
    people: Mapping[str, Record]

    def secretary_of(self, village_id: str) -> Record | None:
        """The branch secretary: whom the cycle appraises, else who holds the post in this village."""
        branch = self.branches.get(village_id)
        subject = self.subjects.get(branch.id) if branch else None
        appraised = self.people.get(str(subject.fields.get("person_id"))) if subject else None
        return appraised or next((person for person in self._of(village_id) if _is_secretary(person)), None)

    def namesake(self, village_id: str, name: str) -> Record | None:
        """Somebody of this name in this village who is, or once was, its secretary: no second person is made of him."""
        return next(
            (
                person
                for person in self._of(village_id)
                if person.fields.get("name") == name and (_is_secretary(person) or not person.fields.get("post"))
            ),
            None,
        )

    def existing(self) -> dict[str, ExistingVillage]:
        """What `plan_roster` compares a file with."""
        return {code: self._existing(village) for code, village in self.villages.items()}

    def _existing(self, village: Record) -> ExistingVillage:
        secretary, branch = self.secretary_of(village.id), self.branches.get(village.id)
        return ExistingVillage(
            id=village.id,
            name=str(village.fields["name"]),
            secretary=str(secretary.fields["name"]) if secretary else None,
            branch=str(branch.fields["name"]) if branch else None,
        )

    def _of(self, village_id: str) -> list[Record]:
        return [person for person in self.people.values() if person.fields.get("village_id") == village_id]


def roster_of(records: Iterable[Record], cycle_id: str | None) -> Roster:
    """The roster that these records (of the kinds village, branch, person, subject) make up.

    Of two villages under one code the later one counts: a withdrawn village (`valid_to`) gives its code back.
    """
    live = [record for record in records if not record.deleted]
    villages = sorted(
        (one for one in live if one.kind == "village"), key=lambda one: one.fields.get("valid_to") is None
    )
    return Roster(
        villages={str(one.fields["region_code"]): one for one in villages},
        branches={str(one.fields["village_id"]): one for one in live if one.kind == "branch"},
        subjects={
            str(one.fields["branch_id"]): one
            for one in live
            if one.kind == "subject" and one.fields.get("cycle_id") == cycle_id
        },
        people={one.id: one for one in live if one.kind == "person"},
    )


def _is_secretary(person: Record) -> bool:
    return str(person.fields.get("post") or "").endswith(SECRETARY_POST)
