"""What a process logs while a test listens."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from server.logs import configure_logs


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch, level: str) -> Iterator[io.StringIO]:
    """Everything this process logs meanwhile, at this level; the logs are as they were afterwards."""
    heard, handlers, before = io.StringIO(), logging.root.handlers[:], logging.root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    monkeypatch.setattr(sys, "stderr", heard)
    configure_logs(level)
    yield heard
    logging.root.handlers, logging.root.level = handlers, before
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    structlog.reset_defaults()
