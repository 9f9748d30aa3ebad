"""A digest somebody asked for does not wait for the end of its lease because the database was away for a moment."""

from __future__ import annotations

import pytest
from flask import Flask

from server.domain.problems import Problem
from workers import app as night
from workers import digests


def test_L7_an_asked_digest_whose_database_went_away_is_tried_again_soon(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def away_at_first(_township: str, effect: str, _work: object) -> None:
        tries.append(effect)
        if len(tries) < 3:
            raise Problem("busy", "the database is busy", retry_after_s=1)

    monkeypatch.setattr(night, "house", lambda: app)
    monkeypatch.setattr(digests, "perform", away_at_first)
    assert digests.asked.apply(args=["township", "effect"]).state == "SUCCESS"
    assert tries == ["effect"] * 3
