"""`zoufang hub run` and `zoufang hub close`: what is typed at the laptop in the hall."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from server.cli.hub_passphrase import locked_into, new_file, passphrase_of, passphrase_option
from server.cli.opened import json_option, now_ms, opened, say
from server.commands.hub.close_hub import close_hub
from server.commands.hub.found_hub import found_hub, hub_here, manifest_in
from server.commands.invite import invite
from server.domain.ballot.handover import OUT
from server.domain.hub_file import unlocked
from server.schemas.hub_file import handover_bytes, read_handover
from server.schemas.kinds.registry import KINDS
from server.store.var_lock import hold_var_dir

ROOT = Path(__file__).resolve().parents[2]
PORT = 8799
DAY_S = 86_400
NOTED = "hub.json"
AUTHORITY = ("ca.pem", "ca.key")
OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SEALING_KEY", "PUBLIC_URL", "CHECKPOINT_DIR")
"""Settings of a server that would lead a hub to it; a hub has all of its own in its folder."""


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(1, 65_534), default=PORT, show_default=True, help="The server's HUB_PORT.")
@click.option(
    "--authority", type=click.Path(path_type=Path), help="Folder `phone` of an earlier run, which the phones trust."
)
@passphrase_option
def run(path: Path, port: int, authority: Path | None, passphrase_file: Path | None) -> None:
    """Hold the round of FILE in this hall, until Ctrl-C; started again it goes on. Everything lies in FILE.d."""
    if authority and not all((authority / name).is_file() for name in AUTHORITY):
        raise click.ClickException(f"{authority} has no {' and '.join(AUTHORITY)}")
    with _own_folder(path) as folder:
        _refuse_taken(port)
        _take_authority(authority, folder / "phone")
        if not (folder / NOTED).exists():
            _found(folder, path, passphrase_file)
        with opened():
            here = hub_here()
            if here is None:
                raise click.ClickException(f"{folder} holds no hub; delete it and run the file again")
            township, hub = here
            if hub.state == "closed":
                raise click.ClickException("this hub is closed; its round goes on at the server")
            code = invite(township, "pbo", now_ms(), valid_s=DAY_S).code
        origin = json.loads((folder / NOTED).read_text())["origin"]
    click.echo(f"The clerk's desk: open the address below on this laptop and enter {code[:5]}-{code[5:]}")
    os.environ |= {"PORT": str(port), "DEMO": "0", "HUB_ORIGIN": origin, "PYTHONPATH": str(ROOT)}
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "workers.supervisor", "--hub"])  # noqa: S606 - it becomes the system


@click.command("close")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="The file to carry home.")
@passphrase_option
@json_option
def close(path: Path, target: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """End the hub of FILE, once and for all, and write what the server imports."""
    if not (folder_of(path) / NOTED).exists():
        raise click.ClickException(f"{path} was not run on this machine: there is no {folder_of(path)}")
    if target.exists():
        raise click.ClickException(f"{target} exists; nothing was written")
    with _own_folder(path) as folder, opened():
        passphrase = passphrase_of(passphrase_file, new=True)
        with new_file(target) as descriptor:
            given = close_hub(KINDS, json.loads((folder / NOTED).read_text())["origin"], now_ms())
            locked_into(descriptor, handover_bytes(given), passphrase)
    sheets = len({one.roll for one in given.issued})
    words = f"The hub is closed: {sheets} have handed in or hold paper. At the server: zoufang hub import {target.name}"
    say(as_json, {"path": str(target), "hub": given.hub, "handed_in": sheets, "slips": len(given.slips)}, words)


def folder_of(path: Path) -> Path:
    """Where the hub of a file lives."""
    return path.resolve().with_name(path.name + ".d")


@contextmanager
def _own_folder(path: Path) -> Iterator[Path]:
    """Everything inside happens in the hub's folder, while nothing else runs there."""
    folder = folder_of(path)
    if not path.is_file() and not folder.is_dir():
        raise click.ClickException(f"there is no file {path}")
    os.umask(0o077)
    folder.mkdir(exist_ok=True)
    for name in OURS:
        os.environ.pop(name, None)
    os.environ["VAR_DIR"] = str(folder)
    lock = hold_var_dir(folder)
    if lock is None:
        raise click.ClickException(f"the hub in {folder} is running; stop it first (Ctrl-C)")
    try:
        yield folder
    finally:
        os.close(lock)


def _refuse_taken(port: int) -> None:
    """The port is free; phones may speak to no other one."""
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(("0.0.0.0", port))  # noqa: S104 - as the hub itself will
        except OSError as error:
            raise click.ClickException(
                f"port {port} is taken on this laptop ({error.strerror}); end the program that has it. Another --port "
                "serves only if it is the server's HUB_PORT"
            ) from error


def _take_authority(given: Path | None, phone: Path) -> None:
    """The hub's certificate is signed by the given authority, if it has none of its own yet."""
    if given is None or (phone / AUTHORITY[0]).exists():
        return
    phone.mkdir(exist_ok=True)
    for name in reversed(AUTHORITY):
        (phone / name).write_bytes((given / name).read_bytes())


def _found(folder: Path, path: Path, passphrase_file: Path | None) -> None:
    given = read_handover(unlocked(path.read_bytes(), passphrase_of(passphrase_file)), OUT)
    manifest = manifest_in(given)
    with opened(empty_too=True):
        if hub_here() is None:
            found_hub(KINDS, given, manifest, now_ms())
    draft = folder / f"{NOTED}.draft"
    draft.write_text(json.dumps({"hub": given.hub, "origin": given.origin}) + "\n")
    draft.replace(folder / NOTED)
