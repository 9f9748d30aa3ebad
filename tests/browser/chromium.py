"""Real Chromiums: a phone whose profile outlives kill -9, a desk, a stranger."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import BrowserContext, BrowserType, CDPSession, Error, Page

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LONGEST_WAIT_MS = 15_000


def executable() -> str:
    """Debian's Chromium; `make test` installs it."""
    found = shutil.which("chromium")
    assert found, "Chromium is missing: apt-get install chromium"
    return found


class Browser:
    """One running Chromium on a profile folder of its own; it can be killed hard and opened again."""

    def __init__(self, chromium: BrowserType, profile: Path, shape: dict[str, Any], flags: Sequence[str] = ()) -> None:
        self.chromium, self.profile, self.shape, self.flags = chromium, profile, shape, (*FLAGS, *flags)
        self.context: BrowserContext = self._launch()
        self.page: Page = self.context.pages[0]

    def _launch(self) -> BrowserContext:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        context = self.chromium.launch_persistent_context(
            self.profile,
            executable_path=executable(),
            args=[*self.flags, *root],
            locale="zh-CN",
            accept_downloads=True,
            **self.shape,
        )
        context.set_default_timeout(LONGEST_WAIT_MS)
        return context

    def reopen(self) -> Page:
        """The same profile in a new process, as after a restart of the phone."""
        self.context = self._launch()
        self.page = self.context.pages[0]
        return self.page

    def kill(self) -> None:
        """kill -9 for every process of this Chromium at once; nothing is flushed, nobody says goodbye."""
        family = self._processes()
        assert family, "no process of this Chromium was found"
        os.killpg(family[0].pid, signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / name).unlink(missing_ok=True)
        self.close()

    def _processes(self) -> list[psutil.Process]:
        """The browser process, leader of its process group, and all that it started."""
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            ours = f"--user-data-dir={self.profile}" in words and not any(word.startswith("--type=") for word in words)
            if ours and os.getpgid(process.pid) == process.pid:
                return [process, *process.children(recursive=True)]
        return []

    def close(self) -> None:
        with suppress(Error):
            self.context.close()

    def cdp(self) -> CDPSession:
        return self.context.new_cdp_session(self.page)

    def slow_down(self, factor: float) -> None:
        """The processor of a cheap phone."""
        self.cdp().send("Emulation.setCPUThrottlingRate", {"rate": factor})
