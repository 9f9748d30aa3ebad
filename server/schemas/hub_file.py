"""The content of a hub's file becomes a Handover, or is refused as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from server.domain.ballot.handover import BACK, OUT, Boxed, Guest, Handed, Handover, Saved, Signing, Town
from server.domain.ballot.roll import RollRow
from server.domain.ballot.rounds import ATTENDANCE
from server.domain.ballot.shapes import Malformed, from_base64, items, members, slug, text, uuid, whole
from server.domain.ballot.slips import SLIP_BYTES
from server.domain.problems import Problem

FORMAT = "zoufang-hub-1"
MOST_ROWS, MOST_PLACES, MOST_SLIPS = 2_000, 2_000, 500_000
_NAMES = tuple(Handover.__dataclass_fields__)


def handover_bytes(handover: Handover) -> bytes:
    """The JSON of a round on its way."""
    return json.dumps({"format": FORMAT, **asdict(handover)}, ensure_ascii=False).encode()


def read_handover(raw: bytes, way: str) -> Handover:
    """What the file says, if it goes this way.

    Raises: hub-file (form, way)
    """
    try:
        found = members(json.loads(raw), "format", *_NAMES, where="file")
        if found["format"] != FORMAT:
            raise Malformed(f"format: {FORMAT} is expected")
        if found["way"] in (OUT, BACK) and found["way"] != way:
            said = "the file the server made; the hub makes another when it is closed"
            raise Problem("hub-file", f"this is {said}" if way == BACK else "this file goes to the server", why="way")
        return _read(found)
    except (ValueError, RecursionError) as error:
        raise Problem("hub-file", f"the file is not whole: {error}", why="form") from error


def _read(raw: Mapping[str, Any]) -> Handover:
    return Handover(
        way=text(raw["way"], 4, where="way"),
        hub=uuid(raw["hub"], where="hub"),
        laptop=None if raw["laptop"] is None else uuid(raw["laptop"], where="laptop"),
        origin=text(raw["origin"], 300, where="origin"),
        town=_town(raw["town"]),
        cycle=_saved(raw["cycle"], "cycle"),
        meeting=_saved(raw["meeting"], "meeting"),
        round=_saved(raw["round"], "round"),
        hall_code=text(raw["hall_code"], 12, where="hall_code"),
        tally_key=_pair(raw["tally_key"], "tally_key"),
        roll=tuple(_row(one) for one in items(raw["roll"], 1, MOST_ROWS, where="roll")),
        issued=tuple(_handed(one) for one in items(raw["issued"], 0, MOST_SLIPS, where="issued")),
        forms=tuple(_form(one) for one in items(raw["forms"], 0, MOST_SLIPS, where="forms")),
        windows={
            slug(group, where="windows"): whole(full, where="windows")
            for group, full in _object(raw["windows"], "windows").items()
        },
        slips=tuple(_boxed(one) for one in items(raw["slips"], 0, MOST_SLIPS, where="slips")),
        refused=tuple(_refused(one) for one in items(raw["refused"], 0, MOST_SLIPS, where="refused")),
        keys=tuple(_signing(one) for one in items(raw["keys"], 0, MOST_PLACES, where="keys")),
        guests=tuple(_guest(one) for one in items(raw["guests"], 0, MOST_ROWS, where="guests")),
    )


def _object(raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise Malformed(f"{where}: an object is expected")
    return raw


def _flag(raw: Any, where: str) -> bool:
    if not isinstance(raw, bool):
        raise Malformed(f"{where}: true or false is expected")
    return raw


def _pair(raw: Any, where: str) -> tuple[str, str]:
    first, second = items(raw, 2, 2, where=where)
    return text(first, 300, where=where), text(second, 300, where=where)


def _town(raw: Any) -> Town:
    found = members(raw, *Town.__slots__, where="town")
    name, code, zone = (text(found[one], 200, where="town") for one in ("name", "region_code", "time_zone"))
    return Town(uuid(found["id"], where="town"), name, code, zone, _flag(found["is_demo"], "town"))


def _saved(raw: Any, where: str) -> Saved:
    found = members(raw, "id", "fields", where=where)
    return Saved(uuid(found["id"], where=where), _object(found["fields"], where))


def _row(raw: Any) -> RollRow:
    found = members(raw, *RollRow.__slots__, where="roll")
    if found["status"] not in ATTENDANCE:
        raise Malformed("roll: an unknown status")
    recusals = tuple(uuid(one, where="roll") for one in items(found["recusals"], 0, MOST_PLACES, where="roll"))
    account = None if found["account"] is None else uuid(found["account"], where="roll")
    name, group = text(found["name"], 200, where="roll"), slug(found["group"], where="roll")
    return RollRow(uuid(found["id"], where="roll"), name, group, account, recusals, found["status"])


def _handed(raw: Any) -> Handed:
    found = members(raw, *Handed.__slots__, where="issued")
    roll, subject = uuid(found["roll"], where="issued"), uuid(found["subject"], where="issued")
    if found["channel"] == "p":
        return Handed(roll, subject, "p", None, whole(found["form_no"], where="issued"), None)
    if found["channel"] != "e":
        raise Malformed("issued: an unknown channel")
    digest = text(found["hash"], 64, where="issued")
    return Handed(roll, subject, "e", digest, None, whole(found["window"], where="issued"))


def _form(raw: Any) -> tuple[int, str, str]:
    number, group, state = items(raw, 3, 3, where="forms")
    if state not in ("issued", "spoiled", "collected"):
        raise Malformed("forms: an unknown state")
    return whole(number, where="forms"), slug(group, where="forms"), state


def _boxed(raw: Any) -> Boxed:
    found = members(raw, *Boxed.__slots__, where="slips")
    from_base64(found["body"], SLIP_BYTES, where="slips")
    subject, group = _pair(found["place"], "slips")
    return Boxed(
        (uuid(subject, where="slips"), slug(group, where="slips")), found["body"], _flag(found["late"], "slips")
    )


def _refused(raw: Any) -> tuple[str, str, str, int]:
    subject, group, reason, count = items(raw, 4, 4, where="refused")
    place = ("", "") if subject == "" else (uuid(subject, where="refused"), slug(group, where="refused"))
    return *place, text(reason, 40, where="refused"), whole(count, where="refused")


def _signing(raw: Any) -> Signing:
    found = members(raw, *Signing.__slots__, where="keys")
    n = found["n"] if found["n"] == "" else text(found["n"], 400, where="keys")
    if type(found["p"]) is not int or type(found["q"]) is not int:
        raise Malformed("keys: whole numbers are expected")
    return Signing(_pair(found["place"], "keys"), n, found["p"], found["q"])


def _guest(raw: Any) -> Guest:
    found = members(raw, *Guest.__slots__, where="guests")
    phones = tuple(_pair(one, "guests") for one in items(found["phones"], 0, MOST_ROWS, where="guests"))
    return Guest(uuid(found["account"], where="guests"), phones)
