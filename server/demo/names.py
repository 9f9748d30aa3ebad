"""Which id each thing of the demo has: its name and date decide, nothing is drawn."""

from __future__ import annotations

from server.demo.ids import demo_id, local_ms

FOUNDED_MS = local_ms("2016-11-21T08:30")
"""The day the township began to keep its appraisal here."""

TOWNSHIP = demo_id("township", FOUNDED_MS)


def person_id(key: str) -> str:
    """A person of people.json."""
    return demo_id(f"person/{key}", FOUNDED_MS)


def account_id(key: str) -> str:
    """The account of that person."""
    return demo_id(f"account/{key}", FOUNDED_MS)


def role_id(key: str, role: str) -> str:
    """That person's assignment to a role."""
    return demo_id(f"role/{key}/{role}", FOUNDED_MS)


def village_id(key: str) -> str:
    """A village of villages.json."""
    return demo_id(f"village/{key}", FOUNDED_MS)


def branch_id(village: str) -> str:
    """The branch of that village."""
    return demo_id(f"branch/{village}", FOUNDED_MS)


def cycle_id(year: int) -> str:
    """The cycle of a year."""
    return demo_id(f"cycle/{year}", local_ms(f"{year}-01-01"))


def area_id(year: int, code: str) -> str:
    """A content area of that cycle."""
    return demo_id(f"area/{year}/{code}", local_ms(f"{year}-01-01"))


def subject_id(year: int, village: str) -> str:
    """The subject of that cycle and village."""
    return demo_id(f"subject/{year}/{village}", local_ms(f"{year}-01-01"))


def phone_id(key: str) -> str:
    """A replica the visits were written on."""
    return demo_id(f"replica/{key}", FOUNDED_MS)
