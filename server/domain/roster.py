"""The roster import: what a file adds to or changes in the villages of one township, and everything wrong with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from server.domain.regions import (
    PlaceKind,
    doubts_about,
    is_above_village,
    is_region_code,
    is_township_code,
    kind_in_name,
    kind_of,
    short_name,
    township_of,
)

Level = Literal["error", "warning"]

CODE = "统计用区划代码"
NAME = "村(居)名称"
TOWN_CODE = "所属乡镇代码"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file. Rows count from 1 as the office sees them; row 0 is the whole file."""

    row: int
    column: str
    reason_zh: str
    reason_en: str
    level: Level = "error"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One village or community as the file states it; None means that the file says nothing about it."""

    line: int
    code: str
    name: str
    town_code: str
    town_name: str
    secretary: str | None = None
    branch: str | None = None

    @property
    def kind(self) -> PlaceKind:
        """Only a village's branch secretary is a subject; a community is imported and never appraised."""
        return kind_of(self.code, self.name)

    @property
    def short_name(self) -> str:
        return short_name(self.name, self.kind)


@dataclass(frozen=True, slots=True)
class ExistingVillage:
    """What the township already has under one code."""

    id: str
    name: str
    secretary: str | None
    branch: str | None


@dataclass(frozen=True, slots=True)
class RosterUpdate:
    """A row whose village exists. changes: "name", "secretary", "branch" → the new text."""

    row: RosterRow
    village_id: str
    changes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Town:
    """One township that the file mentions, with the number of its rows."""

    code: str
    name: str
    villages: int
    communities: int


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What an import would do; nothing may be done while importable is False.

    Shape:  others: rows of other townships by township code; absent: our codes that the file leaves out, which stay.
    """

    creates: tuple[RosterRow, ...]
    updates: tuple[RosterUpdate, ...]
    unchanged: tuple[RosterRow, ...]
    faults: tuple[Fault, ...]
    others: Mapping[str, tuple[RosterRow, ...]]
    towns: tuple[Town, ...]
    absent: tuple[str, ...]

    @property
    def importable(self) -> bool:
        return all(fault.level != "error" for fault in self.faults)


Rows = Sequence[RosterRow]


def plan_roster(
    rows: Rows,
    township_code: str,
    existing: Mapping[str, ExistingVillage],
    file_faults: Iterable[Fault] = (),
) -> RosterPlan:
    """Every row is a create, an update, unchanged or another township's; no code is doubled and one error stops all.

    Shape:  township_code nine digits; existing by region code, of this township only; file_faults from the reader.
    Source: DOMAIN.md R2, 1.3 and 10
    """
    places = [row for row in rows if is_region_code(row.code) and not is_above_village(row.code)]
    own = [row for row in places if township_of(row.code) == township_code]
    first_of_code = {row.code: row for row in reversed(own)}
    rows_once = sorted(first_of_code.values(), key=lambda row: row.line)
    creates = tuple(row for row in rows_once if row.code not in existing)
    updates = tuple(_update(row, existing[row.code]) for row in rows_once if row.code in existing)
    absent = {code: village for code, village in existing.items() if code not in first_of_code}
    faults = [
        *file_faults,
        *_no_own_rows(places, own, township_code),
        *_not_a_place(rows),
        *_twice(rows),
        *_wrong_town(places),
        *_doubts(own),
        *_same_names(own),
        *_new_codes(creates, absent),
    ]
    return RosterPlan(
        creates=creates,
        updates=tuple(update for update in updates if update.changes),
        unchanged=tuple(update.row for update in updates if not update.changes),
        faults=tuple(sorted(faults, key=lambda fault: fault.row)),
        others=_by_town(row for row in places if township_of(row.code) != township_code),
        towns=tuple(_town(code, members) for code, members in _by_town(places).items()),
        absent=tuple(sorted(absent)),
    )


def _update(row: RosterRow, village: ExistingVillage) -> RosterUpdate:
    """A file that does not state a secretary or branch leaves the known one in place."""
    stated = {"name": row.name, "secretary": row.secretary, "branch": row.branch}
    known = {"name": village.name, "secretary": village.secretary, "branch": village.branch}
    changes = {key: text for key, text in stated.items() if text is not None and text != known[key]}
    return RosterUpdate(row, village.id, changes)


def _by_town(rows: Iterable[RosterRow]) -> dict[str, tuple[RosterRow, ...]]:
    towns: dict[str, list[RosterRow]] = {}
    for row in rows:
        towns.setdefault(township_of(row.code), []).append(row)
    return {code: tuple(towns[code]) for code in sorted(towns)}


def _town(code: str, members: tuple[RosterRow, ...]) -> Town:
    villages = sum(row.kind == "village" for row in members)
    return Town(code, next((row.town_name for row in members if row.town_name), ""), villages, len(members) - villages)


def _no_own_rows(places: Rows, own: Rows, township_code: str) -> list[Fault]:
    if not is_township_code(township_code):
        zh, en = f"本镇代码 {township_code!r} 不是 9 位数字", f"the township code {township_code!r} is not nine digits"
        return [Fault(0, CODE, zh, en)]
    if own:
        return []
    towns = list(_by_town(places))[:5]
    zh = f"文件里没有本镇({township_code})的村;文件里的乡镇代码:{'、'.join(towns) or '无'}"
    en = f"no row of this township ({township_code}); townships in the file: {', '.join(towns) or 'none'}"
    return [Fault(0, CODE, zh, en)]


def _not_a_place(rows: Rows) -> list[Fault]:
    bad = [
        Fault(row.line, CODE, f"区划代码 {row.code!r} 不是 12 位数字", f"the code {row.code!r} is not twelve digits")
        for row in rows
        if not is_region_code(row.code)
    ]
    return bad + [_above(row) for row in rows if is_region_code(row.code) and is_above_village(row.code)]


def _above(row: RosterRow) -> Fault:
    """Lists carry the township's own line; a village with 000 has lost its digits in a spreadsheet."""
    if kind_in_name(row.name) is None:
        return Fault(row.line, CODE, "这一行是乡镇本身而不是村,不导入", "about the township itself; skipped", "warning")
    return Fault(row.line, CODE, "村的代码末三位不能是 000", "the last three digits of a village's code cannot be 000")


