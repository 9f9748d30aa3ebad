"""Every setting of the system, once: name with its unit, default and help; the source of docs/config.md."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

_ORIGIN = re.compile(r"(https://[a-z0-9.-]+(:[0-9]{1,5})?|http://localhost(:[0-9]{1,5})?)\Z")
SHORTEST_KEY = 32
"""Characters of a sealing key that somebody gives; the one we make has 64."""


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the text names it and says what fits."""


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one running system; the environment variable is the name in capitals.

    Shape:  `*_s` seconds, `*_ms` milliseconds, `*_bytes` bytes; empty text means "the embedded default".
    Raises: BadSetting from `from_environment`.
    """

    port: int = _setting(
        8765, "TCP port of the web server on 127.0.0.1; `make run` takes the next free one unless it is given."
    )
    host: str = _setting("127.0.0.1", "Address the web server binds.")
    public_url: str = _setting(
        "",
        "Address people type, such as https://zoufang.example; passkeys are for its name, invitations link there.",
    )
    var_dir: str = _setting("var", "Folder of the running system: database, Redis socket, secret key, logs, backups.")
    database_url: str = _setting("", "SQLAlchemy address of the database; empty: SQLite in VAR_DIR.")
    redis_url: str = _setting("", "Address of Redis; empty: an embedded Redis on a socket in VAR_DIR.")
    secret_key: str = _setting("", "Signs cursors; empty: made once and kept in VAR_DIR/secret.key.")
    sealing_key: str = _setting(
        "", "Seals names in the database; empty: made once and kept in VAR_DIR/sealing.key. Keep it apart from backups."
    )
    demo: bool = _setting(False, "Load the demo township at first start and offer one-tap sign-in on loopback.")
    web_threads: int = _setting(8, "Threads of the web process.")
    web_processes: int = _setting(1, "Web processes.")
    trusted_proxies: int = _setting(0, "Reverse proxies in front whose X-Forwarded-For and -Proto are believed.")
    lease_days: int = _setting(30, "Days of server time a replica stays signed in without contact.")
    invitation_valid_s: int = _setting(900, "Seconds an invitation made one by one is valid.")
    digest_hour: int = _setting(8, "Hour of the digest in the township's time zone.")
    digest_weekday: int = _setting(0, "Day of the weekly digest, 0 = Monday.")
    silent_after_s: int = _setting(86400, "Seconds without contact after which a phone counts as silent (L18).")
    log_level: str = _setting("info", "debug, info, warning or error.")
    pwa_dir: str = _setting("pwa/dist", "Folder of the built app.")
    hub_port: int = _setting(
        0, "Port of a laptop in the hall (`zoufang hub run`) to which the app may send the ballot; 0: to none."
    )
    hub_origin: str = _setting(
        "", "At a hub only: address of the app whose phones hand in here. Set by `zoufang hub run`, by nobody else."
    )
    checkpoint_dir: str = _setting(
        "", "Folder for daily checkpoints of the audit chain; empty: VAR_DIR/checkpoints. Better on another machine."
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process; every value is checked before anything starts."""
        environ = os.environ if environ is None else environ
        given = {
            f.name: _read(f.name, f.default, environ[f.name.upper()])
            for f in fields(cls)
            if environ.get(f.name.upper())
        }
        return _checked(cls(**given))

    @property
    def var(self) -> Path:
        return Path(self.var_dir).resolve()

    def database(self) -> str:
        """The address SQLAlchemy opens; plain `postgres://` addresses get the driver we ship."""
        if not self.database_url:
            return f"sqlite:///{self.var / 'zoufang.sqlite3'}"
        for plain in ("postgres://", "postgresql://"):
            if self.database_url.startswith(plain):
                return "postgresql+psycopg://" + self.database_url[len(plain) :]
        return self.database_url

    def checkpoints(self) -> Path:
        """Where the night shift notes each day how far the audit chain has come."""
        return Path(self.checkpoint_dir).resolve() if self.checkpoint_dir else self.var / "checkpoints"

    def redis(self) -> str:
        """The address of Redis: the given one or the embedded one's socket."""
        return self.redis_url or f"redis+socket://{self.var / 'redis.sock'}"

    def address(self) -> str | None:
        """Where the running system is reached: PUBLIC_URL, else what this VAR_DIR says, by a phone if it can be.

        Shape:  an origin; None when that is not known
        """
        if self.public_url:
            return self.public_url
        try:
            state = json.loads((self.var / "system.json").read_text())
        except (OSError, ValueError):
            return None
        found = state.get("phone_url") or state.get("url")
        return str(found) if found else None

    def secret(self) -> bytes:
        """The signing key; made on first use, readable by its owner only."""
        if self.secret_key:
            return self.secret_key.encode()
        path = self.var / "secret.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_once(path, secrets.token_hex(32))
        return path.read_text().strip().encode()

    def sealing_secret(self, may_make: bool) -> bytes:
        """The key that seals names in the database; made where `may_make`, readable by its owner only.

        Raises: BadSetting
        """
        if self.sealing_key:
            return _long_enough(self.sealing_key)
        path = self.var / "sealing.key"
        if not path.exists():
            if not may_make:
                raise BadSetting(
                    f"there is no sealing key: {path} is gone, and the database is sealed with it; bring it back or "
                    "give it as SEALING_KEY (docs/operations.md, “The sealing key”)"
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_once(path, secrets.token_hex(32))
        return _long_enough(path.read_text().strip())


def _checked(settings: Settings) -> Settings:
    """PUBLIC_URL is an origin as a browser writes it, so that it can be compared."""
    url = settings.public_url
    if url and not _ORIGIN.match(url):
        raise BadSetting(
            f"PUBLIC_URL is {url!r}; it takes https:// and a name in small letters, without anything after it"
        )
    return settings


def _long_enough(key: str) -> bytes:
    if len(key) < SHORTEST_KEY:
        raise BadSetting(f"the sealing key has {len(key)} characters; it takes {SHORTEST_KEY} of chance")
    return key.encode()


def _read(name: str, default: Any, text: str) -> Any:
    if isinstance(default, bool):
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise BadSetting(f"{name.upper()} is {text!r}; it takes 1 or 0")
        return text.lower() in {"1", "true", "yes"}
    if isinstance(default, int):
        if not text.isdecimal():
            raise BadSetting(f"{name.upper()} is {text!r}; it takes a whole number")
        return int(text)
    return text


def _write_once(path: Path, text: str) -> None:
    """Two processes that start together end with the same key: link() refuses the second."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
