"""A person at the app: taps by name, types, waits for what the screen says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserType, Locator, Page, expect

from tests.browser.chromium import DESK, PHONE, Browser

PIN = "demo-zoufang"
EXPECTED = re.compile(
    r"ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_|status of [45]\d\d|Cross-Origin-Opener-Policy header has been ignored"
)
"""What a console says of a cut line, of a problem answer, and of a page that is not secure."""
CONTROLLED = """
() => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("no service worker took this page within 15 s")), 15000);
  if (navigator.serviceWorker.controller) resolve();
  else navigator.serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
})
"""
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy violated: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
"""
"""What the page's policy stops is a fault on whatever screen it happens; `meet` fails for it when the test ends."""
COUNT_TAPS = """
(() => {
  window.taps = 0;
  window.addEventListener("pointerdown", (event) => { if (event.isTrusted) window.taps += 1; }, true);
})();
"""


class Person:
    """Somebody with a browser; `tap` uses a finger on a phone and the mouse on a desk."""

    def __init__(self, chromium: BrowserType, profile: Path, url: str, shape: dict[str, Any], *flags: str) -> None:
        self.url = url
        self.browser = Browser(chromium, profile, shape, flags)
        self.touch = bool(shape.get("has_touch"))
        self._begin()

    def _begin(self) -> None:
        self.faults: list[str] = []
        self.browser.context.add_init_script(COUNT_TAPS)
        self.browser.context.add_init_script(TELL_VIOLATIONS)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            self.faults.append(message.text)

    @property
    def page(self) -> Page:
        return self.browser.page

    def open(self, path: str = "/") -> None:
        self.page.goto(f"{self.url}{path}", wait_until="commit")

    def find(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def sees(self, testid: str, **wait: Any) -> Locator:
        found = self.find(testid).first
        expect(found).to_be_visible(**wait)
        return found

    def tap(self, testid: str, nth: int = 0) -> None:
        self.tap_on(self.find(testid).nth(nth))

    def tap_on(self, place: Locator) -> None:
        if self.touch:
            place.tap()
        else:
            place.click()

    def choose(self, testid: str) -> None:
        """One of several big buttons: the label around a radio or a checkbox."""
        self.tap_on(self.find(testid).locator("xpath=ancestor::label"))

    def taps(self) -> int:
        """Real fingers on the glass since the page was loaded."""
        return int(self.page.evaluate("window.taps"))

    def types(self, testid: str, text: str) -> None:
        """Into a field, over what stands there."""
        self.find(testid).fill(text)

    def says(self, testid: str, words: str | re.Pattern[str], **wait: Any) -> None:
        expect(self.find(testid).first).to_contain_text(words, **wait)

    def sign_in(self, role: str = "committee_secretary") -> None:
        """The demo's one tap; then everything of the township is here."""
        self.open()
        self.tap(f"demo-{role}")
        self.sees("today")
        self.waits_until_arrived()

    def unlock(self, pin: str = PIN) -> None:
        self.types("unlock-pin", pin)
        self.tap("unlock")

    def waits_for_pill(self, state: str, **wait: Any) -> None:
        expect(self.find("sync-pill").first).to_have_attribute("data-state", re.compile(rf"^pill\.({state})$"), **wait)

    def waits_until_arrived(self) -> None:
        """The receipt matched (L17), whatever else waits for this person."""
        self.waits_for_pill("arrived|needs-arrived", timeout=30_000)

    def works_offline(self) -> None:
        """The service worker holds the whole app, for this very page."""
        self.page.evaluate(CONTROLLED)

    def offline(self, off: bool = True) -> None:
        self.browser.context.set_offline(off)

    def kill_and_reopen(self, *, offline: bool = False) -> None:
        """kill -9 of the browser, then the same profile again, on the same address."""
        self.browser.kill()
        self.reopen(offline=offline)

    def reopen(self, *, offline: bool = False) -> None:
        self.browser.reopen()
        self._begin()
        if offline:
            self.offline()

    def close(self) -> None:
        self.browser.close()


def phone(chromium: BrowserType, profile: Path, url: str, *flags: str, **shape: Any) -> Person:
    return Person(chromium, profile, url, {**PHONE, **shape}, *flags)


def desk(chromium: BrowserType, profile: Path, url: str, *flags: str, **shape: Any) -> Person:
    return Person(chromium, profile, url, {**DESK, **shape}, *flags)
