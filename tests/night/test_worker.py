"""A real worker on a real Redis: killed hard in the middle of a digest, it still arrives exactly once (L7)."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest
from celery import Celery
from flask import Flask

from server.commands.ask_digest import ask_digest
from tests.night.broker import Broker, Start, wait_until
from tests.night.town import Town, add_phone, make_town


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def town(app: Flask) -> Town:
    """A demo township: its digest is due at any hour of the day."""
    made = make_town(now_ms() - 2 * 24 * 60 * 60 * 1000)
    add_phone(made, made.secretary, now_ms())
    return made


@pytest.fixture
def beat(broker: Broker) -> Iterator[Celery]:
    """What the timetable's process does: it sends names, and knows nothing else."""
    with Celery(broker=broker.url) as sender:
        yield sender


def send(beat: Celery, task: str) -> None:
    beat.send_task(task, queue=task.partition(".")[0], ignore_result=True)


@pytest.mark.parametrize("point", ["inside", "committed"])
def test_L7_a_worker_killed_in_mid_digest_delivers_it_exactly_once(
    database_url: str, town: Town, broker: Broker, beat: Celery, start_worker: Start, point: str
) -> None:
    send(beat, "digests.tick")
    dying = start_worker(database_url, point)
    assert dying.wait(40) == -signal.SIGKILL
    assert len(town.records("digest")) == len(town.log()) <= (0 if point == "inside" else 2)
    assert not broker.is_idle()

    start_worker(database_url)
    wait_until(lambda: len(town.log()) == 2 and broker.is_idle(), "the digest did not arrive after the kill")
    head = town.head()
    send(beat, "digests.tick")
    wait_until(broker.is_idle, "the second tick was not taken")
    assert town.log() == {town.secretary: "sent", town.clerk: "sent"}
    assert sorted(scope for scope, _fields in town.records("digest")) == sorted(
        [f"own:{town.secretary}", f"own:{town.clerk}"]
    )
    assert town.head() == head


def test_L7_what_a_command_left_is_done_by_the_worker(
    database_url: str, town: Town, broker: Broker, beat: Celery, start_worker: Start
) -> None:
    assert ask_digest(town.id, town.clerk, now_ms())
    send(beat, "effects.drain")
    start_worker(database_url)
    wait_until(lambda: len(town.log()) == 2 and broker.is_idle(), "nobody did what the command left")
    assert ask_digest(town.id, town.clerk, now_ms()), "the effect is not marked done"
