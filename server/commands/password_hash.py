"""Argon2id for the passwords of desks, a few at a time so that guessing cannot fill the memory."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 47_104
"""OWASP's smallest Argon2id setting with 46 MiB, as on the phone."""
_AT_ONCE = BoundedSemaphore(2)
_HASHER = PasswordHasher(time_cost=1, memory_cost=MEMORY_KIB, parallelism=1)
NOBODYS = "$argon2id$v=19$m=47104,t=1,p=1$wBMOYJNTpXLjBXQ8s2rl7g$lNgGEplKY+IGej6O+OnNXqv6lQxd4M71FVUtbF2Raio"
"""Checked where there is no such login, so that the time of the answer does not tell."""


def hash_password(password: str) -> str:
    """The password as it is kept."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, kept: str) -> bool:
    """Whether this is the password that was kept."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
