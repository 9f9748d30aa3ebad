"""The page's headers by address and by browser; the blueprint alone, without a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.api import pages
from server.settings import Settings


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
