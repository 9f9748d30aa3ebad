"""Which hub a round is or was with; at the hub itself, that it is the one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from server.store.bulk import sql


@dataclass(frozen=True, slots=True)
class Hub:
    """One delegation.

    Shape:  `state` at the server: away, back, lost; at the hub: here, closed. `laptop` names the one that ran the file
    """

    id: str
    round: str
    state: str
    laptop: str | None = None


def load_hubs(connection: Connection, township_id: str, round_id: str) -> dict[str, Hub]:
    """Every hub that the round was ever given to, by its id."""
    found = connection.execute(
        sql("SELECT id, round_id, state, laptop FROM hubs WHERE township_id = :township AND round_id = :round"),
        {"township": township_id, "round": round_id},
    )
    return {row.id: Hub(row.id, row.round_id, row.state, row.laptop) for row in found}


def find_here(connection: Connection) -> tuple[str, Hub] | None:
    """Township and hub, if this database is a hub's own."""
    row = connection.execute(
        sql("SELECT township_id, id, round_id, state, laptop FROM hubs WHERE state IN ('here', 'closed')")
    ).one_or_none()
    return None if row is None else (str(row.township_id), Hub(row.id, row.round_id, row.state, row.laptop))


def save_hub(connection: Connection, township_id: str, hub: Hub) -> None:
    """The hub stands like this."""
    connection.execute(
        sql(
            "INSERT INTO hubs (township_id, round_id, id, state, laptop) "
            "VALUES (:township, :round, :id, :state, :laptop) "
            "ON CONFLICT (township_id, round_id, id) DO UPDATE SET state = excluded.state, laptop = excluded.laptop"
        ),
        {"township": township_id, "round": hub.round, "id": hub.id, "state": hub.state, "laptop": hub.laptop},
    )
