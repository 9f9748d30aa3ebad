"""Invitation codes: ten Crockford characters, five to find the invitation and five to prove it."""

from __future__ import annotations

from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
SELECTOR = 5
VALID_S = 900
MOST_AT_ONCE = 200
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One person to let in. Shape: `person` an id of the roster, or `name` of somebody new to it."""

    role: str
    village: str | None = None
    person: str | None = None
    name: str | None = None


def code_of(random: bytes) -> str:
    """The code that these ten random bytes spell; every character equally likely."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in random[:LENGTH])


def normalised(typed: str) -> str | None:
    """The code a person meant: any case, O as 0, I and L as 1, dashes and spaces as they like; None if it is none."""
    code = "".join(typed.upper().translate(_READ_AS).replace("-", " ").split())
    return code if len(code) == LENGTH and all(character in ALPHABET for character in code) else None


def parts(code: str) -> tuple[str, str]:
    """Selector and secret of a normalised code."""
    return code[:SELECTOR], code[SELECTOR:]


def shown(code: str) -> str:
    """The code as it is read aloud: two groups of five."""
    return f"{code[:SELECTOR]}-{code[SELECTOR:]}"
