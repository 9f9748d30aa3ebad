"""The whole system as one process to start and stop: Redis, web server, worker and timetable, kept alive together.

`python -m workers.supervisor [--dev | --phone | --hub]`;
it stops on SIGTERM, SIGINT or SIGHUP, and everything dies with it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from server.settings import BadSetting, Settings
from server.store.var_lock import hold_var_dir
from workers import supervisor_plan as plan
from workers.supervisor_child import Child
from workers.supervisor_front import Front, plain_front
from workers.supervisor_probe import Probe
from workers.supervisor_watch import CannotStart, block_signals, keep_alive, run_once, say


def main(argv: list[str] | None = None) -> int:
    """The system has run until it was asked to stop: 0; 1 when it could not start, 2 for a bad setting or word."""
    words = sys.argv[1:] if argv is None else argv
    if words not in ([], ["--dev"], ["--phone"], ["--hub"]):
        print("usage: python -m workers.supervisor [--dev | --phone | --hub]", file=sys.stderr)
        return 2
    try:
        run(Settings.from_environment(), words[0] if words else "")
    except (BadSetting, CannotStart, OSError) as error:
        print(f"zoufang: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadSetting) else 1
    return 0


def run(settings: Settings, mode: str) -> None:
    """The system ran in this VAR_DIR and nothing of it is left.

    Raises: CannotStart
    """
    block_signals()
    os.umask(0o077)  # database, keys and logs are nobody else's
    lock = hold_var_dir(settings.var)
    if lock is None:
        where = f"{settings.var}{_address_in(settings.var)}"
        raise CannotStart(f"a system already runs in {where}; stop it, or give another VAR_DIR")
    front = _front(settings, mode)
    socket_path = None if settings.redis_url else plan.redis_socket(settings.var)
    children: list[Child] = []
    try:
        _start_and_watch(settings, mode, front, socket_path, children)
    finally:
        for listener in (front.listener, *front.also):
            listener.close()  # nobody new is let in; who is in is served to the end
        _stop(children)
        (settings.var / "system.json").unlink(missing_ok=True)
        if socket_path and socket_path.parent != settings.var:
            shutil.rmtree(socket_path.parent, ignore_errors=True)
        os.close(lock)


def _front(settings: Settings, mode: str) -> Front:
    if mode not in ("--phone", "--hub"):
        return plain_front(settings)
    from workers.supervisor_phone import (
        hub_front,
        phone_front,
    )  # the certificate machinery costs memory only where it is wanted

    return hub_front(settings) if mode == "--hub" else phone_front(settings)


def _start_and_watch(
    settings: Settings, mode: str, front: Front, socket_path: Path | None, children: list[Child]
) -> None:
    """The programs are added to `children` as they start, so that whoever called can stop them whatever happens."""
    env = plan.child_environment(settings, settings.redis_url or f"redis+socket://{socket_path}", front.port)
    logs = settings.var / "logs"
    logs.mkdir(exist_ok=True)
    if not run_once(plan.prepare_child(env, logs)):
        return
    if socket_path:
        children.append(plan.redis_child(socket_path, env, logs))
    options = (*front.web_options, *(("--reload",) if mode == "--dev" else ()))
    children += [plan.web_child(front.listener, options, env, logs), *front.children]

    def web_is_ready() -> None:
        """The night shift begins when the front door is open; both at once would keep people waiting for it."""
        later = [] if mode == "--hub" else [plan.worker_child(env, logs), plan.beat_child(env, logs)]
        later += [plan.vite_child(env, logs)] if mode == "--dev" else []
        for child in later:
            children.append(child)
            child.start()
        _announce(settings, front)

    keep_alive(children, _question(front), web_is_ready)


def _question(front: Front) -> Callable[[], bool]:
    """Asks /health/ready again and again, one request at a time, and never waits for it."""
    asked: list[Probe] = []

    def is_ready() -> bool:
        if not asked:
            asked.append(front.ask())
        status = asked[0].status()
        if status is not None:
            asked.clear()
        return status == 200

    return is_ready


def _announce(settings: Settings, front: Front) -> None:
    """The address, how to sign in, and last the one line a program waits for."""
    state = {"pid": os.getpid(), "url": front.url, "phone_url": front.phone_url}
    (settings.var / "system.json").write_text(json.dumps(state) + "\n")
    say(f"走访 Zoufang runs at {front.url}")
    if settings.demo:
        say("Sign in: open it and tap 镇党委书记 or 党建办 (demo township 云台镇).")
    if not settings.hub_origin:
        say("Invite somebody: make invite ROLE=committee_secretary    Stop: Ctrl-C")
    for note in front.notes:
        say(note)
    say(f"ready {front.url}")


def _stop(children: list[Child]) -> None:
    """All but Redis are asked at once, so the slowest decides how long it takes; Redis goes last, they need it."""
    for child in children:
        if child.name != "redis":
            child.ask_to_stop()
    for child in reversed(children):
        child.stop()


def _address_in(var: Path) -> str:
    try:
        return f" at {json.loads((var / 'system.json').read_text())['url']}"
    except (OSError, ValueError, KeyError):
        return ""


if __name__ == "__main__":
    sys.exit(main())
