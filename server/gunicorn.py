"""How gunicorn runs the web server: one process, eight threads, no access log of its own, workers on a leash."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Any

from flask import Flask
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from werkzeug.middleware.proxy_fix import ProxyFix

from server.logs import LibraryLine, configure_logs, log_requests
from server.settings import BadSetting, Settings

_settings = Settings.from_environment()

worker_class = "gthread"
workers = _settings.web_processes
threads = _settings.web_threads
keepalive = 20
timeout = 60
graceful_timeout = 8
preload_app = "--reload" not in sys.argv  # master and worker share what they imported
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - gunicorn's heartbeat, no content
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"
proc_name = "zoufang"
limit_request_line = 8190


class JsonLogger(Logger):  # type: ignore[misc] # gunicorn ships no types
    """gunicorn's own lines in the form of all others."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(LibraryLine())


logger_class = JsonLogger


def web() -> Flask:
    """The application as gunicorn serves it: from the environment, with its lines in JSON."""
    from server.app import create_app
    from server.store.database import db
    from server.store.sealing import SealingKeyWrong

    configure_logs(_settings.log_level)
    try:
        app = create_app(_settings)
    except (BadSetting, SealingKeyWrong) as error:
        sys.exit(f"zoufang: {error}")
    log_requests(app)
    if _settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, _settings.trusted_proxies, _settings.trusted_proxies)  # type: ignore[method-assign]
    with app.app_context():
        db.engine.dispose()  # no connection crosses the fork
    return app


def post_fork(_arbiter: Any, worker: Any) -> None:
    """A worker never outlives its master, even one that was killed hard; prctl(2) PR_SET_PDEATHSIG = 1."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != worker.ppid:
        os._exit(1)
