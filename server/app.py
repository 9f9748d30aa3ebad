"""The one place that knows every room: builds the web application from its settings."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint
from werkzeug.routing import Rule

from server.api import (
    audit,
    auth,
    ballot_box,
    ballot_count,
    ballot_papers,
    ballot_sheets,
    catalogue,
    demo,
    desks,
    forgotten,
    health,
    hub,
    meetings,
    office,
    pages,
    passkeys,
    people,
    phone,
    quarantine,
    recovery,
    rounds,
    sealed,
    sync,
)
from server.api.limiter import STORAGE_OPTIONS, limiter, storage_address
from server.api.problems import register_problems
from server.api.wire import sealed as sealed_answer
from server.settings import Settings
from server.store.database import open_database, reading
from server.store.migrate import assert_guard
from server.store.sealing import open_sealing

DAY_MS = 86_400_000
DOCUMENT = "api-docs"
"""The blueprint that flask-smorest makes for the OpenAPI document; its answers are of the API like the others."""


class Address(Rule):
    """An address that is matched. What would build one from a name is compiled when somebody asks, and nobody does."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        def build(rule: Address, **values: Any) -> tuple[str, str]:
            return super()._compile_builder(append_unknown)(rule, **values)

        return build


class Described(Api):  # type: ignore[misc] # flask-smorest ships no types
    """The OpenAPI document, written when somebody first asks for it: to write it takes longer than all else of a start.

    It names every status a view may answer; a catch-all would hide what is missing.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        self._undescribed: list[Blueprint] = []
        self._writes = Lock()
        super().__init__(app)

    def register_blueprint(self, blp: Blueprint) -> None:
        """The views answer from now on; the document names them when it is read."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)
        self._undescribed.append(blp)

    def _register_responses(self) -> None:
        """One for every status there is; they too are for the document alone."""
        self._has_responses = False

    def _openapi_json(self) -> Any:
        with self._writes:
            if not self._has_responses:
                super()._register_responses()
                self._has_responses = True
            while self._undescribed:
                blp = self._undescribed.pop(0)
                blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
                self.spec.tag({"name": blp.name, "description": blp.description})
        return super()._openapi_json()


def create_app(settings: Settings) -> Flask:
    """The application, on a database that has its guard.

    Raises: GuardMissing, SealingKeyWrong, BadSetting (the sealing key is gone)
    """
    app = Flask("zoufang", static_folder=None)
    app.url_rule_class = Address
    app.config.update(
        API_TITLE="Zoufang",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "components": {"securitySchemes": {"replica": {"type": "http", "scheme": "bearer"}}},
        },
        RATELIMIT_STORAGE_URI=storage_address(settings.redis()),
        RATELIMIT_STORAGE_OPTIONS=STORAGE_OPTIONS,
        LEASE_MS=settings.lease_days * DAY_MS,
        CURSOR_SECRET=settings.secret(),
        ZOUFANG=settings,
    )
    open_database(app, settings.database())
    with app.app_context(), reading() as connection:
        assert_guard(connection)
    open_sealing(app, settings.sealing_secret)
    limiter.init_app(app)
    api = Described(app)
    app.after_request_funcs.setdefault(DOCUMENT, []).append(sealed_answer)
    entrance = (auth, desks, passkeys, sync, sealed, forgotten, recovery, demo, health)
    ballots = (meetings, rounds, ballot_sheets, ballot_box, ballot_count, ballot_papers)
    for room in (*entrance, office, people, quarantine, audit, *ballots):
        api.register_blueprint(room.bp)
    app.register_blueprint(catalogue.bp)
    app.register_blueprint(phone.bp)
    app.register_blueprint(pages.bp)
    register_problems(app)
    if settings.hub_origin:
        hub.hold_the_ballot_only(app, settings.hub_origin)
    return app
