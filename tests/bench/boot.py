"""What a phone must load before the first screen stands, as `npm run size` weighs it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.bench.server import ROOT

LIMIT_KB = 150.0


def measure() -> Iterator[Figure]:
    told = subprocess.run(["npm", "run", "--silent", "size"], cwd=ROOT / "pwa", capture_output=True, text=True)
    weight = re.search(r"(\d+)  boot path, brotli", told.stdout)
    if weight is None:
        raise RuntimeError(f"npm run size said: {told.stdout}{told.stderr}")
    yield Figure("boot path, brotli", int(weight[1]) / 1024, "KB", LIMIT_KB)
