"""The built app: its files, already compressed; any other address a browser asks for is the app's own page."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request, send_file
from werkzeug.security import safe_join

bp = Blueprint("pages", __name__)

NOT_PAGES = ("auth/", "sync/v1/", "office/", "demo/", "health/", "files/", "phone/", "assets/", "docs/", "openapi.json")
"""Addresses that are never the app's: a wrong one is a problem, not a page (`/sync` itself is a screen)."""
YEAR_S = 31_536_000
PACKED = (("br", ".br"), ("gzip", ".gz"))
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # Argon2id is WebAssembly
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "trusted-types zoufang vue",
        "require-trusted-types-for 'script'",
    ]
)
OLD_CHROMIUM = re.compile(r"Chrom(?:e|ium)/(9[0-6])\.")
"""Chromium below 97 knows no 'wasm-unsafe-eval'; under the wider word Trusted Types still refuses any text."""
PAGE_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)",
    "X-Content-Type-Options": "nosniff",
}


@bp.get("/", defaults={"path": ""})
@bp.get("/<path:path>")
def page(path: str) -> Response:
    """A file of the built app, or the app's page for an address that the app itself knows."""
    root = Path(current_app.config["ZOUFANG"].pwa_dir).resolve()
    file = safe_join(str(root), path) if path else None
    if file and Path(file).is_file() and not file.endswith((".br", ".gz")):
        return _file(Path(file), path)
    if path.startswith(NOT_PAGES) or "." in path.rpartition("/")[2]:
        abort(404)
    return _file(root / "index.html", "index.html")


def _file(file: Path, name: str) -> Response:
    if not file.is_file():
        abort(404)  # the app is not built
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    encoding, twin = _twin(file)
    answer = send_file(twin, mimetype=kind, conditional=True, etag=True, max_age=None)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    hashed = name.startswith("assets/")
    answer.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable" if hashed else "no-cache"
    answer.headers["Vary"] = "Accept-Encoding"
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    if kind == "text/html":
        answer.headers.update(PAGE_HEADERS)
        port = current_app.config["ZOUFANG"].hub_port
        answer.headers["Content-Security-Policy"] = _policy(request.user_agent.string, port)
        answer.headers["Vary"] = "Accept-Encoding, User-Agent"
        if request.is_secure:
            answer.headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
    return answer


def _twin(file: Path) -> tuple[str | None, Path]:
    """The file's compressed twin that this browser takes, or the file itself."""
    for encoding, ending in PACKED:
        twin = file.with_name(file.name + ending)
        if request.accept_encodings.quality(encoding) > 0 and twin.is_file():
            return encoding, twin
    return None, file


def _policy(agent: str, hub_port: int) -> str:
    """With a hub's port the app may speak to a laptop whose address nobody knows yet (decision 0052)."""
    policy = POLICY.replace("'wasm-unsafe-eval'", "'unsafe-eval'") if OLD_CHROMIUM.search(agent) else POLICY
    return policy.replace("connect-src 'self'", f"connect-src 'self' https://*:{hub_port}") if hub_port else policy
