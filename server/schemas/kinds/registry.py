"""All kinds: compiled once from their schemas, checked through them, exported to the app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from server.domain.kinds import FieldSpec, Kind, Kinds
from server.schemas.kinds import ballot, own, township, village, visit
from server.schemas.kinds.base import KindSchema

SCHEMA_VERSION = 1
MIN_SCHEMA_VERSION = 1

SCHEMAS: Mapping[str, KindSchema] = {
    schema.kind: schema()
    for schema in (
        visit.VisitSchema,
        visit.RecordCheckSchema,
        visit.InterviewSchema,
        visit.IntervieweeSchema,
        visit.OpinionSchema,
        visit.VisitAddendumSchema,
        village.VisitExtractSchema,
        township.TownshipSchema,
        township.VillageSchema,
        township.BranchSchema,
        township.PersonSchema,
        township.CycleSchema,
        township.ContentAreaSchema,
        township.SubjectSchema,
        ballot.MeetingSchema,
        ballot.BallotRoundSchema,
        ballot.RollEntrySchema,
        own.ConflictSchema,
        own.QuarantineSchema,
        own.DigestSchema,
    )
}


def _compile(schema: KindSchema) -> Kind:
    return Kind(
        name=schema.kind,
        fields={name: _spec(name, declared) for name, declared in schema.fields.items()},
        scope=schema.scope,
        offline=schema.offline,
        parent_field=schema.parent_field,
        parent_kind=schema.parent_kind,
        initial=schema.initial,
        transitions={step.command: step for step in schema.transitions},
        create_roles=schema.create_roles,
        authors_only=schema.authors_only,
        sealed=schema.sealed,
    )


def _spec(name: str, declared: fields.Field[Any]) -> FieldSpec:
    about = declared.metadata
    return FieldSpec(name, about["cls"], bool(about.get("map")), bool(about.get("required")), bool(about.get("server")))


KINDS: Kinds = {name: _compile(schema) for name, schema in SCHEMAS.items()}
