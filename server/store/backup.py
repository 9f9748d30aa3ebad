"""A backup is one zip: a manifest, the signing key, and the database; checked before anybody relies on it."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from server.domain.problems import Problem
from server.store import backup_postgres, backup_sqlite

MANIFEST, SECRET = "manifest.json", "secret.key"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Shape:  `database` sqlite or postgresql; `townships` by id {name, seq, epoch}; `rows` by table, `sha256` by member.
    """

    format: int
    made_at_ms: int
    database: str
    revision: str
    townships: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, int]
    sha256: Mapping[str, str]


def write_archive(url: str, path: Path, secret: bytes, now_ms: int) -> Manifest:
    """The file at `path` is a complete backup, readable by its owner only, on disk; writers were not stopped for it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as out:
        dumped = _store(url).dump(url, out, path.parent)
        out.writestr(SECRET, secret)
    with ZipFile(path) as written:
        sums = {name: _sha256(written, name) for name in written.namelist()}
    manifest = Manifest(FORMAT, now_ms, kind_of(url), dumped.revision, dumped.townships, dumped.rows, sums)
    with ZipFile(path, "a", ZIP_DEFLATED) as out:
        out.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return manifest


def check_archive(path: Path, scratch: Path) -> Manifest:
    """The manifest of a backup whose every byte and row is as it was written.

    Raises: malformed-request
    """
    try:
        with ZipFile(path) as packed:
            manifest = Manifest(**json.loads(packed.read(MANIFEST)))
            if manifest.format != FORMAT:
                raise Problem(
                    "malformed-request", f"{path} has backup format {manifest.format}; this program reads {FORMAT}"
                )
            wrong = [name for name, wanted in manifest.sha256.items() if _sha256(packed, name) != wanted]
            wrong += _store(manifest.database).faults(packed, manifest.rows, scratch)
    except FileNotFoundError as error:
        raise Problem("malformed-request", f"there is no file {path}") from error
    except (OSError, BadZipFile, zlib.error, KeyError, ValueError, TypeError, EOFError) as error:
        raise Problem("malformed-request", f"{path} is no complete backup ({type(error).__name__})") from error
    if wrong:
        raise Problem("malformed-request", f"{path} is damaged: {'; '.join(wrong[:5])}")
    return manifest


def read_secret(path: Path) -> bytes:
    with ZipFile(path) as packed:
        return packed.read(SECRET)


def kind_of(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql"


def _store(url: str) -> Any:
    return backup_sqlite if url.startswith("sqlite") else backup_postgres


def _sha256(packed: ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with packed.open(name) as member:
        while piece := member.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
