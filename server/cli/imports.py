"""`zoufang import roster FILE` and `import plan FILE`: files an office has, with a dry run that names every fault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from server.cli.opened import json_option, now_ms, opened, say, the_township, township_option
from server.commands.create_townships import create_townships
from server.commands.import_plan import import_plan
from server.commands.import_roster import RosterImport, import_roster
from server.domain.roster import Fault
from server.schemas.kinds.registry import KINDS
from server.schemas.plan_file import read_plan_file
from server.schemas.roster_file import read_roster_file

file_argument = click.argument("file", type=click.Path(path_type=Path))
Result = tuple[bool, dict[str, Any], str]


@click.group("import")
def imports() -> None:
    """Bring in a roster of villages or the township's plan."""


@click.command("roster")
@file_argument
@click.option("--create-townships", "create", is_flag=True, help="Make every township the file names.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and what is wrong; write nothing.")
@township_option
@json_option
def roster(file: Path, create: bool, dry_run: bool, township: str | None, as_json: bool) -> int:
    """Villages, branches and branch secretaries from .csv or .xlsx; all of the file or nothing."""
    read = read_roster_file(_bytes(file), file.name)
    with opened(empty_too=create):
        if create:
            year = datetime.now(UTC).year
            made = create_townships(KINDS, read.rows, read.faults, year, now_ms(), dry_run)
            results = [_told(f"township {code}", done, dry_run, alone=False) for code, done in made.items()]
            results = results or [(False, {"faults": [asdict(f) for f in read.faults]}, _faults(read.faults))]
        else:
            tenant = the_township(township)
            done = import_roster(KINDS, tenant.id, read.rows, read.faults, now_ms(), dry_run=dry_run, account="cli")
            results = [_told(tenant.name, done, dry_run)]
    ok = all(fine for fine, _data, _words in results)
    say(as_json, {"ok": ok, "imports": [data for _, data, _ in results]}, "\n".join(words for _, _, words in results))
    if not ok and not as_json:
        click.echo("zoufang: nothing was imported; the faults are listed above", err=True)
    return 0 if ok else 2


@click.command("plan")
@file_argument
@click.option("--acknowledge", is_flag=True, help="The number of villages differs from the roster, and that is known.")
@click.option("--dry-run", is_flag=True, help="Only compare; write nothing.")
@township_option
@json_option
def plan(file: Path, acknowledge: bool, dry_run: bool, township: str | None, as_json: bool) -> int:
    """The plan text: its wording of the areas, and the number of villages it states against the roster."""
    return _plan(file, acknowledge, dry_run, township, as_json)


@click.command("check")
@file_argument
@township_option
@json_option
def plan_check(file: Path, township: str | None, as_json: bool) -> int:
    """Compare a plan text with the roster and write nothing."""
    return _plan(file, False, True, township, as_json)


imports.add_command(roster)
imports.add_command(plan)


@click.group("roster")
def roster_group() -> None:
    """The villages of a township."""


@click.group("plan")
def plan_group() -> None:
    """The township's plan text."""


roster_group.add_command(roster, "import")
plan_group.add_command(plan_check)


def _plan(file: Path, acknowledge: bool, dry_run: bool, township: str | None, as_json: bool) -> int:
    read = read_plan_file(_bytes(file), file.name)
    if read.faults:
        say(as_json, {"ok": False, "faults": [asdict(fault) for fault in read.faults]}, _faults(read.faults))
        return 2
    with opened():
        tenant = the_township(township)
        done = import_plan(KINDS, tenant.id, read.text, now_ms(), acknowledge, dry_run, account="cli")
    data = {
        "ok": not done.blocked,
        "township": tenant.id,
        "roster": done.roster,
        "applied": done.applied,
        "acknowledged": done.acknowledged,
        "stated": [count._asdict() for count in done.stated],
        "differences": [difference._asdict() for difference in done.differences],
        "content_areas": [asdict(area) for area in done.areas],
    }
    words = [f"{tenant.name}: {done.roster} villages in the roster; the plan has {len(done.areas)} areas."]
    words += [f"  the plan says {d.stated}, the roster {d.roster}: …{d.excerpt}…" for d in done.differences]
    say(as_json, data, "\n".join(words))
    return 0


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from error


def _told(name: str, done: RosterImport, dry_run: bool, alone: bool = True) -> Result:
    """(fine, as data, in words) of one township's import; rows of others are news only when it is imported alone."""
    found = done.plan
    others = {code: len(rows) for code, rows in found.others.items()} if alone else {}
    data = {
        "township": name,
        "applied": done.applied,
        "records": done.records,
        "creates": len(found.creates),
        "updates": len(found.updates),
        "unchanged": len(found.unchanged),
        "others": others,
        "absent": list(found.absent),
        "faults": [asdict(fault) for fault in found.faults],
    }
    verb = "imported" if done.applied else "would import" if dry_run and found.importable else "not imported"
    words = f"{name}: {verb}: {len(found.creates)} new, {len(found.updates)} changed, {len(found.unchanged)} unchanged"
    more = [f"  {n} rows belong to {code}" for code, n in others.items()]
    return found.importable, data, "\n".join([words, *more, *([_faults(found.faults)] if found.faults else [])])


def _faults(faults: Iterable[Fault]) -> str:
    return "\n".join(
        f"  {fault.level}, row {fault.row}, {fault.column or 'file'}: {fault.reason_en}" for fault in faults
    )
