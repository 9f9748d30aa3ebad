"""The second wall: on PostgreSQL the feed reads as a role that sees no row outside the scopes it was told.

Revision ID: 20261124_0545
Revises: 20261124_0430
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_0545"
down_revision = "20261124_0430"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for statement in (ROLE, GRANTS, TOLD, *WALLS):
        op.execute(sa.text(statement))


# Roles belong to the cluster: another database of it may have made this one, perhaps at this very moment.
ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'zoufang_feed') THEN
    BEGIN
      CREATE ROLE zoufang_feed NOLOGIN NOSUPERUSER NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  IF NOT pg_has_role(current_user, 'zoufang_feed', 'MEMBER') THEN
    EXECUTE format('GRANT zoufang_feed TO %I', current_user);
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO zoufang_feed', current_schema());
EXCEPTION WHEN insufficient_privilege THEN
  RAISE EXCEPTION 'an administrator must first run: CREATE ROLE zoufang_feed; CREATE ROLE zoufang_writer; '
    'GRANT zoufang_feed, zoufang_writer TO %', current_user;
END $$
"""
GRANTS = "GRANT SELECT ON records, departures TO zoufang_feed"

# A pooled connection turns a setting that was never made into '': no rows would then look like "nothing new".
TOLD = """
CREATE FUNCTION feed_told(name text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE told text := current_setting('zoufang.' || name, true);
BEGIN
  IF told IS NULL OR told = '' THEN
    RAISE EXCEPTION 'feed wall: no % told', name;
  END IF;
  RETURN told;
END $$
"""

# The sub-selects are evaluated once a query, not once a row.
WALLS = tuple(
    statement
    for table in ("records", "departures")
    for statement in (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"""
        CREATE POLICY feed ON {table} FOR SELECT TO zoufang_feed USING (
          scope = ANY ((SELECT ARRAY(SELECT json_array_elements_text(feed_told('scopes')::json)))::text[])
          AND township_id = (SELECT feed_told('township'))
        )
        """,
    )
)
