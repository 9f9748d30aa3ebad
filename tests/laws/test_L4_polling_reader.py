"""L4: a reader at any cursor misses nothing while sixteen writers commit; the same race catches a naive sequence."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import text

from server.commands.create_township import create_township
from server.store.database import db, open_database, reading, writing
from server.store.feed import rows_after
from server.store.townships import load_tenant
from server.store.transaction import transaction
from tests.records import made, new_id

WRITERS = 16
RECORDS_EACH = 25
A_MOMENT = text("SELECT pg_sleep(0.002)")
"""Writers think between writing and committing, as real ones do."""

Write = Callable[[], str]
Poll = Callable[[int], tuple[int, set[str]]]


def test_L4_a_polling_reader_misses_nothing_of_sixteen_writers(postgres_url: str) -> None:
    app = _opened(postgres_url)
    with app.app_context():
        township = create_township("云台镇", "990101101", now_ms=1).id

    def write() -> str:
        record = new_id()
        with transaction(township) as tx:
            tx.save([made(tx.head + 1, scope="s", id=record)], [], head=tx.head + 1)
            tx.connection.execute(A_MOMENT)
        return record

    def poll(cursor: int) -> tuple[int, set[str]]:
        with reading() as connection:
            tenant = load_tenant(connection, township)
            assert tenant is not None
            rows = rows_after(connection, township, ["s"], cursor, tenant.head, 10_000, live=False)
        return tenant.head, {row.id for row in rows}

    written, seen = _race(app, write, poll)
    assert len(written) == WRITERS * RECORDS_EACH
    assert written - seen == set()


def test_L4_the_same_race_catches_a_cursor_over_a_sequence(postgres_url: str) -> None:
    app = _opened(postgres_url)
    with app.app_context(), writing() as connection:
        connection.execute(text("CREATE TABLE naive (seq bigserial PRIMARY KEY, id text NOT NULL)"))

    def write() -> str:
        record = new_id()
        with writing() as connection:
            connection.execute(text("INSERT INTO naive (id) VALUES (:id)"), {"id": record})
            connection.execute(A_MOMENT)
        return record

    def poll(cursor: int) -> tuple[int, set[str]]:
        with reading() as connection:
            rows = connection.execute(text("SELECT seq, id FROM naive WHERE seq > :cursor"), {"cursor": cursor}).all()
        return max([cursor, *(row.seq for row in rows)]), {row.id for row in rows}

    written, seen = _race(app, write, poll)
    assert len(written) == WRITERS * RECORDS_EACH
    assert written - seen != set(), "a race that misses nothing of a naive sequence proves nothing about the feed"


def _opened(url: str) -> Flask:
    app = Flask("race")
    open_database(app, url)
    return app


def _race(app: Flask, write: Write, poll: Poll) -> tuple[set[str], set[str]]:
    """What sixteen writers wrote, and what one reader saw who never looked back."""
    written: set[str] = set()
    over = threading.Event()

    def writer() -> None:
        with app.app_context():
            for _ in range(RECORDS_EACH):
                written.add(write())

    seen: set[str] = set()

    def reader() -> None:
        cursor = 0
        with app.app_context():
            while True:
                last = over.is_set()
                cursor, found = poll(cursor)
                seen.update(found)
                if last:
                    return

    watching = threading.Thread(target=reader)
    threads = [threading.Thread(target=writer) for _ in range(WRITERS)]
    watching.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    watching.join()
    with app.app_context():
        db.engine.dispose()
    return written, seen
