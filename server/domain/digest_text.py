"""The digest in plain Chinese, to copy into a group chat; the phone renders the same lines in either language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from server.domain.digest import Line
from server.domain.fleet import Doubt

MOST_NAMES_IN_TEXT = 20

_LINES = {
    "unvisited": "未收到走访记录 {count} 村",
    "silent": "手机超过一天未同步 {count} 部",
    "conflicts": "两处修改待选定 {count} 处",
    "quarantined": "被拒收的修改待处理 {count} 条",
    "duplicates": "可能是同一次走访 {count} 对",
}
_NOTES = {
    "phone-silent": "书记手机已 {time}未同步",
    "phone-pending": "书记手机还有 {number} 条未上传",
    "phone-none": "书记尚未登记手机",
    "longest": "最长 {time}",
}


def digest_text(town_name: str, lines: Sequence[Line], made_at_ms: int, zone: tzinfo, late: bool) -> str:
    """The whole digest as text: a heading with its moment, then a numbered line for each.

    Laws: L18 the doubt stands right behind the number it qualifies.
    """
    made = datetime.fromtimestamp(made_at_ms / 1000, zone)
    mark = "（补发）" if late else ""
    heading = f"{town_name}走访摘要{mark}，截至 {made.month}月{made.day}日 {made:%H:%M}"
    return "\n".join([heading, *(f"{number}. {_sentence(line)}" for number, line in enumerate(lines, start=1))])


def _sentence(line: Line) -> str:
    doubt = f"（{_doubt(line.note)}）" if line.note else ""
    names = "、".join(line.names[:MOST_NAMES_IN_TEXT])
    more = "等" if names and len(line.names) > MOST_NAMES_IN_TEXT else ""
    return _LINES[line.code].format(count=line.count) + doubt + (f"：{names}{more}" if names else "")


def _doubt(note: Doubt) -> str:
    return _NOTES[note.code].format(number=note.number, time=_days_or_hours(note.number))


def _days_or_hours(hours: int) -> str:
    return f"{hours // 24} 天" if hours >= 48 else f"{hours} 小时"
