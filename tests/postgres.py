"""A real PostgreSQL for tests: its own cluster on a socket of its own, as an unprivileged user when we are root."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from server.store.migrate import upgrade

UNPRIVILEGED = "nobody"
WITNESSES = "class attribute attrdef constraint index trigger policy proc rewrite db_role_setting"
"""The catalogues in which PostgreSQL keeps what a database is made of; a row that is changed gets another xmin."""
SHAPE = " UNION ALL ".join(
    [
        *(f"SELECT '{one}', count(*), sum(xmin::text::bigint)::text FROM pg_{one}" for one in WITNESSES.split()),
        "SELECT 'revision', count(*), max(version_num) FROM alembic_version",
    ]
)
EMPTY = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;  -- no guard, no order among the tables
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
END $$
"""


class Cluster:
    """One running cluster.

    Shape:  `new_database()` gives the address of an empty, migrated database: one that was given back, or a copy of
            a template made once. To make and drop one takes half a second, to empty one takes a hundredth.
    """

    def __init__(self, folder: Path, options: str) -> None:
        self.folder, self.options = folder, options
        self._template: list[tuple[object, ...]] = []
        self._free: list[str] = []

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def postmaster(self) -> int:
        """Its process id; everything else of the cluster is its child."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        """It runs, as a unit of the machine would start it after its death."""
        _run(
            self.folder,
            "pg_ctl",
            "-D",
            str(self.data),
            "-w",
            "-s",
            "-l",
            str(self.folder / "log"),
            "-o",
            self.options,
            "start",
        )

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://zoufang@/{name}?host={self.folder}"

    def new_database(self) -> str:
        if self._free:
            return self._free.pop()
        if not self._template:
            self.execute("CREATE DATABASE template_zoufang")
            upgrade(self.url("template_zoufang"))
            self._template = self._shape_of("template_zoufang")
        name = f"t_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template_zoufang")
        return self.url(name)

    def url_for_owner(self, role: str) -> str:
        """An empty database of an ordinary role, without rights over roles."""
        self.execute(f"CREATE ROLE {role} LOGIN")
        self.execute(f"CREATE DATABASE {role} OWNER {role}")
        return self.url(role).replace("zoufang@", f"{role}@")

    def give_back(self, url: str) -> None:
        """Nobody is connected to it, and the next test may have it: empty, or not at all if its shape was touched."""
        name = name_of(url)
        self.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")
        if self._shape_of(name) != self._template:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")
            return
        self.execute(EMPTY, name)
        self._free.append(url)

    def _shape_of(self, name: str) -> list[tuple[object, ...]]:
        return self.execute(SHAPE, name)

    def execute(self, statement: str, name: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(f"host={self.folder} user=zoufang dbname={name}", autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []


def name_of(url: str) -> str:
    """The database in an address of this cluster."""
    return url.partition("@/")[2].partition("?")[0]


@contextmanager
def cluster(durable: bool = False) -> Iterator[Cluster]:
    """A cluster that is gone afterwards; `durable` keeps fsync on, for measurements and for tests that kill it."""
    folder = Path(tempfile.mkdtemp(prefix="zf-pg-"))
    folder.chmod(0o777)
    _run(
        folder,
        "initdb",
        "-D",
        str(folder / "data"),
        "-U",
        "zoufang",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    )
    options = f"-k {folder} -c listen_addresses= -c max_connections=60"
    if not durable:
        options += " -c fsync=off -c full_page_writes=off"
    made = Cluster(folder, options)
    try:
        made.start()
        yield made
    finally:
        _run(folder, "pg_ctl", "-D", str(made.data), "-w", "-s", "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, program: str, *words: str, check: bool = True) -> None:
    """PostgreSQL refuses root, so root steps down."""
    command = [str(_bin() / program), *words]
    if os.geteuid() == 0:
        command = ["setpriv", f"--reuid={UNPRIVILEGED}", "--regid=nogroup", "--clear-groups", *command]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if check and done.returncode:
        raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")


def _bin() -> Path:
    """The folder of the newest PostgreSQL on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    config = shutil.which("pg_config")
    if config is None:
        raise RuntimeError("PostgreSQL is not installed; `make test` installs it")
    told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True)
    return Path(told.stdout.strip())
