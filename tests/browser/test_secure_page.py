"""`make phone`: the page says ✗ and why until the phone trusts the authority; clicking a warning away is no trust."""

from __future__ import annotations

import base64
import hashlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import BrowserType, expect

from tests.browser.chromium import PHONE, Browser
from tests.system.running import System


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system that serves phones, with a built app of one service worker."""
    folder = tmp_path_factory.mktemp("phone")
    (folder / "dist").mkdir()
    (folder / "dist" / "index.html").write_text("<!doctype html><title>走访</title>")
    (folder / "dist" / "sw.js").write_text("self.addEventListener('fetch', () => undefined);")
    system = System(folder / "var", {"PWA_DIR": str(folder / "dist")}, "--phone")
    yield system
    system.stop(signal.SIGKILL)


def addresses(served: System) -> tuple[str, str]:
    """(plain guide, secure app) as the terminal names them."""
    words = " ".join(served.said).split()
    guide = next(word for word in words if word.startswith("http://"))
    return guide, str(json.loads((served.var / "system.json").read_text())["phone_url"])


def key_of(served: System) -> str:
    """What Chromium calls the server's key, for a phone that has installed the authority."""
    server = x509.load_pem_x509_certificate((served.var / "phone" / "server.pem").read_bytes())
    public = server.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()


def verdict(chromium: BrowserType, profile: Path, url: str, *flags: str, **shape: Any) -> tuple[str, str]:
    """What the page says at this address, in one line and in reasons."""
    phone = Browser(chromium, profile, PHONE | shape, flags)
    try:
        phone.page.goto(url)
        expect(phone.page.locator("#verdict")).not_to_have_text("正在检查…")
        return phone.page.inner_text("#verdict"), phone.page.inner_text("#reasons")
    finally:
        phone.close()


def test_the_plain_page_says_that_it_is_not_secure_and_why(
    chromium: BrowserType, served: System, tmp_path: Path
) -> None:
    guide, _app = addresses(served)
    said, reasons = verdict(chromium, tmp_path / "profile", guide)
    assert said.startswith("✗")
    assert "✗ 这是未加密的页面" in reasons


def test_a_warning_clicked_away_is_still_not_secure(chromium: BrowserType, served: System, tmp_path: Path) -> None:
    _guide, app = addresses(served)
    said, reasons = verdict(chromium, tmp_path / "profile", f"{app}/phone/", ignore_https_errors=True)
    assert said.startswith("✗")
    assert "证书还没有被信任" in reasons


def test_with_the_authority_trusted_it_is_secure(chromium: BrowserType, served: System, tmp_path: Path) -> None:
    _guide, app = addresses(served)
    trusting = f"--ignore-certificate-errors-spki-list={key_of(served)}"
    said, reasons = verdict(chromium, tmp_path / "profile", f"{app}/phone/", trusting)
    assert said == "✓ 安全：可以开始使用"
    assert "✗" not in reasons
