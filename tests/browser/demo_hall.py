"""The hall of the demo meeting: everybody of the demo's roll who came, and the office beside them.

Everybody of the demo's roll who has an account and came gets a phone of his own (a browser context: its own storage,
its own line). The office, the tellers and the scrutineers speak over the wire; their screens have tests of their own.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Browser, BrowserType, Request, Response, expect

from server.demo.names import account_id, person_id
from server.domain.ballot.opening import public_point, tally_key
from server.domain.ballot.tally import Counts
from tests.ballot.election import SCALAR, outcomes_of
from tests.ballot.yuntai import GROUPS, PAPER, VILLAGES, counts_of
from tests.browser.ballot_hall import HOUR_MS, PATH, Invited, let_the_deadline_come
from tests.browser.chromium import FLAGS, LONGEST_WAIT_MS, PHONE, executable
from tests.browser.phone import PIN, Person
from tests.browser.town import Town
from tests.browser.wire_phone import WirePhone
from tests.system.running import ROOT

Json = dict[str, Any]
ABSENT = {"leader": 0, "member_rep": 2}
POSTED_MS = 180_000
"""Slips go out in company within a minute; 26 browsers on two cores take longer than 26 phones."""


class Visitor(Person):
    """An evaluator in the hall. Shape: `grades` by subject; `posts` bodies of the slips as they left"""

    def __init__(self, browser: Browser, url: str, row: Json) -> None:
        context = browser.new_context(locale="zh-CN", **PHONE)
        context.set_default_timeout(LONGEST_WAIT_MS * 4)
        self.url, self.touch, self.row = url, True, row
        self.browser = SimpleNamespace(context=context, page=context.new_page())  # type: ignore[assignment]
        self.grades: dict[str, str] = {}
        self.posts: list[str] = []
        self.answers: list[int] = []
        context.on("request", self._note)
        context.on("response", self._note_answer)
        self._begin()

    def _note(self, request: Request) -> None:
        if request.url.endswith("/slips") and request.post_data:
            self.posts.append(request.post_data)

    def _note_answer(self, answer: Response) -> None:
        if answer.url.endswith("/slips") and answer.ok:
            self.answers.append(answer.status)

    def enrols(self, code: str) -> None:
        self.open(f"/#i={code}")
        self.types("enrol-pin", PIN)
        self.types("enrol-pin-again", PIN)
        self.tap("enrol-submit")

    def signs_in(self, hall_code: str) -> None:
        self.works_offline()
        self.tap("tab-ballot")
        self.tap("to-sign-in")
        self.types("hall-code", hall_code)
        self.tap("sign-in")
        self.says("here", "已签到")

    def hands_in(self, words: str) -> None:
        """Without network, from the four words to the last confirmation."""
        self.tap("round-next")
        assert self.find("four-words").inner_text().split() == words.split()
        self.tap("words-same")
        expect(self.find("grade-row")).to_have_count(len(VILLAGES))
        for subject, grade in self.grades.items():
            if grade != "abstain":  # left blank, which is the same
                line = self.page.locator(f"[data-testid=grade-row][data-subject='{subject}']")
                self.tap_on(line.get_by_test_id(f"grade-{grade}").locator("xpath=ancestor::label"))
        self.tap("to-check")
        self.tap("hand-in")
        self.tap("hand-in-do")
        expect(self.find("way-sealed")).to_contain_text(f"{len(VILLAGES)}/{len(VILLAGES)}")

    def has_posted(self, slips: int) -> None:
        until = time.monotonic() + POSTED_MS / 1000
        while len(self.answers) < slips and time.monotonic() < until:
            self.page.wait_for_timeout(200)
        assert len(self.answers) == slips

    def stands(self, stand: str) -> None:
        expect(self.page.locator(f"[data-testid=ballot-done][data-stand={stand}]")).to_be_visible(timeout=POSTED_MS)


class DemoMeeting:
    """The meeting of the demo's open cycle. Shape: `rows` of its roll; `round` once there is one"""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.clerk, self.scrutineer, self.secretary = (
            WirePhone(town.url, role) for role in ("pbo", "scrutineer", "committee_secretary")
        )
        meeting = town.records("meeting")[-1]
        self.meeting, self.cycle = str(meeting["id"]), meeting["fields"]["cycle_id"]
        told = self.clerk.call("GET", f"{PATH}/meetings/{self.meeting}")
        self.hall_code, self.rows = str(told["hall_code"]), told["roll"]
        self.round, self.subjects = "", dict[str, str]()

    def voters(self, group: str) -> list[Json]:
        """Who came with a phone."""
        with_phone = [row for row in self.rows if row["group"] == group and row["account"]]
        return with_phone[: len(with_phone) - ABSENT[group]]

    def on_paper(self) -> list[Json]:
        return [row for row in self.rows if not row["account"]]

    def invite(self, rows: list[Json]) -> list[str]:
        """A code for each, to the account he has."""
        people = {account_id(key): person_id(key) for key in self._keys()}
        asked = [{"person": people[row["account"]], "role": "evaluator"} for row in rows]
        made = self.proved(self.clerk).call("POST", "/office/v1/invitations", {"invitations": asked})["invitations"]
        assert [one["account"] for one in made] == [row["account"] for row in rows]
        return [one["code"] for one in made]

    def newcomer(self, role: str) -> WirePhone:
        asked = {"invitations": [{"name": f"工作人员{role}", "role": role}]}
        made = self.proved(self.clerk).call("POST", "/office/v1/invitations", asked)["invitations"]
        return Invited(self.town.url, made[0]["code"])

    @staticmethod
    def _keys() -> list[str]:
        told = json.loads((ROOT / "server" / "demo" / "data" / "hall.json").read_text())
        return [str(person["key"]) for person in (*told["members"], *told["people"])]

    def proved(self, phone: WirePhone) -> WirePhone:
        phone.call("POST", "/demo/v1/proofs")
        return phone

    def ask(self, phone: WirePhone, method: str, path: str, body: Json | None = None) -> Json:
        return self.proved(phone).call(method, f"{PATH}/rounds/{self.round}/{path}", body)

    def issue(self) -> str:
        """The scrutineer's key, then the sheets. Shape: the four words"""
        asked = {"title": "第一轮测评", "deadline_ms": int(time.time() * 1000) + HOUR_MS}
        made = self.proved(self.clerk).call("POST", f"{PATH}/meetings/{self.meeting}/rounds", asked)
        self.round = made["round"]["id"]
        self.ask(
            self.scrutineer, "PUT", "tally-key", {"public": base64.b64encode(public_point(tally_key(SCALAR))).decode()}
        )
        self.ask(self.clerk, "POST", "issue", {})
        found = {
            row["fields"]["village_name"]: str(row["id"]) for row in self.town.records("subject", cycle_id=self.cycle)
        }
        self.subjects = {village[0]: found[village[0]] for village in VILLAGES}
        record = next(row for row in self.town.records("ballot_round") if row["id"] == self.round)
        return str(record["fields"]["words"])

    def grades(self, group: str) -> dict[str, list[str]]:
        """By subject, one grade for each who counts; the last of them are on paper."""
        at = list(GROUPS).index(group)
        return {self.subjects[village[0]]: outcomes_of(Counts(*village[1 + at])) for village in VILLAGES}

    def begin(self) -> None:
        """Everybody who came is noted; the round is open, and seven without a phone get a numbered form."""
        present = [{"id": row["id"], "status": "present"} for row in self.on_paper()]
        self.clerk.call("PUT", f"{PATH}/meetings/{self.meeting}/attendance", {"rows": present})
        self.ask(self.clerk, "POST", "open", {})
        for number, row in enumerate(self.on_paper(), 1):
            self.ask(self.clerk, "POST", "paper-forms", {"roll_id": row["id"], "form_no": number})

    def close(self) -> None:
        self.ask(self.clerk, "POST", "close", {})
        let_the_deadline_come(self.town, self.round, self.clerk.me["township"]["id"])

    def count(self) -> Json:
        """From the box to the signed tally. Shape: the result as the office sees it"""
        numbers = list(range(1, len(self.on_paper()) + 1))
        self.ask(self.clerk, "POST", "paper-forms/collected", {"numbers": numbers})
        private = base64.b64encode(SCALAR).decode()
        self.ask(self.scrutineer, "POST", "tally-key/release", {"private": private})
        names = Counts.__slots__
        rows = [
            {"subject": subject, "group": group}
            | {name: getattr(counts_of(given[-PAPER[group] :]), name) for name in names}
            for group in GROUPS
            for subject, given in self.grades(group).items()
        ]
        self.ask(self.clerk, "PUT", "paper", {"entry": "a", "rows": rows})
        agreed = self.ask(self.newcomer("teller"), "PUT", "paper", {"entry": "b", "rows": rows})
        assert agreed == {"agrees": True, "differences": []}
        marks = [{"subject": self.subjects[v[0]], "daily": v[3], "secretary": v[4]} for v in VILLAGES]
        self.ask(self.clerk, "PUT", "marks", {"marks": marks})
        signers = (self.scrutineer, self.newcomer("scrutineer"))
        for what in ("reconciliation", "tally"):
            for scrutineer in signers:
                self.ask(scrutineer, "POST", "signatures", {"what": what})
            if what == "reconciliation":
                self.ask(self.clerk, "POST", "count", {})
        return self.ask(self.clerk, "GET", "result")

    def recount(self, folder: Path) -> str:
        """What a stranger's recount of the bundle says."""
        path = folder / "bundle.json"
        path.write_text(json.dumps(self.ask(self.scrutineer, "GET", "bundle"), ensure_ascii=False))
        command = [sys.executable, "-m", "server.recount", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return done.stdout


@contextmanager
def visitors(chromium: BrowserType, meeting: DemoMeeting) -> Iterator[list[Visitor]]:
    """All who came with a phone; the last member representative is the one who will be late."""
    browser = chromium.launch(executable_path=executable(), args=[*FLAGS, "--no-sandbox"])
    try:
        yield [Visitor(browser, meeting.town.url, row) for group in GROUPS for row in meeting.voters(group)]
    finally:
        browser.close()
