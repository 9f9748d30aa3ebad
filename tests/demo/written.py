"""The written demo township, read from its files."""

import json
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "server" / "demo" / "data"

# village: (visits, interviews with Party members, interviews with others); DOMAIN.md 14.1
SUBJECTS = {
    "青石沟": (1, 3, 3),
    "柳树湾": (1, 2, 3),
    "上河": (2, 3, 4),
    "下河": (1, 2, 3),
    "红崖": (1, 3, 3),
    "大坪": (1, 2, 3),
    "南沟": (2, 4, 4),
    "北塬": (1, 2, 3),
    "杨家庄": (1, 3, 3),
    "马家湾": (2, 3, 4),
    "石板": (2, 4, 4),
    "三岔": (1, 3, 3),
    "寒水": (3, 4, 6),
}


def read(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


PEOPLE = {person["key"]: person for person in read("people.json")["people"]}
VILLAGES = read("villages.json")["villages"]
CYCLES = read("cycles.json")
FILES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((DATA / "visits").glob("*.json"))]
VISITS = [(file["village"], visit) for file in FILES for visit in file["visits"]]
BY_KEY = {visit["key"]: (village, visit) for village, visit in VISITS}


def rows(part):
    return [(village, visit, row) for village, visit in VISITS for row in visit[part]]


def answers(village):
    return [row["answer"] for name, _, row in rows("interviews") if name == village and row["answer"]]


def written_texts():
    """Every text somebody wrote, as (village, text)."""
    for village, visit in VISITS:
        yield village, visit["narrative"]
        yield village, visit["branch_summary"]
        yield from ((village, text) for text in visit["area_notes"].values())
        for check in visit["record_checks"]:
            yield village, check["title"]
            yield village, check["note"]
        for interview in visit["interviews"]:
            yield village, interview["asked"]
            if interview["answer"]:
                yield village, interview["answer"]
        yield from ((village, opinion["text"]) for opinion in visit["opinions"])
