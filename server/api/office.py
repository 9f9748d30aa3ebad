"""The office's desk online: rosters in, phones and deliveries out."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from server.api.front import Front, Parser
from server.api.identity import current_identity, now_ms
from server.api.limiter import guesses, imports
from server.api.wire import body_json, json_answer
from server.commands.ask_digest import ask_digest
from server.commands.import_roster import RosterImport, import_roster
from server.domain.roster import Fault, RosterPlan, RosterRow
from server.feed.office import delivery_log, fleet_of
from server.schemas.kinds.registry import KINDS
from server.schemas.office import (
    MOST_BASE64,
    AskedSchema,
    DeliveryLogSchema,
    FleetSchema,
    RosterAnswerSchema,
    RosterUpload,
    RosterUploadSchema,
)

DESK = ("committee_secretary", "pbo")
CLERK = ("pbo",)
MOST_LISTED = 300
MOST_BODY_BYTES = MOST_BASE64 + 4096


class _Parser(Parser):
    """A roster file is larger than what other requests carry."""

    def load_json(self, req: Any, schema: Any) -> Any:
        return body_json(MOST_BODY_BYTES)


class _Desk(Front):
    ARGUMENTS_PARSER = _Parser()


bp = _Desk("office", prefix="/office/v1", about="For the office's desk: rosters, phones, deliveries.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]


@bp.post("/rosters")
@guesses
@imports  # before the file is read
@bp.doc(security=_TOKEN)
@bp.arguments(RosterUploadSchema)
@bp.response(200, RosterAnswerSchema)
@bp.problems(
    "unknown-replica", "not-allowed", "replica-revoked", "batch-too-large", "unsupported-media-type",
    "too-many-requests",
)  # fmt: skip
def rosters(upload: RosterUpload) -> Response:
    """Import a table of villages, or look at what it would do; with an error among the faults nothing is done."""
    identity = current_identity(CLERK)
    read, account = upload.file, identity.actor.account
    done = import_roster(KINDS, identity.tenant.id, read.rows, read.faults, now_ms(), upload.dry_run, account)
    return json_answer(_roster_json(done))


@bp.get("/replicas")
@bp.doc(security=_TOKEN)
@bp.response(200, FleetSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked")
def replicas() -> Response:
    """Every install of the township, the longest silence first (L18)."""
    identity, now = current_identity(DESK), now_ms()
    silent_after_ms = current_app.config["ZOUFANG"].silent_after_s * 1000
    return json_answer({"replicas": fleet_of(identity.tenant.id, now, silent_after_ms), "server_time_ms": now})


@bp.get("/deliveries")
@bp.doc(security=_TOKEN)
@bp.response(200, DeliveryLogSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked")
def deliveries() -> Response:
    """Who got which digest, who had nothing to report, and what the night shift could not do."""
    identity, now = current_identity(DESK), now_ms()
    return json_answer({**delivery_log(identity.tenant.id, now), "server_time_ms": now})


@bp.post("/digests")
@bp.doc(security=_TOKEN)
@bp.response(202, AskedSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked")
def digests() -> Response:
    """Ask the night shift for the digests of this period; who has his already gets no second one (L7)."""
    identity = current_identity(DESK)
    asked = ask_digest(identity.tenant.id, identity.actor.account, now_ms())
    return json_answer({"asked": asked}, 202)


def _roster_json(done: RosterImport) -> dict[str, Any]:
    plan = done.plan
    own = (*plan.creates, *(update.row for update in plan.updates), *plan.unchanged)
    return {
        "importable": plan.importable,
        "applied": done.applied,
        "creates": len(plan.creates),
        "updates": len(plan.updates),
        "unchanged": len(plan.unchanged),
        "communities": sum(row.kind == "community" for row in own),
        "records": done.records,
        "cycle": done.cycle,
        "faults": _faults_json(plan),
        "others": [
            {"code": code, "name": next((row.town_name for row in rows if row.town_name), ""), "rows": len(rows)}
            for code, rows in plan.others.items()
        ],
        "absent": list(plan.absent),
        "rows": _rows_json(plan),
    }


def _faults_json(plan: RosterPlan) -> list[dict[str, Any]]:
    """Errors first where there are more than anybody reads; how many were left out is a line of its own."""
    faults = list(plan.faults)
    if len(faults) > MOST_LISTED:
        rest = len(faults) - MOST_LISTED
        faults = sorted(faults, key=lambda fault: fault.level != "error")[:MOST_LISTED]
        faults.append(Fault(0, "", f"另有 {rest} 处问题未列出", f"{rest} more faults are not listed", "warning"))
    return [
        {
            "row": fault.row,
            "column": fault.column,
            "reason": fault.reason_zh,
            "reason_en": fault.reason_en,
            "level": fault.level,
        }
        for fault in faults
    ]


def _rows_json(plan: RosterPlan) -> list[dict[str, Any]]:
    changed: list[tuple[RosterRow, str, dict[str, str]]] = [(row, "create", {}) for row in plan.creates]
    changed += [(update.row, "update", dict(update.changes)) for update in plan.updates]
    return [
        {
            "row": row.line,
            "code": row.code,
            "name": row.name,
            "category": row.kind,
            "action": action,
            "changes": changes,
        }
        for row, action, changes in sorted(changed, key=lambda entry: entry[0].line)[:MOST_LISTED]
    ]
