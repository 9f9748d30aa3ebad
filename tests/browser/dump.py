"""What somebody finds who holds the unlocked browser but not the passphrase: every store of the origin, and the profile's files."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext

BLANK = "/health/live"
"""An address of the same origin that loads nothing of the app and that the service worker leaves alone."""

READ_EVERYTHING = """
async () => {
  const found = [];
  const base64 = (buffer) => {
    let text = "";
    const bytes = new Uint8Array(buffer);
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  };
  const walk = async (where, value) => {
    if (value instanceof ArrayBuffer) found.push([where, "bytes", base64(value)]);
    else if (ArrayBuffer.isView(value)) found.push([where, "bytes", base64(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength))]);
    else if (value instanceof Blob) found.push([where, "bytes", base64(await value.arrayBuffer())]);
    else if (value instanceof CryptoKey) found.push([where, value.extractable ? "extractable" : "key", value.type]);
    else if (value && typeof value === "object") for (const [key, inner] of Object.entries(value)) await walk(where, key), await walk(where, inner);
    else found.push([where, "text", String(value)]);
  };
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([asked(rows.getAllKeys()), asked(rows.getAll())]);
      await walk(`idb ${name}/${store} keys`, keys);
      await walk(`idb ${name}/${store}`, values);
    }
    database.close();
  }
  await walk("localStorage", { ...localStorage });
  await walk("sessionStorage", { ...sessionStorage });
  await walk("cookies", document.cookie);
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      await walk(`cache ${name}`, request.url);
      await walk(`cache ${name} ${new URL(request.url).pathname}`, await answer.arrayBuffer());
    }
  }
  return found;
}
"""


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
