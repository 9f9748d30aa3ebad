"""The wall between townships: on PostgreSQL a command writes as a role that sees and touches one township only.

Revision ID: 20261124_0755
Revises: 20261124_0545
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_0755"
down_revision = "20261124_0545"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for statement in (ROLES, TOLD, WALLS, "SELECT wall_townships()"):
        op.execute(sa.text(statement))


# From version 16 on whoever creates a role may give it away, but becomes it only after giving it to himself.
ROLES = """
DO $$
DECLARE
  wall text;
  needed text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  FOREACH wall IN ARRAY ARRAY['zoufang_feed', 'zoufang_writer'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wall) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', wall);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
    IF NOT pg_has_role(current_user, wall, needed) THEN
      EXECUTE format('GRANT %I TO %I', wall, current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), wall);
  END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE EXCEPTION 'an administrator must first run: CREATE ROLE zoufang_writer; GRANT zoufang_writer TO %',
    current_user;
END $$
"""

# A pooled connection turns a setting that was never made into '': an update of no rows would then look like success.
TOLD = """
CREATE FUNCTION township_told() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE told text := current_setting('zoufang.township', true);
BEGIN
  IF told IS NULL OR told = '' THEN
    RAISE EXCEPTION 'township wall: no township told';
  END IF;
  RETURN told;
END $$
"""

# Every table that belongs to townships and has no wall yet gets one; migrations/env.py calls it after each upgrade, so
# that a table of a later revision cannot be forgotten. What was decided stays: nobody edits or removes an audit event.
WALLS = """
CREATE FUNCTION wall_townships() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT c.oid::regclass AS walled, a.attname AS township, c.relname AS name
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND a.attname = CASE c.relname WHEN 'townships' THEN 'id' ELSE 'township_id' END
      AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'township')
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', found.walled);
    EXECUTE format(
      'CREATE POLICY township ON %s TO zoufang_writer USING (%I = (SELECT township_told()))',
      found.walled, found.township
    );
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO zoufang_writer', found.walled);
    IF found.name = 'audit_events' THEN
      EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM zoufang_writer', found.walled);
    END IF;
  END LOOP;
END $$
"""
