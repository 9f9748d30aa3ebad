"""Real systems for these tests: the supervisor as a person starts it, each in a VAR_DIR of its own."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.running import System


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., System]]:
    """Starts systems; whatever they started is gone when the test ends."""
    running: list[System] = []

    def start_one(name: str = "one", *words: str, **settings: str) -> System:
        system = System(tmp_path / name, settings, *words)
        running.append(system)
        return system

    yield start_one
    for system in running:
        system.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """One system that the tests of a module share; with the demo township."""
    one = System(tmp_path_factory.mktemp("system"), {"DEMO": "1"})
    yield one
    one.stop(signal.SIGKILL)
