"""Who may see and do what: the role matrix of DOMAIN.md 11.3 as tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.domain.kinds import Kind
from server.domain.records import Json, Record
from server.domain.roles import ROLES, TAKES_PART, VISITING, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking.

    Shape:  `roles` those held now; `revoked` if the replica is no longer trusted; `takes_part` the villages in whose
            visits the person is visitor or companion.
    """

    account: str
    person: str | None
    roles: tuple[Role, ...]
    revoked: bool = False
    takes_part: frozenset[str] = frozenset()

    def holds(self, roles: Collection[str]) -> bool:
        """Whether one of these roles is held."""
        return any(held.role in roles for held in self.roles)

    @property
    def barred(self) -> frozenset[str]:
        """The villages he answers for himself: what is said there about him and his branch is not for him."""
        return frozenset(held.village for held in self.roles if held.village and held.role in BARRING)


BARRING = frozenset(role for role, row in ROLES.items() if row.barred)
READS: Mapping[str, tuple[str, ...]] = {role: row.cells for role, row in ROLES.items()}
"""Which scopes a role's replica holds; a role with an empty row holds no replica."""

HEADER = frozenset({"companions", "planned_for", "start_at", "end_at"})
"""What the office may edit of somebody else's visit (DESIGN.md 5.6)."""


def scopes_of(actor: Actor, township_id: str, villages: Collection[str]) -> frozenset[str]:
    """The scopes whose records the actor's replica holds; none once it is revoked or without a role (L15)."""
    if actor.revoked:
        return frozenset()
    found = {scope for role in actor.roles for scope in _scopes(actor, role, township_id, villages)}
    return frozenset(found - {f"field:{village}" for village in actor.barred})


