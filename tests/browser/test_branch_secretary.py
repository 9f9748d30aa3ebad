"""A branch secretary at 360 px: his village, what his branch was told, nothing that villagers said; his role ends."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Response, expect

from tests.browser.conftest import Meet
from tests.browser.dump import files_with, places_of, read_stores
from tests.browser.layout import english
from tests.browser.town import Town
from tests.browser.visiting import add_interview, log_visit

GO = "(path) => { history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate', { state: {} })); }"
KEEP_OPENED = (Path(__file__).parent / "keep_opened.js").read_text()
HEARD, SAID, NAME = "椒农背后说的话九一七", "今天到青石沟看见的事", "皇甫喆犇"
VISITS = Path(__file__).parents[2] / "server" / "demo" / "data" / "visits"
WRITTEN = json.loads((VISITS / "01-qingshigou.json").read_text(encoding="utf-8"))["visits"][0]


def test_he_sees_his_village_and_nothing_that_was_said_about_him(meet: Meet, town: Town) -> None:
    secretary = meet("phone")
    secretary.sign_in()
    log_visit(secretary, "青石沟", SAID)
    add_interview(secretary, "masses", HEARD, name=NAME)
    secretary.waits_until_arrived()

    me = meet("phone")
    me.browser.context.add_init_script(KEEP_OPENED)
    answers: list[str] = []

    def keep(answer: Response) -> None:
        if "/sync/v1/" in answer.url:
            answers.append(answer.text())

    me.page.on("response", keep)
    me.sign_in("branch_secretary")
    assert me.find("new-visit").count() == 0 and me.find("coverage").count() == 0
    me.says("home-village", "青石沟")
    me.says("tab-villages", "本村")
    me.tap("tab-villages")
    me.says("dossier-head", "张满仓")
    me.says("village-people", "青石沟村党支部书记")
    me.says("visit-extract", WRITTEN["branch_summary"])
    assert me.find("dossier-visit").count() == 0 and me.find("dossier-new-visit").count() == 0
    assert english(me.page) == []
    expect(me.find("visit-extract")).to_have_count(1)
    dossier = me.page.evaluate("location.pathname")
    me.page.evaluate(GO, "/visits/new")  # typed: no button leads there
    me.says("may-not-visit", "您现在的角色不记走访")
    assert me.find("new-text").count() == 0, "nothing is typed that the township would refuse"
    me.page.evaluate(GO, dossier)
    me.sees("visit-extract")

    me.page.remove_listener("response", keep)  # an answer that a reload overtakes cannot be read
    me.page.reload()
    me.unlock()
    me.sees("dossier-head")
    opened = "\n".join(me.page.evaluate("window.opened"))
    assert WRITTEN["branch_summary"] in opened, "what he may read is read from the phone's own store"
    heard = [HEARD, SAID, NAME, WRITTEN["narrative"], *WRITTEN["area_notes"].values()]
    heard += [interview["answer"] for interview in WRITTEN["interviews"] if interview["answer"]]
    assert not [text for text in heard if text in opened or any(text in answer for answer in answers)]
    assert "field:" not in opened
    assert not any(places_of(text, read_stores(me.browser.context, me.url)) for text in (HEARD, NAME))

    clerk = meet("desk")
    clerk.browser.context.add_init_script(KEEP_OPENED)
    clerk.sign_in("pbo")
    clerk.page.reload()
    clerk.unlock()
    clerk.sees("today")
    read_by_office = "\n".join(clerk.page.evaluate("window.opened"))
    assert HEARD in read_by_office and NAME not in read_by_office, "a name is its author's alone"
    clerk.browser.kill()
    assert files_with(HEARD, clerk.browser.profile) | files_with(NAME, clerk.browser.profile) == set()
    logs = "\n".join(path.read_text() for path in (town.var / "logs").iterdir())
    assert "/sync/v1/push" in logs
    assert [secret for secret in (HEARD, SAID, NAME, "field:") if secret in logs] == []

    me.find("tab-mine").first.click()
    ours = "SELECT r.id FROM replicas r JOIN role_assignments a ON a.account_id = r.account_id WHERE a.role = ?"
    replica = town.rows(f"{ours} ORDER BY r.created_at_ms DESC", "branch_secretary")[0]
    assert town.command("role", "end", "--replica", replica["id"])["roles_ended"] == 1
    me.tap("to-sync")
    me.tap("sync-now")
    me.says("standing", "您的职务已结束")
    me.tap("tab-today")
    assert me.find("home-village").count() == 0
    me.says("standing", "没有丢")
