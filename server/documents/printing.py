"""Sends a page to the press and brings back the PDF, or the reason why there is none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from server.documents.press import NO_FONT, NO_GLYPH
from server.domain.problems import Problem

ROOM = Path(__file__).parent
MOST_S = 30
_PRESSES = BoundedSemaphore(1)
"""A press takes a hundred megabytes while it runs, so a web process runs one at a time."""


def printed(page: str, data: Mapping[str, Any], now_ms: int, fonts: bool = True) -> bytes:
    """The PDF of this page with this data, every character in a font that it brings along.

    Shape:  `page` the name of a template beside this file; `fonts` false prints without the machine's own
    Raises: no-chinese-font, unprintable-character, busy
    """
    source = f"{_read('sheet')}\n{_read(page)}"
    order = {"source": source, "data": dict(data), "created_s": now_ms // 1000, "fonts": fonts}
    with _PRESSES:
        run = _run(json.dumps(order, ensure_ascii=False).encode())
    if run.returncode == 0:
        return run.stdout
    said = run.stderr.decode(errors="replace")
    if run.returncode == NO_FONT:
        raise Problem("no-chinese-font", "this machine has no Chinese font; install one, such as fonts-noto-cjk")
    if run.returncode == NO_GLYPH:
        missing = _named(said)
        raise Problem("unprintable-character", f"no font of this machine has {missing}", character=missing)
    raise RuntimeError(f"the press stopped with {run.returncode}: {said[-500:]}")


def _run(order: bytes) -> subprocess.CompletedProcess[bytes]:
    """-I: the press finds its own packages and nothing that an environment variable points at."""
    try:
        return subprocess.run(
            [sys.executable, "-I", str(ROOM / "press.py")],
            input=order,
            capture_output=True,
            timeout=MOST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Problem("busy", f"no page within {MOST_S} s", retry_after_s=MOST_S) from error


def _named(said: str) -> str:
    """The character that the press complains of; it writes one that cannot be seen as \\u{…}."""
    found = re.search(r'the text `"(.*?)"`', said)
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), found[1]) if found else ""


def _read(page: str) -> str:
    return (ROOM / f"{page}.typ").read_text(encoding="utf-8")
