"""What a login name and a password of a desk look like, and how long a proof of who one is stays fresh."""

from __future__ import annotations

import re
import unicodedata

SHORTEST = 12
LONGEST = 200
LEAST_SCORE = 3
"""Of 0 to 4 in zxcvbn: more than 10^8 guesses, out of reach for somebody who has stolen the hashes."""
JUDGED = 72
"""How many characters are judged; more make no password worse, and judging takes time."""
STEP_UP_MS = 300_000
_LOGIN = re.compile(r"[\w.@+-]{3,40}\Z")


def login_key(login: str) -> str:
    """The name by which a login is found: full width, case and outer spaces do not matter."""
    return unicodedata.normalize("NFKC", login.strip()).casefold()


def login_fault(login: str) -> str | None:
    """Why this cannot be a login name."""
    if _LOGIN.match(unicodedata.normalize("NFKC", login.strip())) is None:
        return "takes 3 to 40 letters, digits, dots, dashes or @"
    return None


def length_fault(password: str) -> str | None:
    """Why a password of this length is not taken."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"takes {SHORTEST} to {LONGEST} characters"
    return None


def is_fresh(proved_at_ms: int | None, now_ms: int) -> bool:
    """Whether a proof of the server's clock is at most five minutes old."""
    return proved_at_ms is not None and 0 <= now_ms - proved_at_ms <= STEP_UP_MS
