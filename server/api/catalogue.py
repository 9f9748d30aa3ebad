"""The page a problem's `type` points at."""

from __future__ import annotations

from flask import Blueprint, Response

from server.api.wire import sealed
from server.domain.problems import DOCS, catalogue_markdown

bp = Blueprint("catalogue", __name__)


@bp.get(DOCS)
def problems_page() -> Response:
    """Every problem in plain words, as docs/problems.md has it."""
    return sealed(Response(catalogue_markdown(), mimetype="text/markdown"))
