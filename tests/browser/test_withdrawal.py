"""撤回同意, from the tap without a network to a database that holds nothing of what was said."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.town import Town
from tests.browser.visiting import add_interview, counts, log_visit

WORDS = ("金丝雀说路没修", "金丝雀王")


def test_consent_is_withdrawn_in_the_valley_and_gone_from_the_town(town: Town, meet: Meet) -> None:
    me = meet()
    me.sign_in()
    log_visit(me, "上河", "走访")
    add_interview(me, "masses", WORDS[0], name=WORDS[1])
    me.waits_until_arrived()
    (visit,) = town.records("visit", narrative="走访")
    before = {row["n"]: row["hash"] for row in town.rows("SELECT n, hash FROM changes WHERE canonical LIKE '%金丝雀%'")}
    assert len(before) == 1, "the answer lies open, the name does not"

    me.offline()
    me.tap("item-interviews")
    me.tap("interview-withdraw")
    me.says("withdraw-sheet", "备份里还留有")
    me.tap("withdraw-do")
    me.sees("visit-head")
    counts(me, 0, 1, 0)
    me.says("item-interviews", "已撤回同意")
    expect(me.find("item-interviews")).not_to_contain_text("金丝雀")
    me.tap("item-interviews")
    me.says("interview-withdrawn", "下次同步后")
    expect(me.find("interview-answer")).to_have_count(0)
    expect(me.find("interview-name")).to_have_count(0)

    me.offline(False)
    me.waits_until_arrived()
    (interview,) = town.children(visit["id"])
    fields = interview["fields"]
    assert (fields["state"], fields["consent"], fields["answer"]) == ("withdrawn", "withdrawn", None)
    assert town.rows("SELECT n FROM changes WHERE canonical LIKE '%金丝雀%'") == []
    me.open(f"/visits/{visit['id']}/interviews/{interview['id']}")
    me.unlock()
    me.says("interview-withdrawn", "已从服务器删除")
    after = {
        row["n"]: row["hash"] for row in town.rows("SELECT n, hash FROM changes WHERE record = ?", interview["id"])
    }
    assert before.items() <= after.items()
