"""Who was heard is shown to the author of the interview and to nobody else, by whatever route (DOMAIN.md 11.3)."""

from __future__ import annotations

from uuid import uuid4

from flask import Flask

from tests.api.test_withdrawal import hear
from tests.phone import Phone, Town

NAME = "Canary-name"


def readable_routes(app: Flask) -> list[tuple[str, tuple[str, ...]]]:
    """Every address that answers GET, with the names of its parts."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return [(rule.rule, tuple(sorted(rule.arguments))) for rule in rules if rule.endpoint != "static"]


def test_no_route_shows_the_name_to_anybody_but_the_author(app: Flask, town: Town, phone: Phone, office: Phone) -> None:
    heard = hear(phone, town)
    routes = readable_routes(app)
    assert len(routes) > 20
    asked = 0
    for rule, arguments in routes:
        for record in (heard.person, heard.said, heard.visit, phone.id, phone.enrolled["account"], str(uuid4())):
            address = rule
            for argument in arguments:
                for converter in (f"<uuid:{argument}>", f"<{argument}>", f"<path:{argument}>", f"<int:{argument}>"):
                    address = address.replace(converter, "1" if converter.startswith("<int") else record)
            answer = office.client.get(address, headers=office.headers)
            assert NAME not in answer.get_data(as_text=True), address
            answer.close()
            asked += 1
            if not arguments:
                break
    assert asked > len(routes)
    assert any(NAME in str(row) for row in phone.pull()), "its author reads it: the search looks for the right word"
