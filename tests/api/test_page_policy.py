"""The page's headers by address and by browser; the blueprint alone, without a database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.api import pages
from server.settings import Settings
from tests.phone import Phone

ROOT = Path(__file__).resolve().parents[2]
OF_PAGES = (*pages.PAGE_HEADERS, "Content-Security-Policy", "Strict-Transport-Security")
WRITES_MARKUP = re.compile(
    r"v-html|(?:inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
)


@pytest.fixture
def browser(tmp_path: Path) -> FlaskClient:
    (tmp_path / "index.html").write_text("<!doctype html><title>走访</title>")
    (tmp_path / "sw.js").write_text("1;")
    site = Flask("pages", static_folder=None)
    site.config["ZOUFANG"] = Settings(pwa_dir=str(tmp_path))
    site.register_blueprint(pages.bp)
    return site.test_client()


@pytest.mark.parametrize("address", ["/", "/sync", "/sync/refused", "/sync/conflicts", "/visits/new", "/rosters"])
def test_every_screen_can_be_opened_by_its_address(browser: FlaskClient, address: str) -> None:
    assert browser.get(address, buffered=True).mimetype == "text/html"


@pytest.mark.parametrize("address", ["/sync/v1/none", "/office/v1/none", "/auth/v1/none", "/docs/none", "/files/none"])
def test_an_address_of_the_server_is_never_a_page(browser: FlaskClient, address: str) -> None:
    assert browser.get(address, buffered=True).status_code == 404


def test_the_page_may_speak_to_a_hub_only_where_a_port_is_set(browser: FlaskClient, tmp_path: Path) -> None:
    def rule() -> str:
        policy = browser.get("/", buffered=True).headers["Content-Security-Policy"]
        return next(rule for rule in policy.split("; ") if rule.startswith("connect-src"))

    assert rule() == "connect-src 'self'"
    browser.application.config["ZOUFANG"] = Settings(pwa_dir=str(tmp_path), hub_port=8799)
    assert rule() == "connect-src 'self' https://*:8799"


def _script_rule(browser: FlaskClient, version: int) -> str:
    agent = f"Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/{version}.0.4430.91 Mobile Safari/537.36"
    policy = browser.get("/", headers={"User-Agent": agent}, buffered=True).headers["Content-Security-Policy"]
    return next(rule for rule in policy.split("; ") if rule.startswith("script-src"))


def test_only_chromium_that_knows_no_narrower_word_gets_the_wider_one(browser: FlaskClient) -> None:
    assert _script_rule(browser, 90) == _script_rule(browser, 96) == "script-src 'self' 'unsafe-eval'"
    assert _script_rule(browser, 97) == _script_rule(browser, 140) == "script-src 'self' 'wasm-unsafe-eval'"
    assert "User-Agent" in browser.get("/", buffered=True).headers["Vary"]


def test_styles_and_scripts_come_from_files_alone(browser: FlaskClient) -> None:
    policy = browser.get("/", buffered=True).headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "require-trusted-types-for 'script'" in policy


def test_a_worker_is_asked_for_anew_each_time(browser: FlaskClient) -> None:
    assert browser.get("/sw.js", buffered=True).headers["Cache-Control"] == "no-cache"


def test_a_page_carries_every_header_of_a_page(browser: FlaskClient) -> None:
    headers = browser.get("/sync", buffered=True).headers
    assert {name: headers[name] for name in pages.PAGE_HEADERS} == pages.PAGE_HEADERS
    rules = dict(rule.partition(" ")[::2] for rule in headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == rules["frame-ancestors"] == "'none'"
    assert rules["connect-src"] == rules["style-src"] == rules["worker-src"] == "'self'"
    assert (rules["trusted-types"], rules["require-trusted-types-for"]) == ("zoufang vue", "'script'")
    assert not set(rules) & {"report-uri", "report-to"}, "nothing is reported to anybody"


def test_only_an_encrypted_page_asks_to_stay_encrypted(browser: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in browser.get("/", buffered=True).headers
    secure = browser.get("/", base_url="https://zoufang.example", buffered=True).headers
    assert int(secure["Strict-Transport-Security"].removeprefix("max-age=")) >= 31_536_000


@pytest.mark.parametrize("path", ["/sync/v1/hello", "/sync/v1/pull", "/health/live", "/openapi.json", "/docs/problems"])
def test_an_api_answer_carries_two_headers_of_ours_and_none_of_a_page(phone: Phone, path: str) -> None:
    for headers in (phone.headers, {}):
        answer = phone.client.get(path, headers=headers)
        assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
        strange = set(OF_PAGES) - {"X-Content-Type-Options"}
        assert strange & set(answer.headers.keys()) == set() and "Set-Cookie" not in answer.headers


def test_nothing_in_the_app_writes_markup_from_text() -> None:
    """Trusted Types would stop it in Chromium only; elsewhere nothing would."""
    sources = [path for ending in ("ts", "vue") for path in (ROOT / "pwa" / "src").rglob(f"*.{ending}")]
    assert len(sources) > 50
    assert [path.name for path in sources if WRITES_MARKUP.search(path.read_text(encoding="utf-8"))] == []


def test_the_apps_own_policy_makes_one_address_and_no_markup() -> None:
    made = [
        path for path in (ROOT / "pwa" / "src").rglob("*.ts") if "createPolicy(" in path.read_text(encoding="utf-8")
    ]
    assert [path.name for path in made] == ["main.ts"]
    policy = made[0].read_text(encoding="utf-8")
    assert "createScriptURL" in policy and "createHTML" not in policy and "createScript:" not in policy