def _repeats(rows: Rows, key: Callable[[RosterRow], object]) -> list[tuple[RosterRow, RosterRow]]:
    """Every row whose key an earlier row has, with the first such row."""
    first: dict[object, RosterRow] = {}
    pairs = []
    for row in rows:
        if key(row) in first:
            pairs.append((row, first[key(row)]))
        first.setdefault(key(row), row)
    return pairs


def _twice(rows: Rows) -> list[Fault]:
    return [
        Fault(row.line, CODE, f"区划代码 {row.code} 与第 {seen.line} 行重复", f"already in row {seen.line}")
        for row, seen in _repeats(rows, lambda row: row.code)
    ]


def _wrong_town(places: Rows) -> list[Fault]:
    """One of the two cells is a slip of the keyboard; guessing which would file a village under the wrong township."""
    return [
        Fault(
            row.line,
            TOWN_CODE,
            f"所属乡镇代码 {row.town_code} 与区划代码前九位 {township_of(row.code)} 不一致",
            f"the township code {row.town_code} is not the start of the code, {township_of(row.code)}",
        )
        for row in places
        if row.town_code != township_of(row.code)
    ]


def _doubts(own: Rows) -> list[Fault]:
    return [
        Fault(row.line, CODE, doubt.zh, doubt.en, "warning")
        for row in own
        for doubt in doubts_about(row.code, row.name)
    ]


def _same_names(own: Rows) -> list[Fault]:
    """张家寺社区 and the village 张家寺 are two places; two villages called 张家寺 are probably one."""
    return [
        Fault(row.line, NAME, f"与第 {seen.line} 行同名,代码不同", f"named like row {seen.line}, other code", "warning")
        for row, seen in _repeats(own, lambda row: (row.kind, row.short_name))
        if row.code != seen.code
    ]


def _new_codes(creates: Rows, absent: Mapping[str, ExistingVillage]) -> list[Fault]:
    """Codes are re-issued every year: a known name under a new code is probably the village the file leaves out."""
    kinds = {code: kind_of(code, village.name) for code, village in absent.items()}
    old_code = {(kind, short_name(absent[code].name, kind)): code for code, kind in kinds.items()}
    return [
        Fault(
            row.line,
            CODE,
            f"本镇已有同名村,旧代码 {old_code[key]};可能是代码重编,导入会新增一个村",
            f"its name exists under {old_code[key]}; if the code was re-issued, importing would double the village",
            "warning",
        )
        for row in creates
        if (key := (row.kind, row.short_name)) in old_code
    ]
