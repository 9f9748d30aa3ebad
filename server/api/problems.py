"""Every failure leaves the house as an RFC 9457 problem from the catalogue; a stack trace never does."""

from __future__ import annotations

import json
import logging

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from server.api.limiter import seconds_to_wait
from server.api.wire import answer, sealed
from server.domain.problems import SLUG_OF_STATUS, Problem, problem_json

log = logging.getLogger(__name__)
MIMETYPE = "application/problem+json"


def register_problems(app: Flask) -> None:
    """The app answers every failure as a problem."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _problem(problem: Problem) -> Response:
    status = problem.entry.status or 500
    body = problem_json(
        problem.entry.slug, problem.detail, problem.errors, instance=request.path, status=status, **problem.more
    )
    response = sealed(answer(json.dumps(body, separators=(",", ":")), status, MIMETYPE))
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(problem.retry_after_s)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _http(error: HTTPException) -> Response:
    """What Flask and Werkzeug refuse by themselves: unknown addresses, methods, bodies."""
    if error.code is None or error.code < 400:
        return Response(error.get_body(), error.code or 500, error.get_headers())
    allowed = _other_methods() if error.code in (404, 405) else []
    slug = "method-not-allowed" if allowed else SLUG_OF_STATUS.get(error.code, _otherwise(error.code))
    wait_s = seconds_to_wait() if error.code == 429 else None
    response = _problem(Problem(slug, errors=_validation(error), retry_after_s=wait_s))
    if allowed:
        response.headers["Allow"] = ", ".join(allowed)
    return response


def _otherwise(status: int) -> str:
    return "malformed-request" if status < 500 else "server-fault"


def _other_methods() -> list[str]:
    """The methods this address exists for: the app's own page answers GET everywhere, which is no answer here."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return []
    found: list[str] = []
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        try:
            endpoint, _arguments = adapter.match(method=method)
        except HTTPException:
            continue
        found += [method] if not str(endpoint).startswith("pages.") else []
    return found if request.method not in found else []


def _validation(error: HTTPException) -> list[tuple[str, str]]:
    """What webargs found, where a view uses its parser as it is."""
    messages = getattr(error, "data", {}).get("messages", {})
    parts = [part for part in messages.values() if isinstance(part, dict)]
    return [(f"/{name}", str(detail)) for part in parts for name, detail in part.items()]


def _fault(error: Exception) -> Response:
    log.exception("request failed", extra={"path": request.path, "method": request.method}, exc_info=error)
    return _problem(Problem("server-fault", "the server failed on this request; nothing was applied"))
