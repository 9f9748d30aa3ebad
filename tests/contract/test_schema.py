"""The tables as they are declared, migrated and keyed."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from server.store import ballot_tables, board_tables, parcel_tables, people_tables, tables
from server.store.database import Base, db, reading

GLOBAL = {"townships": ("id",), "replicas": ("id",), "sealing_keys": ("slot",)}
GLOBAL_UNIQUE = {
    "replicas_token": ["token_hash"],
    "invitations_selector": ["selector"],
    "passwords_login": ["login_key"],
}


def test_every_key_starts_with_the_township_or_is_global_by_nature(store: Flask) -> None:
    inspector = inspect(db.engine)
    names = set(inspector.get_table_names()) - {"alembic_version"}
    assert names == set(Base.metadata.tables)
    for name in names:
        key = tuple(inspector.get_pk_constraint(name)["constrained_columns"])
        assert key == GLOBAL.get(name) or key[0] == "township_id", name
        for index in inspector.get_indexes(name):
            if index["unique"]:
                columns = index["column_names"]
                assert columns == GLOBAL_UNIQUE.get(str(index["name"])) or columns[0] == "township_id", index
        assert inspector.get_unique_constraints(name) == [], "unique indexes only, so that this test sees them all"


def test_the_migrations_make_what_is_declared(store: Flask) -> None:
    assert tables.ID.length == 36 and people_tables.ReplicaRow.__tablename__ == "replicas"
    assert parcel_tables.ParcelRow.__tablename__ == "parcels"
    assert ballot_tables.SlipRow.__tablename__ == "slips" and board_tables.ResultRow.__tablename__ == "results"
    with reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []
