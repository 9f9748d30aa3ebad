"""Every screen on a narrow phone, with big letters, in the dark, on a desk, in both languages."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.layout import BIG_PX, chinese, english, faults, letters, pale
from tests.browser.phone import PIN, Person
from tests.browser.town import Town
from tests.browser.visiting import add_check, add_interview, add_opinion, log_visit

CONTENT = {"demo", "zoufang"}
PLACES = (
    "/",
    "/villages",
    "/visits/new",
    "/captures",
    "/sync",
    "/sync/refused",
    "/sync/conflicts",
    "/sync/deleted",
    "/sync/import",
    "/mine",
    "/nowhere",
)
OFFICE_PLACES = (
    *("/rosters", "/digests", "/replicas", "/audit", "/recovery"),
    *("/people", "/invitations", "/quarantine", "/password"),
)
DESK_PLACES = (
    *("/", "/villages", "/visits/new", "/captures", "/sync", "/sync/refused", "/sync/conflicts", "/sync/import"),
    *("/mine", "/nowhere", *OFFICE_PLACES),
)
LOADING = "正在读取……"
GO = """
(path) => {
  history.pushState({ ...history.state, current: path }, "", path);
  dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
}
"""
MARKUP_FROM_TEXT = """
() => {
  window.stopped = 0;
  const tries = [
    () => { document.createElement("div").innerHTML = "<b>markup</b>"; },
    () => { trustedTypes.createPolicy("somebody", { createHTML: (text) => text }); },
  ];
  for (const one of tries) {
    try { one(); } catch { window.stopped += 1; }
  }
}
"""
"""What injected text would try: to become markup, and to make itself trusted."""
Look = Callable[[Person, str], None]


def walk(me: Person, places: tuple[str, ...], look: Look) -> None:
    """Goes from screen to screen without loading the page anew (that would lock it), and looks at each."""
    for place in places:
        me.page.evaluate(GO, place)
        me.page.locator("main, form.sheet").first.wait_for()
        expect(me.page.get_by_text(LOADING)).to_have_count(0)
        me.page.evaluate("document.fonts.ready.then(() => undefined)")
        look(me, place)


def screens_of(me: Person, town: Town, address: str) -> tuple[str, ...]:
    """The visit on the screen, its sheets, and the dossier of its village."""
    visit = address.removeprefix(me.url)
    sheets = tuple(
        f"{visit}/{name}" for name in ("head", "texts", "finish", "checks/new", "interviews/new", "opinions/new")
    )
    dossier = me.page.evaluate("document.querySelector('[data-testid=back]') && location.pathname")
    return (visit, *sheets, f"/records/{visit.rpartition('/')[2]}/history", *((dossier,) if dossier != visit else ()))


class Gallery:
    """Collects what is wrong with every screen, and keeps a picture of each in a folder."""

    def __init__(self, folder: Path, *checks: Callable[[Person], list[str]]) -> None:
        self.folder, self.checks, self.wrong = folder, checks, list[str]()
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, me: Person, place: str) -> None:
        me.page.screenshot(
            path=self.folder / f"{place.strip('/').replace('/', '-')[-60:] or 'today'}.png", full_page=True
        )
        self.wrong += [f"{place}: {one}" for check in self.checks for one in check(me)]


def gallery(tmp_path: Path, name: str, *checks: Callable[[Person], list[str]]) -> Gallery:
    return Gallery(Path(os.environ.get("SCREENSHOTS") or tmp_path) / name, *checks)


def narrow(me: Person) -> list[str]:
    return faults(me.page)


def desk_sized(me: Person) -> list[str]:
    return faults(me.page, least_touch=0)


def readable(me: Person) -> list[str]:
    return pale(me.page)


def only_chinese(me: Person) -> list[str]:
    return [f"English on a Chinese screen: {word}" for word in english(me.page, CONTENT)]


def no_chinese(me: Person) -> list[str]:
    return [f"Chinese on an English screen: {words}" for words in chinese(me.page)]


def test_every_screen_of_the_phone_fits_and_speaks_chinese(meet: Meet, town: Town, tmp_path: Path) -> None:
    me = meet("phone")
    look = gallery(tmp_path, "phone", narrow, readable, only_chinese)
    me.open()
    me.sees("demo")
    look(me, "/enrol")
    me.sign_in()
    log_visit(me, "红崖", "头一趟没碰上人。")
    log_visit(me, "红崖", "岁末走访，先到红崖。")
    me.sees("twin")
    me.waits_until_arrived()
    add_check(me, "主题党日活动记录")
    add_interview(me, "masses", "村里的广场修得好，晚上能跳舞。")
    add_opinion(me, "村务公开栏三个月没换。")
    visit = me.page.url
    places = PLACES + screens_of(me, town, visit)
    walk(me, places, look)
    letters(me.page, BIG_PX)
    big = gallery(tmp_path, "phone-150", narrow)
    walk(me, places, big)
    me.page.emulate_media(color_scheme="dark")
    dark = gallery(tmp_path, "phone-dark", readable)
    walk(me, ("/", "/villages", "/sync", visit.removeprefix(me.url)), dark)
    me.page.reload()
    me.sees("lock")
    for gallery_of in (big, dark):
        gallery_of(me, "/lock")
    assert look.wrong + big.wrong + dark.wrong == []


def test_every_screen_of_the_desk_fits_and_is_named(meet: Meet, tmp_path: Path) -> None:
    clerk = meet("desk")
    clerk.sign_in("pbo")
    look = gallery(tmp_path, "desk", desk_sized, readable, only_chinese)
    walk(clerk, DESK_PLACES, look)
    clerk.page.set_viewport_size({"width": 360, "height": 740})
    small = gallery(tmp_path, "office-on-a-phone", narrow)
    walk(clerk, OFFICE_PLACES, small)
    assert look.wrong + small.wrong + clerk.faults == []
    clerk.page.evaluate(MARKUP_FROM_TEXT)
    clerk.page.wait_for_function("window.stopped === 2")
    assert any("require-trusted-types-for" in fault for fault in clerk.faults), "a policy nobody violates is no policy"
    clerk.faults.clear()


def test_english_is_one_switch_away_and_leaves_no_chinese_behind(meet: Meet, tmp_path: Path) -> None:
    me = meet("phone")
    me.sign_in()
    me.tap("tab-mine")
    me.choose("language-en")
    me.says("lock-now", "Lock")
    look = gallery(tmp_path, "english", narrow)
    walk(me, ("/", "/villages", "/visits/new", "/sync", "/sync/import"), look)
    assert look.wrong == []
    assert me.page.evaluate("document.documentElement.lang") == "en"
    me.page.reload()
    me.says("lock", "Unlock")
    assert [words for words in chinese(me.page) if "走访" not in words] == []
    me.unlock(PIN)
    walk(me, ("/mine",), look)
    me.choose("language-zh")
    me.says("lock-now", "锁")
