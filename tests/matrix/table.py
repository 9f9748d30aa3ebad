"""The written tables as values: rows of a Markdown table, and what their words mean."""

from __future__ import annotations

from pathlib import Path

from server.domain.roles import ROLES, VISITING

FOLDER = Path(__file__).parent
HOLDS_A_REPLICA = frozenset(role for role, row in ROLES.items() if row.cells)
FIELD = frozenset({"committee_secretary", "pbo", "deputy_secretary", "leader", "committee_member", "village_lead"})
OFFICE = frozenset({"committee_secretary", "pbo"})


def rows_of(name: str) -> list[list[str]]:
    """The cells of every row below the heading, without the marks of code."""
    lines = [line for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return cells[2:]


def who_may_write(cell: str) -> frozenset[str]:
    """The roles of a cell of writes.md."""
    named = {"field": FIELD, "visiting": VISITING, "office": OFFICE, "enrolled": HOLDS_A_REPLICA, "–": frozenset[str]()}
    return named[cell] if cell in named else frozenset({cell})
