"""The supervisor's pieces without a system around them."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from server.api.limiter import storage_address
from server.commands.check_health import client_address
from server.store.var_lock import hold_var_dir
from workers import supervisor_child
from workers.broker import broker_url
from workers.supervisor_child import Child, keep_log_short, wait_s
from workers.supervisor_front import listen
from workers.supervisor_plan import redis_socket
from workers.supervisor_watch import CannotStart, last_line


def child(tmp_path: Path, program: str, grace_s: float = 5.0) -> Child:
    return Child("probe", [sys.executable, "-c", program], dict(os.environ), tmp_path / "probe.log", grace_s=grace_s)


def wait_reaped(one: Child) -> None:
    until = time.monotonic() + 10
    while not one.reap(time.monotonic()):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_the_pause_doubles_to_half_a_minute_and_never_beyond() -> None:
    pauses = [wait_s(n) for n in range(1, 12)]
    assert pauses[:4] == [0.25, 0.5, 1.0, 2.0]
    assert pauses == sorted(pauses)
    assert max(pauses) == 30.0


def test_an_end_is_noticed_and_the_next_start_planned(tmp_path: Path) -> None:
    one = child(tmp_path, "print('what was wrong'); raise SystemExit(7)")
    one.start()
    wait_reaped(one)
    assert (one.last_code, one.failures, one.pid) == (7, 1, None)
    assert not one.start_if_due(time.monotonic())
    assert one.start_if_due(time.monotonic() + 1)
    wait_reaped(one)
    assert one.failures == 2
    assert last_line(one) == "what was wrong"


def test_killed_over_and_over_after_good_runs_it_comes_back_at_once_each_time(tmp_path: Path) -> None:
    one = child(tmp_path, "import time; time.sleep(60)")
    for _ in range(6):
        one.start()
        assert one.pid is not None
        os.kill(one.pid, signal.SIGKILL)
        until, now_s = time.monotonic() + 10, time.monotonic() + 12.0
        while not one.reap(now_s):
            assert time.monotonic() < until
            time.sleep(0.02)
        assert one.due_s == now_s + supervisor_child.FIRST_WAIT_S


def test_who_does_not_listen_is_killed_with_all_of_its_session(tmp_path: Path) -> None:
    stubborn = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "kid = os.fork(); print(os.getpid() if kid else os.getpid(), flush=True); time.sleep(60)"
    )
    one = child(tmp_path, stubborn, grace_s=0.5)
    one.start()
    while len(pids := one.log.read_text().split()) < 2:
        time.sleep(0.05)
    one.stop()
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(int(pid)).wait(5)


def test_asking_twice_and_then_stopping_is_fine(tmp_path: Path) -> None:
    one = child(tmp_path, "import time; time.sleep(60)")
    one.start()
    one.ask_to_stop()
    time.sleep(0.3)
    one.ask_to_stop()
    one.stop()
    assert one.pid is None


def test_a_log_is_cut_in_the_file_its_writer_has_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_child, "LOG_LIMIT_BYTES", 10)
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"a long line of the past\n")
        keep_log_short(log)
        writer.write(b"now\n")
    assert log.read_bytes() == b"now\n"
    assert (tmp_path / "web.log.1").read_bytes() == b"a long line of the past\n"


def test_without_a_port_asked_for_the_next_free_one_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port, exactly=False) as found:
            assert found.getsockname()[1] > port
        with pytest.raises(CannotStart, match=f"port {port}"):
            listen("127.0.0.1", port, exactly=True)


def test_a_long_var_dir_still_has_a_redis_socket_that_fits(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 90)
    deep.mkdir()
    assert redis_socket(tmp_path).parent == tmp_path
    found = redis_socket(deep)
    assert len(os.fsencode(found)) <= 100
    found.parent.rmdir()


def test_a_var_dir_is_held_once(tmp_path: Path) -> None:
    first = hold_var_dir(tmp_path)
    assert first is not None
    assert hold_var_dir(tmp_path) is None
    os.close(first)
    again = hold_var_dir(tmp_path)
    assert again is not None
    os.close(again)


@pytest.mark.parametrize(
    ("given", "limiter", "celery", "client"),
    [
        ("redis://h:6379/1", "redis://h:6379/1", "redis://h:6379/1", "redis://h:6379/1"),
        ("redis+socket:///v/r.sock", "redis+unix:///v/r.sock", "redis+socket:///v/r.sock", "unix:///v/r.sock"),
        ("unix:///v/r.sock", "redis+unix:///v/r.sock", "redis+socket:///v/r.sock", "unix:///v/r.sock"),
    ],
)
def test_a_redis_address_is_understood_however_it_is_spelt(given: str, limiter: str, celery: str, client: str) -> None:
    assert (storage_address(given), broker_url(given), client_address(given)) == (limiter, celery, client)