def policy_of(scopes: Iterable[str]) -> str:
    """A short name of a set of scopes: the same set has the same name, whatever its order."""
    text = json.dumps(sorted(scopes), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def may(
    actor: Actor,
    action: str,
    kind: Kind,
    record: Record | None,
    parents: Sequence[Record],
    fields: Mapping[str, Json],
) -> str | None:
    """None if the actor may do this to the record, else the reason in a sentence.

    Shape:  `action` is create, patch, add, remove, delete, restore, settle or the name of a command; `parents` are the
            known ancestors, nearest first; `record` is None for a create; `fields` what the change writes.
    Source: DOMAIN.md 11.3, DESIGN.md 5.5
    """
    if actor.revoked:
        return "this replica has been revoked"
    if not kind.offline:
        return f"{kind.name} is written online only"
    if not actor.barred.isdisjoint(_villages(record, parents, fields)):
        return "what is seen and heard in a village is not written by those who answer for it"
    if not _cells(actor):
        return "the account holds no role that writes offline"
    if record is not None and not reaches(actor, record, parents):
        return "the record is not, or no longer, in a scope that the account may read"
    cell = RIGHTS.get(kind.name, {})
    rules = cell.get(action, cell.get("*", ()))
    asked = Asked(actor, record, parents, fields)
    if any(rule(asked) for rule in rules):
        return None
    return f"{action} of {kind.name} is for {' or '.join(rule.__doc__ or '' for rule in rules) or 'nobody'}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the role matrix."""

    actor: Actor
    record: Record | None
    parents: Sequence[Record]
    fields: Mapping[str, Json]


def _visiting(asked: Asked) -> bool:
    """committee secretary, office, leader, 包村 leader or deputy secretary"""
    return asked.actor.holds(VISITING)


def _visitor(asked: Asked) -> bool:
    """the visitor"""
    return asked.record is not None and _is_visitor(asked.actor, asked.record)


def _companion(asked: Asked) -> bool:
    """a companion"""
    return asked.record is not None and _is_companion(asked.actor, asked.record)


def _author(asked: Asked) -> bool:
    """its author"""
    return asked.record is not None and asked.record.created_by == asked.actor.account


def _field_author(asked: Asked) -> bool:
    """its author, while he goes to the villages"""
    return _author(asked) and any(cell.startswith("field") for cell in _cells(asked.actor))


def _office_header(asked: Asked) -> bool:
    """the office (companions, planned date and times only)"""
    return asked.actor.holds({"pbo"}) and bool(asked.fields) and HEADER.issuperset(asked.fields)


def _visit_reader(asked: Asked) -> bool:
    """who may read the visit"""
    visit = next((parent for parent in asked.parents if parent.kind == "visit"), None)
    if visit is None:
        return asked.actor.holds(VISITING)
    return reaches(asked.actor, visit, ())


def _visit_family(asked: Asked) -> bool:
    """the visitor, a companion or the author of the visit"""
    visit = next((parent for parent in asked.parents if parent.kind == "visit"), None)
    if visit is None:
        return asked.actor.holds(VISITING)
    of_visit = Asked(asked.actor, visit, (), asked.fields)
    return reaches(asked.actor, visit, ()) and any(rule(of_visit) for rule in (_visitor, _companion, _author))


def _interview_author(asked: Asked) -> bool:
    """the interview's author"""
    if not asked.parents:
        return True
    interview, *above = asked.parents
    return interview.created_by == asked.actor.account and reaches(asked.actor, interview, above)


Rule = Callable[[Asked], bool]
_VISIT_EDITORS: tuple[Rule, ...] = (_visitor, _companion, _author, _office_header)
_ROW: Mapping[str, tuple[Rule, ...]] = {"create": (_visit_reader,), "*": (_author,)}
RIGHTS: Mapping[str, Mapping[str, tuple[Rule, ...]]] = {
    "visit": {
        "create": (_visiting,),
        "patch": _VISIT_EDITORS,
        "add": _VISIT_EDITORS,
        "remove": _VISIT_EDITORS,
        "settle": _VISIT_EDITORS,
        "start": (_visitor, _companion, _author),
        "complete": (_visitor, _companion, _author),
        "cancel": (_visitor, _companion, _author),
        "move": (_visitor,),
        "delete": (_author,),
        "restore": (_author,),
    },
    "record_check": _ROW,
    "addendum": {"create": (_visit_family,), "*": (_author,)},
    "interview": _ROW,
    "opinion": {**_ROW, "record": (_field_author,)},
    "interviewee": {"create": (_interview_author,), "*": (_author,)},
}
"""kind → action → who (any of them); `*` is every action without a cell of its own."""


def reads(actor: Actor, scope: str) -> bool:
    """Whether a scope is among those the actor holds, without a list of all villages."""
    name, _, of = scope.partition(":")
    if name == "own":
        return of == actor.account
    if name == "field" and of in actor.barred:
        return False
    return any(_holds(actor, role, name, of) for role in actor.roles)


def _cells(actor: Actor) -> set[str]:
    return {cell for held in actor.roles for cell in READS.get(held.role, ())}


def reaches(actor: Actor, record: Record, parents: Sequence[Record]) -> bool:
    """Whether the record is on the actor's replica, or will be: a leader's first visit opens its village to him."""
    if reads(actor, record.scope):
        return True
    visit = next((one for one in (record, *parents) if one.kind == "visit"), None)
    takes_part = visit is not None and (_is_visitor(actor, visit) or _is_companion(actor, visit))
    return takes_part and actor.holds(TAKES_PART)


def _holds(actor: Actor, role: Role, name: str, of: str) -> bool:
    cells = READS.get(role.role, ())
    if f"{name}:*" in cells:
        return True
    if name not in cells:
        return False
    if name == "field":
        return of in actor.takes_part
    return name in ("office", "town") or of == role.village


def _villages(record: Record | None, parents: Sequence[Record], fields: Mapping[str, Json]) -> Iterator[str]:
    """The villages whose field a change would touch: where its record and parents live, and where it sends them."""
    for one in (*([record] if record else []), *parents):
        name, _, of = one.scope.partition(":")
        if name == "field":
            yield of
    village = fields.get("village_id")
    if isinstance(village, str):
        yield village


def _scopes(actor: Actor, role: Role, township_id: str, villages: Collection[str]) -> list[str]:
    found: list[str] = []
    for cell in READS.get(role.role, ()):
        name, _, every = cell.partition(":")
        if cell == "own":
            found.append(f"own:{actor.account}")
        elif every:
            found += [f"{name}:{village}" for village in villages]
        elif name == "village":
            found += [f"village:{role.village}"] if role.village else []
        elif name == "field":
            found += [f"field:{village}" for village in villages if village in actor.takes_part]
        else:
            found.append(f"{name}:{township_id}")
    return found


def _is_visitor(actor: Actor, visit: Record) -> bool:
    if actor.person is None:
        return visit.created_by == actor.account
    return visit.fields.get("visitor_id") == actor.person


def _is_companion(actor: Actor, visit: Record) -> bool:
    return actor.person is not None and actor.person in (visit.fields.get("companions") or ())
