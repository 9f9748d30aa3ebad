"""What the system says is JSON and never content."""

from __future__ import annotations

import ast
import io
import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask

from server.logs import log_requests
from tests.listening import listening
from tests.system.running import ROOT

CANARY = "王家湾的王老汉说低保被截留"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything this process logs meanwhile."""
    with listening(monkeypatch, "info") as heard:
        yield heard


def lines(said: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_only_listed_keys_are_written(said: io.StringIO) -> None:
    structlog.get_logger().info("pushed", count=3, text=CANARY, fields={"branch_summary": CANARY})
    (line,) = lines(said)
    assert (line["event"], line["count"], line["level"]) == ("pushed", 3, "info")
    assert CANARY not in said.getvalue()


def test_an_exception_names_its_type_and_place_but_not_its_text(said: io.StringIO) -> None:
    try:
        raise ValueError(f"cannot store {CANARY}")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("library").exception("statement %s failed", CANARY)
    for line in lines(said):
        assert line["exc_type"] == "ValueError"
        assert "tests/system/test_logs.py:" in line["where"]
    assert CANARY not in said.getvalue()


def test_a_fault_that_the_judge_kept_as_text_is_named_without_it(said: io.StringIO) -> None:
    try:
        raise KeyError(CANARY)
    except KeyError:
        fault = traceback.format_exc()
    logging.getLogger("judge").error("a change was quarantined as server-fault", extra={"fault": fault})
    (line,) = lines(said)
    assert line["exc_type"] == "KeyError"
    assert line["where"].startswith("tests/system/test_logs.py:")
    assert CANARY not in said.getvalue()


def test_a_librarys_values_are_left_out(said: io.StringIO) -> None:
    logging.getLogger("sqlalchemy.engine").warning("INSERT %s", CANARY)
    (line,) = lines(said)
    assert (line["logger"], line["event"]) == ("sqlalchemy.engine", "… %s")


@pytest.mark.parametrize(
    ("formatted", "left"),
    [
        (f"cannot send {CANARY} to the queue", "cannot send … to the queue"),
        ("code 7QK2M-9XPTA refused", "code … refused"),
        ("code ABCDEFGHJK refused", "code … refused"),
        (f"Bearer {'aBcD-' * 9}", "Bearer …"),
        ("key (login)=('wang') exists", "key … exists"),
        (f"first line\n{CANARY}", "first line"),
    ],
)
def test_what_a_library_formats_into_its_line_is_left_out(said: io.StringIO, formatted: str, left: str) -> None:
    logging.getLogger("library").warning(formatted)
    (line,) = lines(said)
    assert line["event"] == left and CANARY not in said.getvalue()


@pytest.mark.parametrize("value", [CANARY, {"text": CANARY}, "two 'words'", "aBcD-" * 9, b"bytes of somebody"])
def test_a_listed_key_takes_no_content_either(said: io.StringIO, value: object) -> None:
    structlog.get_logger().info("pushed", kind=value, count=3)
    (line,) = lines(said)
    assert (line["kind"], line["count"]) == ("…", 3)


def test_what_nobody_caught_leaves_a_line_and_no_stack_trace(said: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert [(line["event"], line["exc_type"]) for line in lines(said)] == [("nobody caught this", "ValueError")] * 2
    assert CANARY not in said.getvalue()


def test_every_line_of_ours_is_a_constant_sentence() -> None:
    """A sentence that is put together at run time could carry anything past the rules above."""
    calls = [
        (path.name, node)
        for folder in ("server", "workers")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") in ("say", "log", "logger", "logging")
        and node.func.attr in ("debug", "info", "warning", "error", "exception", "critical")
    ]
    assert len(calls) > 5
    assert [name for name, node in calls if not isinstance(node.args[0], ast.Constant)] == []


def test_a_request_leaves_one_line_with_its_rule_not_its_path(said: io.StringIO) -> None:
    app = Flask("probe")

    @app.post("/people/<name>")
    def people(name: str) -> str:
        structlog.get_logger().info("seen")
        return name

    log_requests(app)
    app.test_client().post(
        f"/people/{CANARY}?code=7QK2M", data=CANARY.encode(), headers={"Authorization": "Bearer s3cret"}
    )
    seen, answered = lines(said)
    assert answered["event"] == "answered"
    assert (answered["route"], answered["status"], answered["method"]) == ("/people/<name>", 200, "POST")
    assert seen["request"] == answered["request"]
    for secret in (CANARY, "7QK2M", "s3cret"):
        assert secret not in said.getvalue()
