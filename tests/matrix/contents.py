"""One record of every sort in one township, each with words that are found nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.domain.records import Json
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.records import load_kind
from tests.matrix.cast import Place, Somebody
from tests.phone import NOW_MS, new_id

WORDS = {
    "visit at home": "家里走访的话",
    "visit away": "别处走访的话",
    "record_check at home": "会议记录缺页",
    "addendum at home": "会后补充的一句",
    "interview at home": "群众当面说的话",
    "opinion at home": "水渠多年未修",
    "opinion in draft": "还没想好的意见",
    "interviewee": "欧阳犇喆",
    "conflict about the visit at home": "同行者写的另一句",
    "conflict about the interview at home": "改口后的另一句",
    "conflict about the interviewee": "欧阳喆犇",
    "visit_extract at home": "向家乡支部通报",
    "visit_extract away": "向别处支部通报",
    "quarantine": "被退回的原因",
    "digest": "摘要里的一句",
}
MEETING = ("meeting", "ballot_round", "roll_entry")
CANARIES = tuple(WORDS.values())


@dataclass(frozen=True, slots=True)
class Written:
    """Shape: `ids` row of reads.md → id of its record; `scopes` id → scope."""

    ids: Mapping[str, str]
    scopes: Mapping[str, str]

    def scope_of(self, name: str) -> str:
        """The sort of scope a record lies in."""
        return self.scopes[self.ids[name]].partition(":")[0]

    def leaks(self, said: str, held: Mapping[str, Json]) -> Iterator[str]:
        """The records that are not held and whose words were said all the same."""
        for name, words in WORDS.items():
            if self.ids[name] not in held and words in said:
                yield name


def write_everything(place: Place, author: Somebody, along: tuple[str, ...]) -> Written:
    """The author's phone and the office have written one record for each row of reads.md."""
    ids = {name: new_id() for name in (*WORDS, "township", "branch", "content_area", "subject", "person", *MEETING)}
    save_online(KINDS, place.id, "office", list(_town(place, author, ids)), NOW_MS)
    ids |= {"village": place.home, "cycle": place.cycle}
    _field(place, author, along, ids)
    save_online(KINDS, place.id, "office", list(_conflicts(author, ids)), NOW_MS)
    return Written(ids, _scopes(place))


def _town(place: Place, author: Somebody, ids: dict[str, str]) -> Iterator[OnlineWrite]:
    yield OnlineWrite(ids["township"], "township", {"name": "云台镇", "region_code": "990101101"})
    yield OnlineWrite(ids["person"], "person", {"name": "某人", "post": "干部"})
    yield OnlineWrite(ids["branch"], "branch", {"village_id": place.home, "name": "家乡村党支部"})
    area = {"cycle_id": place.cycle, "code": "study", "title": "学习贯彻"}
    yield OnlineWrite(ids["content_area"], "content_area", area)
    subject = {"cycle_id": place.cycle, "branch_id": ids["branch"], "village_id": place.home}
    yield OnlineWrite(ids["subject"], "subject", subject)
    yield OnlineWrite(ids["meeting"], "meeting", {"cycle_id": place.cycle, "title": "述职评议会", "state": "planned"})
    prepared = {"meeting_id": ids["meeting"], "no": 1, "title": "综合评价", "state": "prepared"}
    yield OnlineWrite(ids["ballot_round"], "ballot_round", prepared)
    row = {"meeting_id": ids["meeting"], "group": "leader", "recusals": [], "status": "expected"}
    yield OnlineWrite(ids["roll_entry"], "roll_entry", row, author=author.account)
    for where, village in (("at home", place.home), ("away", place.away)):
        name = f"visit_extract {where}"
        extract = {"village_id": village, "on": "2026-11-24", "branch_summary": WORDS[name]}
        yield OnlineWrite(ids[name], "visit_extract", extract)
    notice = {"status": "rejected", "reason": WORDS["quarantine"]}
    yield OnlineWrite(ids["quarantine"], "quarantine", notice, author=author.account)
    digest = {"role": "committee_secretary", "text_zh": WORDS["digest"]}
    yield OnlineWrite(ids["digest"], "digest", digest, author=author.account)


def _field(place: Place, author: Somebody, along: tuple[str, ...], ids: dict[str, str]) -> None:
    """A visit at home with everything below it, and one away, as the author's phone pushes them."""
    phone, home = author.phone, ids["visit at home"]
    check = {"area": "study", "doc_type": "minutes", "title": WORDS["record_check at home"], "found": "partial"}
    heard = {"category": "masses", "answer": WORDS["interview at home"]}
    opinion = {"village_id": place.home, "origin": "visit", "origin_id": home}
    about = {"opinion_kind": "problem", "area": "study", "about": "branch"}
    below = {"visit_id": home}
    changes = [
        _visit(author, home, place.home, companions=list(along), narrative=WORDS["visit at home"]),
        _visit(author, ids["visit away"], place.away, narrative=WORDS["visit away"]),
        phone.change("create", ids["record_check at home"], "record_check", fields={**below, **check}),
        phone.change(
            "create", ids["addendum at home"], "addendum", fields={**below, "text": WORDS["addendum at home"]}
        ),
        phone.change("create", ids["interview at home"], "interview", fields={**below, **heard}),
        phone.change(
            "create",
            ids["interviewee"],
            "interviewee",
            fields={"interview_id": ids["interview at home"], "name": WORDS["interviewee"]},
        ),
        phone.change(
            "create", ids["opinion at home"], "opinion", fields={**opinion, **about, "text": WORDS["opinion at home"]}
        ),
        phone.change("command", ids["opinion at home"], "opinion", command="record"),
        phone.change(
            "create", ids["opinion in draft"], "opinion", fields={**opinion, "text": WORDS["opinion in draft"]}
        ),
    ]
    told = phone.push(*changes)
    assert {one["outcome"] for one in told} == {"applied"}, told


def _visit(author: Somebody, record: str, village: str, **fields: Json) -> Json:
    given = {"village_id": village, "visitor_id": author.person, "start_at": NOW_MS}
    return author.phone.change("create", record, fields=given | fields)


def _conflicts(author: Somebody, ids: dict[str, str]) -> Iterator[OnlineWrite]:
    fields = {"visit at home": "narrative", "interview at home": "answer", "interviewee": "name"}
    for name, field in fields.items():
        about = f"conflict about the {name}"
        side = {"replica": "other", "n": 1, "account": author.account, "value": WORDS[about], "base": 1}
        kind = name.partition(" ")[0]
        told = {"record": ids[name], "record_kind": kind, "field": field, "sides": [side], "status": "open"}
        yield OnlineWrite(ids[about], "conflict", told)


def _scopes(place: Place) -> dict[str, str]:
    with reading() as connection:
        return {record.id: record.scope for kind in KINDS for record in load_kind(connection, place.id, kind)}
