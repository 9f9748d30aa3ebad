"""The passphrase of a hub's file, and the file it locks."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from server.domain.hub_file import NONCE_BYTES, SALT_BYTES, SHORTEST_PASSPHRASE, locked

passphrase_option = click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="Read the passphrase from a file instead of asking."
)


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


def locked_into(descriptor: int, content: bytes, passphrase: str) -> None:
    """The locked content is in the file, on disk."""
    blob = locked(content, passphrase, secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES))
    while blob:
        blob = blob[os.write(descriptor, blob) :]
    os.fsync(descriptor)


def passphrase_of(path: Path | None, new: bool = False) -> str:
    """The passphrase, from a file's first line or from whoever sits here."""
    if path is not None:
        if not path.is_file():
            raise click.ClickException(f"there is no file {path} with the passphrase")
        found = (path.read_text().splitlines() or [""])[0].strip()
    else:
        found = click.prompt("Passphrase of the file", hide_input=True, confirmation_prompt=new).strip()
    if new and len(found) < SHORTEST_PASSPHRASE:
        raise click.ClickException(f"the passphrase takes at least {SHORTEST_PASSPHRASE} characters")
    return str(found)
