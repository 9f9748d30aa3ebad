"""What clerks see of the paper: who holds which form, and how far the double entry is; never a form beside a grade."""

from __future__ import annotations

from typing import Any

from server.commands.ballot.enter_paper import entered
from server.commands.ballot.in_hand import manifest_of, round_in
from server.domain.ballot.rounds import HERE
from server.store.database import reading
from server.store.digests import load_people
from server.store.issuances import load_holders
from server.store.paper import load_clerks, load_piles
from server.store.reconciliation import load_numbers

Json = dict[str, Any]


def forms_of(township_id: str, round_id: str) -> Json:
    """Every paper form that was given out, by number.

    Shape:  {state, deadline_ms, forms: [{form_no, group, state, roll_id}]}; `state` of a form is issued, collected or
            spoiled; `roll_id` of whoever holds it, null for a spoiled one, which another has replaced; who has
            handed in electronically is not among it
    Raises: not-found, round-state
    """
    with reading() as connection:
        row = round_in(connection, township_id, round_id)
        manifest_of(row, "give_form")
        piles = load_piles(connection, township_id, round_id)
        holders = load_holders(connection, township_id, round_id)
    forms = [
        {"form_no": number, "group": group, "state": state, "roll_id": holders.get(number)}
        for number, group, state in piles
    ]
    return {"state": row.state, "deadline_ms": row.deadline_ms, "forms": forms}


def entries_of(township_id: str, round_id: str, account: str) -> Json:
    """How far the two clerks are, and how many forms each place must come to; no number that anybody entered.

    Shape:  {state, entries: [{entry, name, mine}], agrees, differences: [{subject, group}], forms: [{subject, group,
            collected}]}
    Raises: not-found, round-state
    """
    with reading() as connection:
        row = round_in(connection, township_id, round_id)
        manifest = manifest_of(row, "enter_paper")
        clerks = load_clerks(connection, township_id, round_id)
        names = load_people(connection, township_id)
        done = entered(connection, township_id, round_id, manifest.places())
        subjects = [subject for subject, _ in manifest.subjects]
        collected = load_numbers(connection, township_id, round_id, row.meeting, subjects, HERE).collected
    return {
        "state": row.state,
        "entries": [
            {"entry": entry, "name": names.get(clerk, ""), "mine": clerk == account}
            for entry, clerk in sorted(clerks.items())
        ],
        "agrees": done.agrees,
        "differences": [{"subject": subject, "group": group} for subject, group in done.differences],
        "forms": [
            {"subject": subject, "group": group, "collected": collected[subject, group]}
            for subject, group in manifest.places()
        ],
    }
