"""`make phone`: HTTPS with an authority of our own, and a page that says what a phone still lacks."""

from __future__ import annotations

import json
import ssl
import stat
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from tests.system.running import System
from workers.supervisor_phone import issue
from workers.supervisor_phone_page import write_pages


def test_the_authority_stays_the_same_and_its_key_is_private(tmp_path: Path) -> None:
    first = issue(tmp_path, "192.0.2.7").read_bytes()
    second = issue(tmp_path, "192.0.2.8").read_bytes()
    assert first == second
    for name in ("ca.key", "server.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    server = x509.load_pem_x509_certificate((tmp_path / "server.pem").read_bytes())
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.8", "127.0.0.1"]
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert (server.not_valid_after_utc - server.not_valid_before_utc).days <= 398


def test_the_page_names_both_addresses_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    write_pages(tmp_path, "https://192.0.2.7:8765", "http://192.0.2.7:8766")
    page = (tmp_path / "index.html").read_text()
    assert "https://192.0.2.7:8765/phone/" in page
    assert "http://192.0.2.7:8766/ca.crt" in page
    assert "{" not in page.partition("<body")[2].partition("<div")[0]
    assert "<script>" not in page and "style=" not in page  # the page's policy forbids both


def test_a_phone_is_led_from_the_plain_page_to_the_secure_app(start: Callable[..., System]) -> None:
    system = start("phone", "--phone")
    trust = ssl.create_default_context(cafile=str(system.var / "phone" / "ca.pem"))
    with urllib.request.urlopen(f"{system.url}/health/ready", context=trust, timeout=20) as answer:
        assert json.load(answer)["ready"]
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{system.url}/health/ready", timeout=20)
    for name, kind in {"": "text/html", "check.js": "javascript", "ca.crt": "application/x-x509-ca-cert"}.items():
        with urllib.request.urlopen(f"{system.url}/phone/{name}", context=trust, timeout=20) as answer:
            assert kind in answer.headers["Content-Type"] or name == "ca.crt"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    guide = next(word for line in system.said for word in line.split() if word.startswith("http://"))
    with urllib.request.urlopen(f"http://127.0.0.1:{guide.rpartition(':')[2]}/ca.crt", timeout=20) as answer:
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        assert answer.read() == (system.var / "phone" / "ca.pem").read_bytes()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{guide.rpartition(':')[2]}/../ca.key", timeout=20)
