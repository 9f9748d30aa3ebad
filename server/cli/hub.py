"""`zoufang hub`: a round goes to a laptop in the hall, is held there, and comes back once."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from server.cli.opened import json_option, now_ms, opened, say, the_township, township_option
from server.commands.hub.export_round import export_round
from server.commands.hub.lose_hub import lose_hub
from server.domain.ballot.handover import Handover
from server.domain.hub_file import NONCE_BYTES, SALT_BYTES, SHORTEST_PASSPHRASE, locked
from server.schemas.hub_file import handover_bytes
from server.schemas.kinds.registry import KINDS

BY = "cli"
passphrase_option = click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="Read the passphrase from a file instead of asking."
)


@click.group()
def hub() -> None:
    """A round with a laptop in the hall: export here, run and close there, import here."""


@hub.command("export")
@click.argument("ballot", metavar="ROUND")
@click.option("--to", "path", required=True, type=click.Path(path_type=Path), help="The file to carry to the laptop.")
@click.option("--origin", metavar="URL", help="The app's address on the phones; default PUBLIC_URL or the running one.")
@passphrase_option
@township_option
@json_option
def export(
    ballot: str, path: Path, origin: str | None, passphrase_file: Path | None, township: str | None, as_json: bool
) -> None:
    """Give a round (issued or open) to a hub; this server then refuses its sheets and forms until the file is back."""
    with opened() as settings:
        tenant, home = the_township(township), origin or settings.address()
        if home is None:
            raise click.ClickException(
                "nobody knows the app's address on the phones; give it with --origin or PUBLIC_URL"
            )
        if path.exists():
            raise click.ClickException(f"{path} exists; nothing was written")
        passphrase = passphrase_of(passphrase_file, new=True)
        with new_file(path) as descriptor:

            def write(given: Handover) -> None:
                write_locked(descriptor, handover_bytes(given), passphrase)

            given = export_round(KINDS, tenant.id, BY, ballot, home, write, now_ms())
    words = f"The round is with the hub now; carry {path} to the laptop: zoufang hub run {path.name}"
    say(as_json, {"path": str(path), "round": ballot, "hub": given.hub, "guests": len(given.guests)}, words)


@hub.command("take-back")
@click.argument("ballot", metavar="ROUND")
@click.option("--reason", required=True, help="Why; everybody on the roll reads it.")
@click.option(
    "--void", "sure", is_flag=True, required=True, help="Yes: what the hub signed is lost, the round is void."
)
@township_option
@json_option
def take_back(ballot: str, reason: str, sure: bool, township: str | None, as_json: bool) -> None:
    """The laptop is lost: void the round, so that it can be repeated; its file is never taken again."""
    if not reason.strip() or len(reason) > 200:
        raise click.ClickException("a reason has 1 to 200 characters")
    with opened():
        lose_hub(KINDS, the_township(township).id, BY, ballot, reason.strip(), now_ms())
    say(as_json, {"round": ballot, "state": "void"}, "The round is void; prepare another for the meeting.")


@contextmanager
def new_file(path: Path) -> Iterator[int]:
    """A file of its owner's alone, to be written; gone again if anything fails."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        yield descriptor
    except BaseException:
        path.unlink()
        raise
    finally:
        os.close(descriptor)


def write_locked(descriptor: int, content: bytes, passphrase: str) -> None:
    """The locked content is in the file, on disk."""
    blob = locked(content, passphrase, secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES))
    while blob:
        blob = blob[os.write(descriptor, blob) :]
    os.fsync(descriptor)


def passphrase_of(path: Path | None, new: bool = False) -> str:
    """The passphrase, from a file's first line or from whoever sits here."""
    if path is not None:
        found = (path.read_text().splitlines() or [""])[0].strip()
    else:
        found = click.prompt("Passphrase of the file", hide_input=True, confirmation_prompt=new).strip()
    if new and len(found) < SHORTEST_PASSPHRASE:
        raise click.ClickException(f"the passphrase takes at least {SHORTEST_PASSPHRASE} characters")
    return str(found)
