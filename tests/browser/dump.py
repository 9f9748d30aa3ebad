"""What somebody without the passphrase finds: every store of the origin, and the files of the browser's profile."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext

BLANK = "/health/live"
"""An address of the same origin that loads nothing of the app and that the service worker leaves alone."""

READ_EVERYTHING = (Path(__file__).parent / "read_stores.js").read_text().rstrip(";\n")


def read_stores(context: BrowserContext, url: str) -> dict[str, list[bytes]]:
    """Everything the origin keeps, by store, read from a page that runs none of the app's code."""
    page = context.new_page()
    page.goto(f"{url}{BLANK}")
    found: dict[str, list[bytes]] = {}
    for where, sort, text in page.evaluate(READ_EVERYTHING):
        assert sort != "extractable", f"{where} keeps a key that a script can read"
        found.setdefault(where, []).append(
            base64.b64decode(text) if sort == "bytes" else text.encode("utf-8", "surrogatepass")
        )
    page.close()
    return found


def forms(secret: str) -> Iterator[bytes]:
    """How a text can lie in storage: UTF-8, UTF-16, escaped JSON, and base64 of each at every alignment."""
    plain = [secret.encode(), secret.encode("utf-16-le"), secret.encode("utf-16-be"), json.dumps(secret)[1:-1].encode()]
    for form in plain:
        yield form
        for shift in range(3):
            padded = base64.b64encode(b"\0" * shift + form)
            yield padded[(shift * 8 + 5) // 6 : len(padded) - 4]
    yield secret.encode().hex().encode()


def places_of(secret: str, stores: dict[str, list[bytes]]) -> set[str]:
    """The stores in which the secret can be read in any form."""
    wanted = list(forms(secret))
    return {where for where, values in stores.items() for value in values if any(form in value for form in wanted)}


def files_with(secret: str, profile: Path) -> set[str]:
    """The files of a browser profile in which the secret can be read."""
    wanted = list(forms(secret))
    found = set()
    for path in profile.rglob("*"):
        if path.is_file() and any(form in path.read_bytes() for form in wanted):
            found.add(str(path.relative_to(profile)))
    return found
