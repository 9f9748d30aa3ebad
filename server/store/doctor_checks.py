"""What can never be right in a township: for each such thing a statement that selects what is wrong.

A statement takes `:township`; `{known}` is "of a known kind", `{offline}` is "of a kind that phones write".
A change counts as applied when it was never quarantined, or was released from there.
"""

from __future__ import annotations

from collections.abc import Mapping

CHECKS: Mapping[str, str] = {
    "numbers-above-the-head": """
        SELECT r.id FROM records r JOIN sync_heads h ON h.township_id = r.township_id
        WHERE r.township_id = :township AND (r.seq < 1 OR r.seq > h.seq)""",
    "numbers-given-twice": """
        SELECT min(r.id) FROM records r WHERE r.township_id = :township GROUP BY r.seq HAVING count(*) > 1""",
    "outcomes-above-the-head": """
        SELECT c.change_id FROM changes c JOIN sync_heads h ON h.township_id = c.township_id
        WHERE c.township_id = :township AND c.seq > h.seq""",
    "departures-above-the-head": """
        SELECT d.record FROM departures d JOIN sync_heads h ON h.township_id = d.township_id
        WHERE d.township_id = :township AND d.seq > h.seq""",
    "records-of-unknown-kind": """
        SELECT r.id FROM records r WHERE r.township_id = :township AND NOT {known}""",
    "parents-missing": """
        SELECT r.id FROM records r WHERE r.township_id = :township AND r.parent IS NOT NULL
        AND r.scope NOT LIKE 'own:%' AND NOT EXISTS (
            SELECT 1 FROM records p WHERE p.township_id = r.township_id AND p.id = r.parent)""",
    "records-nobody-made": """
        SELECT r.id FROM records r WHERE r.township_id = :township AND {offline} AND NOT EXISTS (
            SELECT 1 FROM changes c WHERE c.township_id = r.township_id AND c.record = r.id AND c.action = 'create'
            AND (c.outcome <> 'quarantined' OR EXISTS (
                SELECT 1 FROM quarantined_changes q WHERE q.township_id = c.township_id
                AND q.replica_id = c.replica_id AND q.n = c.n AND q.status = 'released')))""",
    "records-nobody-deleted": """
        SELECT r.id FROM records r WHERE r.township_id = :township AND {offline} AND r.deleted AND NOT EXISTS (
            SELECT 1 FROM changes c WHERE c.township_id = r.township_id AND (
                (c.record = r.id AND c.action = 'delete') OR (c.record = r.parent AND c.action = 'command')))""",
    "records-lost": """
        SELECT c.record FROM changes c WHERE c.township_id = :township AND c.action = 'create'
        AND (c.outcome <> 'quarantined' OR EXISTS (
            SELECT 1 FROM quarantined_changes q WHERE q.township_id = c.township_id
            AND q.replica_id = c.replica_id AND q.n = c.n AND q.status = 'released'))
        AND NOT EXISTS (SELECT 1 FROM records r WHERE r.township_id = c.township_id AND r.id = c.record)""",
    "changes-not-dense": """
        SELECT p.id FROM replicas p LEFT JOIN (
            SELECT township_id, replica_id, n FROM changes UNION ALL SELECT township_id, replica_id, n FROM renumbered
        ) m ON m.township_id = p.township_id AND m.replica_id = p.id
        WHERE p.township_id = :township GROUP BY p.id, p.last_n
        HAVING count(m.n) <> p.last_n OR COALESCE(max(m.n), 0) <> p.last_n""",
    "changes-of-no-replica": """
        SELECT c.change_id FROM changes c WHERE c.township_id = :township
        AND NOT EXISTS (SELECT 1 FROM replicas p WHERE p.id = c.replica_id)""",
    "quarantine-lost": """
        SELECT c.change_id FROM changes c WHERE c.township_id = :township AND c.outcome = 'quarantined'
        AND NOT EXISTS (SELECT 1 FROM quarantined_changes q WHERE q.township_id = c.township_id
            AND q.replica_id = c.replica_id AND q.n = c.n)""",
    # A child of a deleted record asks about that record: then only the id in {"conflicts":["<id>"]} leads there.
    "conflicts-lost": """
        SELECT c.change_id FROM changes c WHERE c.township_id = :township AND c.outcome = 'conflict'
        AND NOT EXISTS (SELECT 1 FROM records k WHERE k.township_id = c.township_id AND k.kind = 'conflict'
            AND (k.parent = c.record OR k.id = c.record OR k.id = substr(c.more, 16, 36)))""",
    "accounts-without-their-person": """
        SELECT a.id FROM accounts a WHERE a.township_id = :township AND a.person_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM records p WHERE p.township_id = a.township_id AND p.id = a.person_id)""",
}
