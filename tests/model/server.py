"""The server of the model: the real judge over a store in memory that does what server/commands do, step for step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.domain.judge import judge_batch
from server.domain.judging.needs import more_ids
from server.domain.judging.verdicts import Departure, Judged, Note, Township, Verdict
from server.domain.judging.working import Working
from server.domain.permissions import Actor
from server.domain.problems import Problem
from server.domain.records import Change, Record, Refused
from server.domain.renumber import Renumbering, restamp
from server.schemas.kinds.registry import KINDS
from tests.model.account import Account, Act, Shown
from tests.model.cast import CYCLE, TOWN, villages

Item = Change | Refused


@dataclass(frozen=True, slots=True)
class Sent:
    """One change in a push. Shape: `shown` is what its author had before him; the real server never hears of it."""

    change: Change
    shown: Shown = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of the history. Shape: `item` as it was judged."""

    item: Item
    verdict: Verdict
    shown: Shown
    account: str


@dataclass(frozen=True, slots=True)
class Held:
    """One change in quarantine. Shape: `status` held, released or rejected."""

    stored: Stored
    slug: str
    status: str = "held"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One replica. Shape: `install` names the phone, whatever it is called now; `policies` newest first."""

    account: str
    install: str
    revoked: bool = False
    policies: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Server:
    """One township: records, history, quarantine, replicas; and the account of what must not be lost."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = villages()
        self.departures: tuple[Departure, ...] = ()
        self.head, self.epoch, self.epochs, self.durable = 10, "epoch-0", 0, 0
        self.gaps: tuple[tuple[int, int], ...] = ()
        self.actors: dict[str, Actor] = {}
        self.replicas: dict[str, Enrolled] = {}
        self.numbers: dict[str, tuple[Stored, ...]] = {}
        self.changes: dict[str, Stored] = {}
        self.held: dict[tuple[str, int], Held] = {}
        self.tags: dict[tuple[str, int], str] = {}
        self.account = Account()
        self.broken: tuple[str, ...] = ()

    def copy(self) -> Server:
        """The same township, free to go another way."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        for name in ("records", "actors", "replicas", "numbers", "changes", "held", "tags"):
            setattr(twin, name, dict(getattr(self, name)))
        twin.account = self.account.copy()
        return twin

    def was_read(self) -> None:
        """Somebody has read a page; nothing follows from that, unless a fault is planted."""

    def secret_key(self) -> object:
        """What else tells two states apart; a planted fault may keep something."""
        return self.epoch, tuple(self.replicas.items())

    def enrol(self, replica: str, actor: Actor, install: str) -> None:
        """There is a replica for the account, its counter at 0."""
        self.actors.setdefault(actor.account, actor)
        self.replicas[replica] = Enrolled(actor.account, install)
        self.numbers[replica] = ()

    def actor_of(self, replica: str) -> Actor:
        """Who asks, with the roles held now."""
        enrolled = self.replicas[replica]
        actor = self.actors[enrolled.account]
        return replace(actor, revoked=True) if enrolled.revoked else actor

    def push(self, replica: str, batch: Sequence[Sent], epoch: str | None = None) -> list[Verdict]:
        """One verdict per change: the stored one, or a fresh one. Raises: epoch-changed, change-gap, replica-forked"""
        stored = self._numbers_of(replica)
        if epoch not in (None, self.epoch) and not self.replicas[replica].revoked:
            raise Problem("epoch-changed", "the push was made in another history")
        first, last_n = batch[0].change.n, len(stored)
        if [one.change.n for one in batch] != list(range(first, first + len(batch))) or first > last_n + 1:
            raise Problem("change-gap", "a gap", expected=last_n + 1)
        seen = [one for one in batch if one.change.n <= last_n]
        for one in seen:
            if stored[one.change.n - 1].item.hash != one.change.hash:
                raise Problem("replica-forked", "another history", n=one.change.n)
        fresh = batch[len(seen) :]
        if fresh:
            self._judge(replica, fresh)
        numbers = self.numbers[replica]
        return [replace(numbers[one.change.n - 1].verdict, n=one.change.n) for one in batch]

    def release_waiting(self, arrived: Collection[str]) -> None:
        """What waited for one of these records is judged again, and what waited for that."""
        while arrived:
            held = self._waiting(arrived)
            if not held:
                return
            waiting = [(one.stored.item, self.actors[one.stored.account]) for one in held]
            known = self.load([change for change, _actor in waiting])
            judged = judge_batch(KINDS, self.township(), waiting[0][1], known, [], waiting, 0)
            self.save(judged)
            self.settle_released(judged)
            arrived = {record.id for record in judged.records} - set(known)

    def settle_released(self, judged: Judged) -> None:
        """What was held and no longer is, is marked released; the rest waits on."""
        for change, verdict in judged.released:
            row = self.held[(change.replica, change.n)]
            if verdict.problem is not None:
                self.held[(change.replica, change.n)] = replace(row, slug=verdict.problem.slug)
                continue
            self.held[(change.replica, change.n)] = replace(row, status="released")
            self._note(row.stored, verdict)

    def township(self) -> Township:
        """The township as the judge sees it."""
        return Township(TOWN, False, CYCLE, self.head, self.gaps)

    def load(self, items: Iterable[Item]) -> dict[str, Record]:
        """As the store does: ids and everything that hangs on them, in at most four rounds."""
        items = list(items)
        known: dict[str, Record] = {}
        asked: set[str] = set()
        for _round in range(4):
            ids = more_ids(KINDS, known, items) - asked
            if not ids:
                break
            asked |= ids
            known |= {one.id: one for one in self.records.values() if one.id in ids or one.parent in ids}
        return known

    def save(self, judged: Judged, restamped: Sequence[Record] = ()) -> None:
        """Rows as the guard of the feed lets them in: numbers grow, are unique, and end at the head."""
        rows = {row.id: row for row in restamped} | {row.id: row for row in judged.records}
        taken = [row.seq for row in rows.values()] + [gone.seq for gone in judged.departures]
        if len(set(taken)) != len(taken) or any(not self.head < number <= judged.head for number in taken):
            self.broken += ("L4: a number of the feed was given out twice or out of order",)
        self.records |= rows
        self.departures += tuple(judged.departures)
        self.head = judged.head

    def conflicts(self) -> dict[str, list[Record]]:
        """The conflicts over each record."""
        found: dict[str, list[Record]] = {}
        for row in self.records.values():
            if row.kind == "conflict" and row.parent is not None:
                found.setdefault(row.parent, []).append(row)
        return found

    def tag(self, writer: str, n: int) -> str | None:
        """The id of the change that a replica sent under a number."""
        return self.tags.get((writer, n))

    def _numbers_of(self, replica: str) -> tuple[Stored, ...]:
        if replica not in self.replicas:
            raise Problem("unknown-replica", "the replica is gone")
        return self.numbers[replica]

    def _judge(self, replica: str, fresh: Sequence[Sent]) -> None:
        enrolled, actor = self.replicas[replica], self.actor_of(replica)
        shown = {one.change.n: one.shown for one in fresh}
        known, twins, items = self._sorted_out(actor, fresh)
        names = [
            Renumbering((one.item.replica, one.item.n), (replica, n)) for n, one in known.items() if one.verdict.seq
        ]
        restamped = self._restamped(names, known)
        loaded = self.load(items) | {row.id: row for row in restamped}
        township = replace(self.township(), head=self.head + len(restamped))
        groups = {one.item.group for one in self.numbers[replica] if one.item.group}
        judged = judge_batch(KINDS, township, actor, loaded, items, [], 0, groups)
        self.save(judged, restamped)
        rows = dict(known)
        for item, verdict in judged.verdicts:
            rows[item.n] = self._keep(item, verdict, shown[item.n], enrolled)
        for n, first in twins.items():
            rows[n] = rows[first]
        for n, one in sorted(rows.items()):
            self.numbers[replica] += (one,)
            if one.item.change:
                self.tags[(replica, n)] = one.item.change
        self.release_waiting({row.id for row in judged.records} - set(loaded))

    def _keep(self, item: Item, verdict: Verdict, shown: Shown, enrolled: Enrolled) -> Stored:
        stored = Stored(item, verdict, shown, enrolled.account)
        if item.change is not None:
            if item.change in self.changes:
                self.broken += (f"L5: {item.change} was judged twice",)
            self.changes[item.change] = stored
        if verdict.problem is not None:
            self.held[(item.replica, item.n)] = Held(stored, verdict.problem.slug)
        else:
            self._note(stored, verdict)
        return stored

    def _note(self, stored: Stored, verdict: Verdict) -> None:
        assert isinstance(stored.item, Change)
        base = Working(KINDS, self.township(), {}, 0).base(stored.item.base)
        act = Act(stored.item, author_of(stored.item), stored.shown, verdict, base)
        self.broken += tuple(self.account.note(act, self.records))

    def _sorted_out(self, actor: Actor, fresh: Sequence[Sent]) -> tuple[dict[int, Stored], dict[int, int], list[Item]]:
        """As known_changes.sort_out: what is known, what comes twice in this batch, what must be judged."""
        known: dict[int, Stored] = {}
        twins: dict[int, int] = {}
        items: list[Item] = []
        first: dict[str, Change] = {}
        for change in (one.change for one in fresh):
            stored, twin = self.changes.get(change.change), first.get(change.change)
            if stored and stored.item.hash == change.hash and stored.account == actor.account:
                if actor.revoked:
                    items.append(refused(change, Note("change-not-allowed", "this replica has been revoked")))
                else:
                    known[change.n] = stored
            elif twin and twin.hash == change.hash:
                twins[change.n] = twin.n
            elif stored or twin:
                items.append(refused(change, Note("invalid-change", "the id of this change was already used")))
            else:
                items.append(change)
                first[change.change] = change
        return known, twins, items

    def _restamped(self, names: Sequence[Renumbering], known: Mapping[int, Stored]) -> list[Record]:
        if not names:
            return []
        ids = {one.item.record for one in known.values() if one.item.record}
        touched = {row.id: row for row in self.records.values() if row.id in ids or row.parent in ids}
        behind = {row.parent for row in touched.values() if row.kind == "conflict" and row.parent} - set(touched)
        touched |= {row.id: row for row in self.records.values() if row.id in behind or row.parent in behind}
        return restamp(touched.values(), names, self.head)

    def _waiting(self, arrived: Collection[str]) -> list[Held]:
        held = [one for one in self.held.values() if one.status == "held" and one.slug == "depends-on"]
        groups = {one.stored.item.group for one in held if one.stored.item.record in arrived} - {None}
        chosen = [one for one in held if one.stored.item.record in arrived or one.stored.item.group in groups]
        return sorted(chosen, key=lambda one: (one.stored.item.replica, one.stored.item.n))


def author_of(change: Change) -> str:
    """The install that made a change, whatever replica sent it."""
    return change.change.partition("/")[0]


def refused(change: Change, note: Note) -> Refused:
    """The change as a refusal that does not claim its change id."""
    return Refused(
        change.replica, change.n, None, change.hash, change.record, change.kind, note.slug, note.detail, "", note.errors
    )
