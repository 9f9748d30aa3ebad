"""What is wrong with a screen as it stands: too wide, too small to touch, without a name, in the wrong language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPTS = Path(__file__).parent
LEAST_TOUCH = 48
USUAL_PX, BIG_PX = 16, 24
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


def letters(page: Page, px: int) -> None:
    """The size that the phone's owner has set for all letters; 150 % is BIG_PX."""
    sizes = {"fontSizes": {"standard": px, "fixed": px}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", sizes)


def faults_at_both_sizes(page: Page) -> list[str]:
    """What is wrong with the screen as it stands, and what more with letters at 150 %."""
    usual = faults(page)
    letters(page, BIG_PX)
    big = [f"150 %: {one}" for one in faults(page)]
    letters(page, USUAL_PX)
    return usual + big


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
