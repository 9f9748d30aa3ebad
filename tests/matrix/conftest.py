"""The township of the matrix and its cast, on either database."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.matrix.cast import Place, Somebody, every_role, found_place


@pytest.fixture
def place(app: Flask) -> Place:
    """The township everything is asked about."""
    return found_place("云台镇", "990101101")


@pytest.fixture
def elsewhere(app: Flask) -> Place:
    """Another township in the same database."""
    return found_place("别处镇", "990101102")


@pytest.fixture
def cast(app: Flask, place: Place) -> list[Somebody]:
    """Everybody."""
    return every_role(app, place)
