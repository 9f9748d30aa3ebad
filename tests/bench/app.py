"""The product's web application with a bare Flask beside it in the same process, to be measured against."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from server import gunicorn

BARE = "/_bare"


def web() -> Flask:
    """The product as gunicorn serves it; below `/_bare` a route that does nothing."""
    app = gunicorn.web()
    bare = Flask("bare")
    bare.add_url_rule("/", "nothing", _nothing)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {BARE: bare.wsgi_app})  # type: ignore[method-assign]
    return app


def _nothing() -> Response:
    return Response(status=204)
