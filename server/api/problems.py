"""Every failure leaves the house as an RFC 9457 problem from the catalogue; a stack trace never does."""

from __future__ import annotations

import json
import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

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
    slug = SLUG_OF_STATUS.get(error.code, "malformed-request" if error.code < 500 else "server-fault")
    response = _problem(Problem(slug, retry_after_s=60 if error.code == 429 else None))
    allow = dict(error.get_headers()).get("Allow")
    if allow:
        response.headers["Allow"] = allow
    return response


def _fault(error: Exception) -> Response:
    log.exception("request failed", extra={"path": request.path, "method": request.method}, exc_info=error)
    return _problem(Problem("server-fault", "the server failed on this request; nothing was applied"))
