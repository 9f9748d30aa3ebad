"""One process owns the system: it restarts what dies, stops cleanly, and leaves nothing behind, even killed hard."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.system.running import ROOT, System

Start = Callable[..., System]
MOST_MB = 260


def test_it_says_where_it_is_and_everything_works(system: System) -> None:
    assert system.said[-1] == f"ready {system.url}"
    assert system.health() == {
        "ready": True,
        "checks": {"database": True, "guard": True, "revision": True, "redis": True},
    }


@pytest.mark.parametrize("word", ["redis-server", "-m gunicorn", "workers.worker", "workers.beat"])
def test_what_dies_is_started_again(system: System, word: str) -> None:
    victim = system.child(word)
    victim.kill()
    system.wait_for(lambda: system.child(word).pid != victim.pid, f"a new {word}")
    system.wait_for(lambda: system.health()["ready"] is True, "health")


def test_a_request_during_a_restart_waits_instead_of_being_refused(system: System) -> None:
    answers: list[int] = []

    def ask() -> None:
        with urllib.request.urlopen(f"{system.url}/health/live", timeout=30) as answer:
            answers.append(answer.status)

    master = system.child("-m gunicorn")
    old = [master, *master.children()]
    master.kill()
    assert psutil.wait_procs(old, timeout=5)[1] == []
    asking = [threading.Thread(target=ask) for _ in range(5)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(40)
    assert answers == [200] * 5


def test_the_whole_system_is_small(system: System) -> None:
    everybody = [psutil.Process(system.process.pid), *system.family()]
    megabytes = sum(one.memory_full_info().pss for one in everybody) / 1e6
    assert megabytes <= MOST_MB, [(one.cmdline()[:4], one.memory_full_info().pss // 10**6) for one in everybody]


def test_nobody_else_can_read_what_it_keeps(system: System) -> None:
    kept = [system.var / name for name in ("zoufang.sqlite3", "secret.key", "logs", "logs/web.log", "system.json")]
    assert [oct(path.stat().st_mode & 0o077) for path in kept] == ["0o0"] * len(kept)


def test_a_stop_is_clean_and_leaves_nothing(start: Start) -> None:
    system = start()
    family = system.family()
    assert len(family) >= 5  # redis, gunicorn and its worker, celery worker, beat
    assert system.stop(signal.SIGTERM) == 0
    assert psutil.wait_procs(family, timeout=1)[1] == []
    assert not (system.var / "system.json").exists()


def test_killed_hard_it_takes_everybody_with_it(start: Start) -> None:
    system = start()
    family = system.family()
    assert any(one.ppid() != system.process.pid for one in family)  # grandchildren, too
    system.stop(signal.SIGKILL)
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_a_killed_gunicorn_master_takes_its_worker_with_it(start: Start) -> None:
    system = start()
    master = system.child("-m gunicorn")
    workers = master.children()
    assert workers
    master.kill()
    assert psutil.wait_procs(workers, timeout=5)[1] == []


def test_two_systems_run_side_by_side_and_a_second_one_is_refused_its_folder(start: Start) -> None:
    one, two = start("one"), start("two")
    assert one.url != two.url
    assert one.health()["ready"] and two.health()["ready"]
    intruder = subprocess.run(
        [sys.executable, "-m", "workers.supervisor"], cwd=ROOT, env=one.env, capture_output=True, text=True, check=False
    )
    assert intruder.returncode == 1
    assert (
        intruder.stderr
        == f"zoufang: a system already runs in {one.var} at {one.url}; stop it, or give another VAR_DIR\n"
    )
    assert one.health()["ready"]


def test_a_taken_port_is_refused_when_it_was_asked_for(start: Start) -> None:
    one = start("one")
    port = one.url.rpartition(":")[2]
    env = {**one.env, "VAR_DIR": str(one.var.parent / "two"), "PORT": port}
    refused = subprocess.run(
        [sys.executable, "-m", "workers.supervisor"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"zoufang: cannot listen on port {port} of 127.0.0.1: ")
    assert "Traceback" not in refused.stderr


def test_a_bad_setting_is_named_in_one_sentence(start: Start) -> None:
    env = {"PATH": "/usr/bin:/bin", "PORT": "eighty"}
    refused = subprocess.run(
        [sys.executable, "-m", "workers.supervisor"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stderr) == (2, "zoufang: PORT is 'eighty'; it takes a whole number\n")


def test_a_folder_or_database_that_cannot_be_used_is_named_in_one_sentence(tmp_path: Path) -> None:
    for settings, named in (
        ({"VAR_DIR": "/proc/nothing"}, "/proc/nothing"),
        (
            {"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgresql://zoufang@127.0.0.1:1/x"},
            "the database does not answer",
        ),
    ):
        env = {"PATH": "/usr/bin:/bin", "PORT": "0", **settings}
        refused = subprocess.run(
            [sys.executable, "-m", "workers.supervisor"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1
        assert named in refused.stderr
        assert "Traceback" not in refused.stderr


def test_whoever_reads_its_words_may_go_away(start: Start) -> None:
    system = start()
    assert system.process.stdout is not None
    system.process.stdout.close()
    victim = system.child("redis-server")
    victim.kill()
    system.wait_for(lambda: system.child("redis-server").pid != victim.pid, "a new redis")
    system.wait_for(lambda: system.health()["ready"] is True, "health")
    assert system.stop() == 0
