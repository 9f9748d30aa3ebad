"""What is printed of a round: its empty forms, its tally for signing."""

from __future__ import annotations

from sqlalchemy import Connection

from server.commands.ballot.in_hand import manifest_of, round_in
from server.commands.ballot.look import reconciliation_of, result_of
from server.domain.ballot.fingerprint import four_words
from server.domain.ballot.manifest import Manifest
from server.domain.ballot.papers import Heading, PaperForms, heading_of, paper_forms
from server.domain.ballot.rounds import state_after
from server.domain.ballot.tally_sheet import TallySheet, tally_sheet
from server.domain.problems import Problem
from server.domain.replicas import Tenant
from server.store.board import load_book
from server.store.database import reading
from server.store.records import load_family
from server.store.round_rows import RoundRow


def forms_of(tenant: Tenant, round_id: str, group: str, first: int, count: int) -> PaperForms:
    """Empty forms; that they are printed gives none of them out.

    Raises: not-found, round-state, malformed-request (no such group)
    """
    with reading() as connection:
        row = round_in(connection, tenant.id, round_id)
        state_after(row.state, "print_forms")
        manifest = manifest_of(row, "print_forms")
        heading = heading_in(connection, tenant, row, manifest)
    return paper_forms(manifest, heading, group, first, count)


def tally_of(tenant: Tenant, round_id: str) -> TallySheet:
    """The counted round as everybody will see it, ready to be signed by hand.

    Laws:   L12 the figures are those of the result route
    Raises: not-found, round-state
    """
    view, numbers = (
        result_of(tenant.id, round_id, None),
        reconciliation_of(tenant.id, round_id, account="", signed_only=True),
    )
    with reading() as connection:
        row = round_in(connection, tenant.id, round_id)
        manifest = manifest_of(row, "read_result")
        heading = heading_in(connection, tenant, row, manifest)
        book = load_book(connection, tenant.id, round_id)
    if book is None or book.head is None:
        raise Problem("not-found", "there is no such round")
    return tally_sheet(manifest, heading, view, numbers, book.head, four_words(bytes.fromhex(book.head)))


def heading_in(connection: Connection, tenant: Tenant, row: RoundRow, manifest: Manifest) -> Heading:
    """The head of this round's papers, with its meeting and place in one line."""
    meeting = load_family(connection, tenant.id, [row.meeting])[row.meeting]
    line = "　".join(str(meeting.fields.get(name) or "") for name in ("title", "place")).strip("　")
    return heading_of(manifest, tenant.name, line)
