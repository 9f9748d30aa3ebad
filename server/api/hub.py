"""The door of a hub: the ballot for phones from the app's own address, and nothing that an outbox could believe."""

from __future__ import annotations

from flask import Flask, Response, request

from server.api.identity import bearer_token, now_ms
from server.commands.hub.at_hub import is_from_home
from server.domain.problems import Problem

OPEN = frozenset({"pages", "phone", "catalogue", "health", "api-docs", "box"})
"""Rooms that ask nobody who he is."""
OWN = frozenset({"auth", "desks", "sync"})
"""Rooms for whoever enrolled at the hub itself: the clerk's desk. A phone of the server's has no business there."""
BALLOT = frozenset(
    {
        "meetings.read", "meetings.attendance", "meetings.present", "meetings.readiness",
        "rounds.begin", "rounds.close", "rounds.numbers",
        "ballot-sheets.issuances", "ballot-sheets.paper_forms", "ballot-sheets.forms", "ballot-sheets.spoil",
        "ballot-sheets.collected", "ballot-papers.forms",
    }
)  # fmt: skip
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT",
    "Access-Control-Allow-Headers": "authorization, content-type, content-encoding",
    "Access-Control-Allow-Private-Network": "true",
    "Access-Control-Max-Age": "600",
}


def hold_the_ballot_only(app: Flask, origin: str) -> None:
    """The app answers as a hub does; what phones of the township may not ask here waits with them for the server."""

    @app.before_request
    def guard() -> Response | None:
        if request.method == "OPTIONS":
            return Response(status=204)
        room = request.blueprint or ""
        if room in OPEN:
            return None
        if request.endpoint not in BALLOT and room not in OWN:
            raise _elsewhere()
        if "Authorization" in request.headers:
            home = is_from_home(bearer_token(), now_ms())
            if home is None or (home and room in OWN):
                raise _elsewhere()
        return None

    @app.after_request
    def share(response: Response) -> Response:
        """Only the township's own app may read an answer from another address, and only of the ballot."""
        if request.path.startswith("/ballots/v1/"):
            response.headers.add("Vary", "Origin")
            if request.headers.get("Origin") == origin:
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"
                if request.method == "OPTIONS":
                    response.headers.update(PREFLIGHT)
        return response


def _elsewhere() -> Problem:
    return Problem("not-at-hub", "this laptop holds one round; everything else is for the server", retry_after_s=60)
