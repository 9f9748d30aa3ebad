"""The `zoufang` command: bad input ends with one sentence and code 2, never with a stack trace or half an effect."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from server.cli.main import COMMANDS, main
from server.cli.qr import terminal_qr
from tests.system.running import ROOT, cli


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VAR_DIR with the demo township and no running system."""
    folder = tmp_path_factory.mktemp("cli")
    made = cli(folder, "prepare", DEMO="1")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def here(var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command inside this process, which spares starting Python a hundred times."""
    monkeypatch.setenv("VAR_DIR", str(var))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*words: str) -> Said:
        monkeypatch.setattr("sys.argv", ["zoufang", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


def test_every_command_explains_itself_and_takes_json(here: Run) -> None:
    for name in COMMANDS:
        helped = here(name, "--help")
        assert helped.code == 0, helped
        assert "--json" in helped.out or "COMMAND" in helped.out


BAD = [
    ["invite"],
    ["invite", "--role", "emperor"],
    ["invite", "--role", "branch_secretary"],
    ["invite", "--role", "branch_secretary", "--village", "没有这个村"],
    ["invite", "--role", "pbo", "--village", "青石沟"],
    ["invite", "--role", "pbo", "--person", "没有这个人"],
    ["invite", "--role", "pbo", "--township", "000000000"],
    ["invite", "--role", "pbo", "--valid-s", "0"],
    ["revoke", "--replica", "nobody"],
    ["role", "end", "--replica", "nobody"],
    ["quarantine", "release", "--replica", "nobody", "--n", "1"],
    ["quarantine", "reject", "--replica", "nobody", "--n", "1", "--reason", "no"],
    ["quarantine", "list", "--status", "lost"],
    ["import", "roster", "no/such/file.csv"],
    ["import", "roster", str(ROOT / "LICENSE")],
    ["import", "plan", str(ROOT / "Makefile")],
    ["plan", "check", "no/such/file.txt"],
    ["restore", "no/such/file.zip"],
    ["restore", str(ROOT / "LICENSE")],
    ["no-such-command"],
]


@pytest.mark.parametrize("words", BAD, ids=[" ".join(words)[:60] for words in BAD])
def test_bad_input_is_answered_with_one_sentence(here: Run, words: list[str]) -> None:
    said = here(*words)
    assert said.code == 2, said
    assert said.err.startswith("zoufang: ") or said.out
    assert "Traceback" not in said.out + said.err
    in_json = here(*words, "--json")
    assert in_json.code == 2
    answer = json.loads(in_json.out)
    assert answer.get("ok") is False or answer["type"].startswith("/docs/problems#")


def test_the_program_itself_ends_like_that_too(var: Path) -> None:
    said = cli(var, "invite", "--role", "emperor")
    assert said.returncode == 2
    assert said.stderr.startswith("zoufang: emperor is no role of a person")
    assert said.stderr.count("\n") == 1 and said.stdout == ""


def test_without_a_system_it_says_how_to_get_one(tmp_path: Path) -> None:
    said = cli(tmp_path, "invite", "--role", "pbo")
    assert (said.returncode, said.stderr) == (
        2,
        f"zoufang: there is no system in {tmp_path} yet; start it once with `make run`\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_database_is_a_sentence(tmp_path: Path) -> None:
    said = cli(tmp_path, "invite", "--role", "pbo", DATABASE_URL="postgresql://nobody:s3cret@127.0.0.1:1/x")
    assert said.returncode == 2
    assert said.stderr.startswith("zoufang: the database does not answer")
    assert "Traceback" not in said.stderr and "s3cret" not in said.stderr


def test_an_invitation_is_a_code_of_ten_characters(var: Path) -> None:
    made = json.loads(cli(var, "invite", "--role", "committee_secretary", "--json").stdout)
    assert len(made["invitation_code"]) == 10
    assert made["role"] == "committee_secretary"
    said = cli(var, "invite", "--role", "committee_secretary").stdout
    assert said.splitlines()[0][5] == "-"


def test_a_village_is_named_by_name_code_or_id(var: Path) -> None:
    first = json.loads(cli(var, "invite", "--role", "branch_secretary", "--village", "青石沟", "--json").stdout)
    again = cli(var, "invite", "--role", "branch_secretary", "--village", first["village"], "--json")
    assert json.loads(again.stdout)["village"] == first["village"]


def test_a_role_that_reads_online_only_is_not_invited(var: Path) -> None:
    for role in ("admin", "county_observer"):
        said = cli(var, "invite", "--role", role)
        assert (said.returncode, said.stdout) == (2, "")
        assert said.stderr.startswith(f"zoufang: {role} reads online only and holds no replica")


def test_a_role_is_given_by_date_listed_and_ended(var: Path) -> None:
    who = ("--person", "苏映雪", "--role", "village_lead", "--village", "寒水")
    asked = (*who, "--from", "2031-01-01", "--to", "2031-12-31")
    given = json.loads(cli(var, "role", "give", *asked, "--json").stdout)
    assert given["given"] is True
    assert json.loads(cli(var, "role", "give", *asked, "--json").stdout) == given | {"given": False}
    listed = json.loads(cli(var, "role", "list", "--json").stdout)["roles"]
    [mine] = [one for one in listed if one["assignment"] == given["assignment"]]
    zone = ZoneInfo("Asia/Shanghai")
    held = (datetime(2031, 1, 1, tzinfo=zone), datetime(2032, 1, 1, tzinfo=zone))
    assert (mine["from_ms"], mine["to_ms"]) == tuple(int(moment.timestamp() * 1000) for moment in held)
    assert (mine["name"], mine["when"]) == ("苏映雪", "later")
    ended = json.loads(cli(var, "role", "end", "--assignment", given["assignment"], "--json").stdout)
    assert ended["roles_ended"] == 1
    assert cli(var, "role", "end").returncode == 2
    late = cli(var, "role", "give", "--person", "苏映雪", "--role", "pbo", "--from", "2031-01-02", "--to", "2031-01-01")
    assert late.returncode == 2 and "ends after it begins" in late.stderr


def test_locking_visits_names_those_in_dispute_and_refuses_a_meeting_to_come(var: Path) -> None:
    done = json.loads(cli(var, "lock-visits", "--meeting-start", "2017-12-26T14:00", "--json").stdout)
    assert done["locked"] == 0 and len(done["disputed"]) == 1, "the demo has locked the others"
    ahead = cli(var, "lock-visits", "--meeting-start", "2099-12-26T14:00")
    assert ahead.returncode == 2 and "has not begun" in ahead.stderr


def test_a_recovery_key_is_shown_once_and_fits_its_public_half(var: Path) -> None:
    made = json.loads(cli(var, "recovery-key", "--json").stdout)
    private = ec.derive_private_key(int.from_bytes(base64.b64decode(made["private_key"])), ec.SECP256R1())
    point = private.public_key().public_numbers()
    assert base64.b64decode(made["public_key"]) == b"\x04" + point.x.to_bytes(32) + point.y.to_bytes(32)
    for file in (path for path in var.rglob("*") if path.is_file()):
        assert made["private_key"].encode() not in file.read_bytes()


def test_a_page_with_the_key_is_private_and_never_overwrites(var: Path, tmp_path: Path) -> None:
    page = tmp_path / "key.html"
    assert cli(var, "recovery-key", "--html", str(page)).returncode == 0
    assert page.stat().st_mode & 0o077 == 0
    assert "<svg" in page.read_text()
    assert cli(var, "recovery-key", "--html", str(page)).returncode == 2


def test_a_digest_asked_for_twice_is_written_once(var: Path) -> None:
    first = json.loads(cli(var, "digest", "--now", "--json").stdout)
    second = json.loads(cli(var, "digest", "--now", "--json").stdout)
    assert first["counts"].get("sent", 0) > 0
    assert "sent" not in second["counts"]
    assert second["counts"]["already"] == first["counts"]["sent"]


def test_a_backup_prints_its_path_and_a_restore_takes_it(var: Path, tmp_path: Path) -> None:
    path = Path(cli(var, "backup").stdout.strip())
    assert path.is_file()
    elsewhere = tmp_path / "elsewhere"
    said = cli(elsewhere, "restore", str(path))
    assert said.returncode == 0, said.stderr
    assert (elsewhere / "secret.key").read_text() == (var / "secret.key").read_text()
    assert (elsewhere / "secret.key").stat().st_mode & 0o077 == 0
    without = cli(elsewhere, "doctor")
    assert without.returncode == 2 and "SEALING_KEY" in without.stderr, "no backup holds the sealing key"
    shutil.copy(var / "sealing.key", elsewhere / "sealing.key")
    assert cli(elsewhere, "doctor").returncode == 0


def test_a_qr_code_for_the_terminal_is_square() -> None:
    rows = terminal_qr("http://192.0.2.7:8766").splitlines()
    assert len({len(row) for row in rows}) == 1
    assert abs(len(rows[0]) - 2 * len(rows)) <= 1
    assert set("".join(rows)) <= set("█▀▄ ")
