"""What the system says: one JSON object a line and never content: no text, no name, no token, no address."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

ALLOWED = frozenset(
    {"event", "level", "logger", "timestamp", "request", "method", "route", "status", "ms", "bytes_in", "bytes_out"}
    | {"replica", "township", "command", "slug", "count", "seq", "n", "kind", "task", "task_id", "effect", "attempt"}
    | {"wait_s", "where", "exc_type", "pid", "period", "role", "epoch", "revision"}
)
"""A key that is not listed is dropped, so a line with somebody's testimony in it cannot be written by accident."""
LONGEST_VALUE = 200
CODE = re.compile(r"[A-Za-z0-9_./<>:,() -]*")
"""What a value may look like: a name of ours, a route, an id, a place in the code. No other script, no quotation."""
TOKEN = re.compile(r"[\w-]{40,}")
SECRET = re.compile(r"\S*(?:[^\x20-\x7e]|[0-9]|['\"=])\S*|\S{25,}|\b[A-Z]{5,}\b")
"""The words of a library's line that could be a value somebody formatted into it; the others are its own sentence."""
LEFT_OUT = "…"
UNSAID = frozenset({"health", "pages", "phone", "box"})
"""Blueprints whose requests leave no line: probes every second, files, and slips, which no time may stand near."""
Line = MutableMapping[str, Any]
HERE = Path(__file__).resolve().parent.parent


def configure_logs(level: str) -> None:
    """From here on structlog and the standard library's loggers of this process write JSON lines to standard error."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            exception_without_its_text,
            only_allowed_keys,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryLine())
    logging.basicConfig(handlers=[handler], level=max(logging.INFO, number), force=True)
    logging.captureWarnings(True)
    say_what_nobody_caught()


def log_requests(app: Flask) -> None:
    """Every request of this app leaves one line (route, status, time, size); every line said within names its id."""
    say = structlog.get_logger()

    @app.before_request
    def begin() -> None:
        g.request_id, g.began_s = uuid4().hex[:16], time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        if (request.blueprint or "nobody") not in UNSAID:
            say.info(
                "answered",
                method=request.method,
                route=str(request.url_rule),  # the rule, not the path: a path may carry an id or a code
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("began_s", time.perf_counter())) * 1000, 1),
                bytes_in=request.content_length or 0,
                bytes_out=response.content_length or 0,
            )
        return response


def exception_without_its_text(_logger: Any, _method: str, event: Line) -> Line:
    """An exception is named with the place it came from; its text is left out, since a database quotes values in it."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if found and found[0] is not None:
        event.update(exc_type=found[0].__name__, where=place_of(found[2]))
    return event


def only_allowed_keys(_logger: Any, _method: str, event: Line) -> Line:
    """Listed keys with values that can be no content: numbers, flags, and texts made of the letters of a code."""
    return {key: _coded(value) for key, value in event.items() if key in ALLOWED}


def _coded(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text[:LONGEST_VALUE] if CODE.fullmatch(text) and not TOKEN.search(text) else LEFT_OUT


def say_what_nobody_caught() -> None:
    """An exception that ends a thread or the process leaves a line like any other, and no stack trace with values."""

    def say(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        structlog.get_logger().critical("nobody caught this", exc_type=kind.__name__, where=place_of(trace))

    sys.excepthook = say
    threading.excepthook = lambda args: say(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: say(args.exc_type, args.exc_value, args.exc_traceback)


def place_of(trace: TracebackType | None) -> str:
    """`file:line` of the frames of ours, outermost first, the three nearest to the fault."""
    places: list[str] = []
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(HERE) and "site-packages" not in path.parts:
            places.append(f"{path.relative_to(HERE)}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-3:])


def places_in(trace: str) -> str:
    """The same out of a stack trace kept as text; its last line, which may quote content, is not looked at."""
    found = [(Path(file), number) for file, number in re.findall(r'File "([^"]+)", line (\d+)', trace)]
    ours = [f"{file.relative_to(HERE)}:{number}" for file, number in found if file.is_relative_to(HERE)]
    return " > ".join(ours[-3:])


def type_in(trace: str) -> str:
    """The name of the exception at the end of a stack trace."""
    last = trace.strip().rpartition("\n")[2]
    return last.partition(":")[0] if re.match(r"[\w.]+(:|$)", last) else "unknown"


class LibraryLine(logging.Formatter):
    """A library's line as JSON: its template without the values, and without what was formatted into the template."""

    def format(self, record: logging.LogRecord) -> str:
        line: Line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": SECRET.sub(LEFT_OUT, str(record.msg).partition("\n")[0])[:LONGEST_VALUE],
        }
        if isinstance(record.args, dict) and "name" in record.args:  # celery names its task and run like this
            line.update(task=_coded(record.args["name"]), task_id=_coded(record.args.get("id", "")))
        if isinstance(fault := getattr(record, "fault", None), str):  # a stack trace that the judge kept as text
            line.update(exc_type=type_in(fault), where=places_in(fault))
        if record.exc_info:
            line["exc_info"] = record.exc_info
        return json.dumps(dict(exception_without_its_text(None, "", line)), ensure_ascii=False)
