"""One system at a time uses a VAR_DIR."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def hold_var_dir(var: Path) -> int | None:
    """A descriptor that keeps other systems out of this VAR_DIR until its process ends; None when one is in already."""
    var.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(var / "system.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
