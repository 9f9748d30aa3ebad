"""What is wrong with a screen as it stands: too wide, too small to touch, without a name, in the wrong language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPTS = Path(__file__).parent
LEAST_TOUCH = 48
ENGLISH_ALLOWED = frozenset(
    "PIN A4 GPS CSV XLSX csv xlsx WPS Excel Word QR Wi Fi MB GB KB HTTPS https http English Language".split()  # noqa: SIM905
)
"""Names of things, and the switch that a reader of English has to find."""

LOOK, ENGLISH, CONTRAST = (
    (SCRIPTS / name).read_text().rstrip(";\n") for name in ("look.js", "english.js", "contrast.js")
)


def faults(page: Page, least_touch: int = LEAST_TOUCH) -> list[str]:
    """What a person with a narrow screen, thick fingers or a screen reader would stumble over."""
    found: list[str] = page.evaluate(LOOK, least_touch)
    return found


def pale(page: Page) -> list[str]:
    """Texts whose contrast is below AA."""
    found: list[str] = page.evaluate(CONTRAST)
    return found


def english(page: Page, also_allowed: set[str] | None = None) -> list[str]:
    """English words on a Chinese screen."""
    words: list[Any] = page.evaluate(ENGLISH)
    allowed = ENGLISH_ALLOWED | (also_allowed or set())
    return sorted({word for word in words if word not in allowed})


def chinese(page: Page) -> list[str]:
    """Chinese on the buttons, headings and labels of an English screen; content of records is not looked at."""
    places = page.locator("button, label, h1, h2, nav, [role=status]").filter(visible=True)
    return [words for words in places.all_inner_texts() if re.search("[\u4e00-\u9fff]", words)]
