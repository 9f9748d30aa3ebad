"""What the stranger must find: a slip forged, dropped, swapped or edited, and every file that is no bundle."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import random
import secrets
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from server.domain.ballot.bundle import bundle as bundle_of
from server.domain.ballot.opening import NO_KEY
from server.domain.ballot.reconciliation import Row
from server.domain.ballot.slips import Slip
from server.recount.__main__ import main
from tests.ballot.election import Election, election, new_signer, posted, subject_id
from tests.ballot.evaluator import signed_slip

A, B = (subject_id(1), "leader"), (subject_id(2), "leader")
GRADES = ["good", "good", "fairly_good", "average", "poor", "abstain"]
JUNK: list[Any] = [None, -1, 7, "", "x", [], [[]], {}, True, 2**60, "\ud800", "é" * 300]
Bundle = dict[str, Any]


@lru_cache(maxsize=1)
def held() -> tuple[Election, tuple[Slip, ...]]:
    made = election(["青石沟", "柳树湾"], {"leader": ("领导", 6)})
    return made, tuple(made.slip(place, grade) for place in (A, B) for grade in GRADES)


@lru_cache(maxsize=1)
def text_of_the_bundle() -> str:
    made, box = held()
    return json.dumps(made.simple_bundle(box), ensure_ascii=False)


@pytest.fixture
def sound() -> Bundle:
    return json.loads(text_of_the_bundle())  # type: ignore[no-any-return]


Recount = Callable[..., tuple[int, str, str]]


@pytest.fixture
def recount(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Recount:
    def run(value: Any, *options: str) -> tuple[int, str, str]:
        written = tmp_path / "bundle.json"
        written.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
        code = main([*options, str(written)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def rechained(bundle: Bundle) -> Bundle:
    """The board sorted and chained again, as whoever changed it would do."""
    made, _ = held()
    order = {place: at for at, place in enumerate(made.manifest.places())}
    hashed = [(order[entry["subject"], entry["group"]], slip_hash(entry), entry) for entry in bundle["board"]]
    hashed.sort(key=lambda row: row[:2])
    link = hashlib.sha256(b"zoufang-ballot-1/board\n" + made.manifest.hash).digest()
    for _, own, entry in hashed:
        place = f"{entry['subject']}\n{entry['group']}\n".encode()
        link = hashlib.sha256(link + place + own + bytes.fromhex(entry["key"])).digest()
        entry["link"] = link.hex()
    return {**bundle, "board": [entry for _, _, entry in hashed], "head": link.hex()}


def slip_hash(entry: Bundle) -> bytes:
    return hashlib.sha256(b"zoufang-ballot-1/slip\n" + b64decode(entry["slip"])).digest()


def counted_more(bundle: Bundle, place: tuple[str, str], outcome: str, number: int) -> None:
    """Reconciliation and certified counts changed to match."""
    for row in bundle["reconciliation"]:
        if (row["subject"], row["group"]) == place:
            row["received_e"] += number
            row["lost"] += max(0, -number)
    for row in bundle["certified"]:
        if (row["subject"], row["group"]) == place:
            row[outcome] += number


def test_a_sound_bundle_is_counted(sound: Bundle, recount: Recount) -> None:
    code, out, err = recount(sound)
    assert (code, err) == (0, "")
    assert "  合计: 好 2 · 较好 1 · 一般 1 · 差 1 · 弃权 1 · 无效 0" in out
    assert "  票决得分 76 (76.00)，综合得分 76 (76.00)，建议等次：一般" in out


def test_english_and_the_minutes_head(sound: Bundle, recount: Recount) -> None:
    code, out, _ = recount(sound, "--lang", "en", "--head", sound["head"].upper())
    assert code == 0
    assert "suggested: average" in out
    assert recount(sound, "--head", "00" * 32)[::2] == (
        1,
        "评票板的总码与给出的不同：这不是会议记录上的那块评票板\n",
    )


@pytest.mark.parametrize("arguments", [[], ["--lang", "fr", "x"], ["--what", "x"], ["one", "two"], ["--head"]])
def test_a_command_that_cannot_be_understood(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "python -m server.recount" in capsys.readouterr().err


def test_forged_without_a_signature(sound: Bundle, recount: Recount) -> None:
    stranger = new_signer()
    entry = copy.deepcopy(sound["board"][0])
    entry["slip"] = posted(A, signed_slip(int(stranger.n), secrets.token_bytes(97), stranger.blind_sign))["slip"]
    sound["board"].append({**entry, "key": NO_KEY.hex()})
    counted_more(sound, A, "invalid", 1)
    code, out, err = recount(rechained(sound))
    assert (code, out) == (1, "")
    assert "青石沟 · 领导" in err
    assert "签名无效" in err


def test_forged_by_whoever_holds_the_signing_keys(sound: Bundle, recount: Recount) -> None:
    made, box = held()
    more = [*box, made.slip(A, "good")]
    rows = {place: Row(6, 6, 6, 0, 6, 0, 0, 0, 0, 0) for place in (A, B)}
    forged = bundle_of(made.manifest, made.board(more), [], {}, rows, {})
    assert "青石沟 · 领导 票数核对不上" in recount(forged)[2]
    rows[A] = Row(6, 6, 6, 0, 7, 0, 0, 0, 0, 0)
    assert "本轮作废" in recount(bundle_of(made.manifest, made.board(more), [], {}, rows, {}))[2]
    rows[A] = Row(6, 7, 7, 0, 7, 0, 0, 0, 0, 0)
    assert "entitled >= present" in recount(bundle_of(made.manifest, made.board(more), [], {}, rows, {}))[2]


@pytest.mark.parametrize("at", [0, 5, 11])
def test_dropped(sound: Bundle, recount: Recount, at: int) -> None:
    gone = sound["board"].pop(at)
    assert ("对不上链" in recount(sound)[2]) == (at < 11)
    assert recount(sound)[0] == 1
    whole = rechained(sound)
    assert "票数核对不上" in recount(whole)[2]
    before = json.loads(text_of_the_bundle())["head"]
    entries = held()[0].board(held()[1]).entries
    said = next(entry.outcome for entry in entries if entry.slip.hash == slip_hash(gone))
    lied = copy.deepcopy(whole)
    counted_more(lied, (gone["subject"], gone["group"]), "good" if said != "good" else "poor", -1)
    assert "认定结果与重新计票不符" in recount(lied)[2]
    counted_more(whole, (gone["subject"], gone["group"]), said, -1)
    assert recount(whole, "--head", before)[0] == 1
    assert recount(whole)[0] == 0  # whole in itself: the phone that misses its slip says so (ballot.vectors.test.ts)


def test_swapped_between_subjects(sound: Bundle, recount: Recount) -> None:
    one, other = sound["board"][0], sound["board"][6]
    one["slip"], other["slip"], one["key"], other["key"] = other["slip"], one["slip"], other["key"], one["key"]
    assert "签名无效" in recount(sound)[2]
    assert "签名无效" in recount(rechained(sound))[2]


def test_swapped_in_order(sound: Bundle, recount: Recount) -> None:
    board = sound["board"]
    board[0], board[1] = board[1], board[0]
    assert "对不上链" in recount(sound)[2]
    links = rechained(copy.deepcopy(sound))
    unsorted = {**links, "board": [links["board"][at] for at in (1, 0, *range(2, 12))]}
    assert recount(chained_as_it_stands(unsorted))[2] == "评票板第 2 条不在应有的位置，或者重复\n"


def test_the_same_slip_twice(sound: Bundle, recount: Recount) -> None:
    sound["board"].insert(1, copy.deepcopy(sound["board"][0]))
    counted_more(sound, A, "good", 1)
    assert recount(chained_as_it_stands(sound))[2] == "评票板第 2 条不在应有的位置，或者重复\n"


def chained_as_it_stands(bundle: Bundle) -> Bundle:
    link = hashlib.sha256(b"zoufang-ballot-1/board\n" + held()[0].manifest.hash).digest()
    for entry in bundle["board"]:
        place = f"{entry['subject']}\n{entry['group']}\n".encode()
        link = hashlib.sha256(link + place + slip_hash(entry) + bytes.fromhex(entry["key"])).digest()
        entry["link"] = link.hex()
    return {**bundle, "head": link.hex()}


def test_edited_slip(sound: Bundle, recount: Recount) -> None:
    entry = sound["board"][3]
    entry["slip"] = entry["slip"][:200] + ("B" if entry["slip"][200] == "A" else "A") + entry["slip"][201:]
    assert "签名无效" in recount(sound)[2]
    assert "签名无效" in recount(rechained(sound))[2]


def test_edited_key_count_and_paper(sound: Bundle, recount: Recount) -> None:
    key = copy.deepcopy(sound)
    key["board"][3]["key"] = key["board"][4]["key"]
    assert "对不上链" in recount(key)[2]
    assert "认定结果与重新计票不符" in recount(rechained(key))[2]
    count = copy.deepcopy(sound)
    count["certified"][0].update(good=3, poor=0)
    assert recount(count)[2] == "青石沟 · 领导 的认定结果与重新计票不符\n"
    sound["paper"][0]["good"] = 1
    assert "collected_p = paper rows" in recount(sound)[2]


def test_a_changed_manifest_opens_nothing(sound: Bundle, recount: Recount) -> None:
    sound["manifest"]["profile"]["bands"]["good"] = 85
    assert "对不上链" in recount(sound)[2]


@pytest.mark.parametrize("kept", [0, 1, 0.2, 0.5, 0.9, 0.999])
def test_a_truncated_file(recount: Recount, kept: float) -> None:
    whole = text_of_the_bundle().encode()
    code, out, err = recount(whole[: int(len(whole) * kept) if kept < 1 else 1])
    assert (code, out) == (1, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "raw",
    [b"\xff\xfe", b"[" * 100_000, b"{} {}", b"NaN", b'{"a": 1, "a": 2}', b"1.5", b"9" * 5000, b"null", b"[]", b"{}"],
)
def test_no_bundle_at_all(recount: Recount, raw: bytes) -> None:
    code, out, err = recount(raw)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1


def test_a_missing_file_and_a_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing.json")]) == 1
    assert capsys.readouterr().err.startswith("找不到文件：")
    assert main(["--lang", "en", str(tmp_path)]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_every_single_change_of_a_member_is_found(sound: Bundle, recount: Recount) -> None:
    chance = random.Random(4)
    ways = [path for path in paths(sound) if path[-1] not in ("spoiled", "duplicate_attempts")]
    for path in ways:
        for junk in chance.sample(JUNK, 3):
            changed = copy.deepcopy(sound)
            holder = changed
            for step in path[:-1]:
                holder = holder[step]
            if holder[path[-1]] != junk:
                holder[path[-1]] = junk
                code, out, err = recount(changed)
                assert (code, out, err.count("\n")) == (1, "", 1), (path, junk)
    assert len(ways) > 150


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in steps:
        yield (*before, step)
        yield from paths(part, (*before, step))


def test_the_recount_imports_nothing_but_python_and_cryptography() -> None:
    room = Path(__file__).parents[2] / "server" / "recount"
    names: set[str] = set()
    for source in room.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names.add(node.module or "")
    outside = {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}
    assert {name for name in outside if not name.startswith(("server.recount.", "cryptography."))} == set()
