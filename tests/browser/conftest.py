"""One running town for the whole session; every test has browsers of its own."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType, sync_playwright

from tests.browser import phone as people
from tests.browser.phone import Person
from tests.browser.town import Town

Meet = Callable[..., Person]


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def running_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town"))
    yield town
    if town.runs:
        town.system.stop(signal.SIGTERM)


@pytest.fixture
def town(running_town: Town) -> Iterator[Town]:
    """The town, running when the test begins and when it ends, however the test leaves it."""
    yield running_town
    running_town.start()


@pytest.fixture
def meet(chromium: BrowserType, town: Town, tmp_path: Path) -> Iterator[Meet]:
    """Gives a person with a browser: meet("phone"), meet("desk"); all are gone when the test ends."""
    met: list[Person] = []

    def meet_one(shape: str = "phone", *flags: str, url: str = "", **more: Any) -> Person:
        make = {"phone": people.phone, "desk": people.desk}[shape]
        met.append(make(chromium, tmp_path / f"profile-{len(met)}", url or town.url, *flags, **more))
        return met[-1]

    yield meet_one
    faults = [fault for person in met for fault in person.faults]
    for person in met:
        person.close()
    assert not faults, f"the browser's console said: {faults}"
