"""The blueprint every API room is built on: our JSON reading, our problems, documented statuses."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import ValidationError
from webargs.flaskparser import FlaskParser

from server.api.problems import MIMETYPE
from server.api.wire import body_json, sealed
from server.domain.problems import CATALOGUE, Problem
from server.schemas.problems import ProblemSchema

SMALL_BODY_BYTES = 65_536
View = TypeVar("View", bound=Callable[..., Any])


class Parser(FlaskParser):
    """Request parts through a schema; what does not fit is a malformed-request with a pointer each."""

    DEFAULT_VALIDATION_STATUS = 400

    def load_json(self, req: Any, schema: Any) -> Any:
        return body_json(SMALL_BODY_BYTES)

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> Any:
        parts = error.messages_dict
        errors = [pair for part in parts.values() for pair in _pointers("", part)]
        raise Problem("malformed-request", "the request does not fit its schema", errors[:20])


class Front(Blueprint):
    """A flask-smorest blueprint of this house."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, *, prefix: str, about: str) -> None:
        super().__init__(name, name, url_prefix=prefix, description=about)
        self.after_request(sealed)
        self.url_value_preprocessor(_refuse_odd_parts)

    def problems(self, *slugs: str) -> Callable[[View], View]:
        """The view may answer with these problems besides the ones every view may."""

        def document(view: View) -> View:
            # What `alt_response` would note. It wraps the view once for each status and copies all words again each
            # time, which took a third of a start; so the words are put down here, and a request goes straight in.
            words: dict[str, Any] = deepcopy(getattr(view, "_apidoc", {}))
            noted = words.setdefault("response", {}).setdefault("responses", {})
            for status, described in _by_status((*slugs, *_ANY_VIEW)).items():
                answer = {"schema": ProblemSchema, "description": described, "content_type": MIMETYPE}
                noted.setdefault(status, []).append(answer)
            view._apidoc = words  # type: ignore[attr-defined]
            return view

        return document


def _refuse_odd_parts(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """A part of an address that no database can hold names nothing; asked for here, it cannot become a 500."""
    for part in (values or {}).values():
        if isinstance(part, str) and ("\0" in part or not part.isprintable()):
            raise Problem("not-found", "there is nothing at this address")


_ANY_VIEW = ("malformed-request", "server-fault", "busy", "storage-full")


def _by_status(slugs: tuple[str, ...]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for slug in dict.fromkeys(slugs):
        found.setdefault(CATALOGUE[slug].status or 500, []).append(slug)
    return {status: ", ".join(names) for status, names in found.items()}


def _pointers(path: str, detail: Any) -> list[tuple[str, str]]:
    if isinstance(detail, dict):
        return [pair for name, inner in detail.items() for pair in _pointers(f"{path}/{name}", inner)]
    lines = detail if isinstance(detail, list) else [detail]
    return [(path, str(line)) for line in lines]
