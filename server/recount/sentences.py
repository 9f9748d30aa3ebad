"""What the recount says, in Chinese and English; a finding has one sentence."""

from __future__ import annotations

from typing import Any

ZH, EN = 0, 1
SENTENCES: dict[str, tuple[str, str]] = {
    "no-file": ("找不到文件：{path}", "There is no file {path}."),
    "not-readable": ("文件读不出来：{path}（{detail}）", "The file {path} cannot be read ({detail})."),
    "not-json": (
        "{path} 不是完整的 JSON，可能被截断或改坏了：{detail}",
        "{path} is no whole JSON text, perhaps cut off or damaged: {detail}.",
    ),
    "form": ("格式不符：{where}", "The form is wrong at {where}."),
    "place": (
        "名单不符：{where} 应当按轮次清单的顺序，每处一条",
        "{where} must have one row for each place, in the manifest's order.",
    ),
    "signature": (
        "{place} 第 {number} 张评票签名无效：是伪造的，或者被改过、换过地方",
        "Slip {number} of {place} bears no valid signature: it is forged, edited, or moved from elsewhere.",
    ),
    "order": (
        "评票板第 {number} 条不在应有的位置，或者重复",
        "Entry {number} of the board is out of order, or there twice.",
    ),
    "link": (
        "评票板从第 {number} 条（{place}）起对不上链：有评票被删、被加或被改",
        "The board's chain breaks at entry {number} ({place}): a slip was dropped, added or edited.",
    ),
    "head": (
        "评票板的总码与全部评票不符：结尾有评票被删或被加",
        "The board's head is not that of its slips: one was dropped or added at the end.",
    ),
    "other-head": (
        "评票板的总码与给出的不同：这不是会议记录上的那块评票板",
        "The board's head is not the one given: this is not the board of the minutes.",
    ),
    "void": ("{place} 收回多于发出：本轮作废", "More came back than was issued for {place}: the round is void."),
    "reconciliation": ("{place} 票数核对不上：{detail}", "The numbers of {place} do not reconcile: {detail}."),
    "certified": (
        "{place} 的认定结果与重新计票不符",
        "The certified counts of {place} are not those of its slips and paper.",
    ),
    "round": ("轮次：{title}（第 {no} 轮）", "Round: {title} (no. {no})"),
    "manifest-words": ("轮次核对词：{words}", "Words of the manifest: {words}"),
    "board-words": ("评票板核对词：{words}", "Words of the board: {words}"),
    "board-head": ("评票板总码：{head}", "Head of the board: {head}"),
    "checked": (
        "签名、顺序、链、票数核对、认定结果全部相符：电子票 {slips} 张，纸质票 {paper} 行，迟到 {late} 张。",
        "Signatures, order, chain, reconciliation and certified counts all agree: {slips} slips, {paper} paper rows, "
        "{late} late.",
    ),
    "invalid-slips": (
        "注意：有 {number} 张电子票开出来无效。正常的手机不会产生无效票，请查问。",
        "Note: {number} electronic slips opened to nothing valid. Our phones make none; ask.",
    ),
    "score": (
        "  票决得分 {ballot}，综合得分 {score}，建议等次：{grade}",
        "  ballot score {ballot}, score {score}, suggested: {grade}",
    ),
    "no-score": ("  有效票不足五行，不单独公布", "  fewer than five valid rows: not shown"),
    "hidden": ("  （人数少的分组不单独列出）", "  (small groups are not told apart)"),
    "all": ("合计", "all"),
    "town": ("全部", "Everything"),
    "usage": (
        "用法：python -m server.recount [--lang zh|en] [--head 总码] bundle.json",
        "Usage: python -m server.recount [--lang zh|en] [--head HEX] bundle.json",
    ),
}
OUTCOMES = {
    "good": ("好", "good"),
    "fairly_good": ("较好", "fairly good"),
    "average": ("一般", "average"),
    "poor": ("差", "poor"),
    "abstain": ("弃权", "abstain"),
    "invalid": ("无效", "invalid"),
}


class Wrong(Exception):
    """The bundle does not hold. Shape: `slug` names the sentence, `values` fill it."""

    def __init__(self, slug: str, **values: Any) -> None:
        super().__init__(slug)
        self.slug, self.values = slug, values


def say(lang: int, slug: str, **values: Any) -> str:
    """The sentence of a slug."""
    return SENTENCES[slug][lang].format(**values)
