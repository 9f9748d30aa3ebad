"""The page of `make phone`, served by the app's own origin, since only there the browser tells whether it trusts us."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, send_from_directory

from server.api.wire import sealed
from server.settings import Settings

bp = Blueprint("phone", __name__)
FILES = frozenset({"index.html", "check.js", "page.css", "ca.crt"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@bp.get("/phone/", defaults={"name": "index.html"})
@bp.get("/phone/<name>")
def phone_page(name: str) -> Response:
    """A file of the phone page; 404 unless the system runs as `make phone`."""
    settings: Settings = current_app.config["ZOUFANG"]
    folder = Path(settings.var) / "phone" / "www"
    if name not in FILES or not folder.is_dir():
        abort(404)
    answer = send_from_directory(folder, name)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return sealed(answer)
