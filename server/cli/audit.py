"""`zoufang audit verify|checkpoint`: whether the chain of decisions is as it was written."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from server.cli.opened import json_option, now_ms, opened, say, the_township, township_option
from server.commands.audit_chain import ChainState, audit_checkpoint, read_checkpoint, save_checkpoint, verify_audit

WORDS = {
    "missing": "event {n} is missing",
    "changed": "event {n} is not what was written there",
    "moved": "event {n} was written as number {was}",
    "cut": "the chain is shorter than when it was noted: event {n} is gone",
    "rewritten": "event {n} is another one than the checkpoint saw",
}


@click.group()
def audit() -> None:
    """The chain of decisions: who let whom in, what was revoked, released, imported, restored; never content."""


@audit.command("verify")
@click.option(
    "--checkpoint", "noted_in", type=click.Path(path_type=Path), help="A file of `audit checkpoint`, kept elsewhere."
)
@township_option
@json_option
def verify(noted_in: Path | None, township: str | None, as_json: bool) -> int:
    """Look through the chain; ends with 1 when an event was changed, removed, put in or moved."""
    noted = read_checkpoint(noted_in) if noted_in else None
    with opened():
        states = verify_audit(noted, the_township(township).id if township else None)
    broken = any(state.faults for state in states)
    data = {"ok": not broken, "townships": [_json(state) for state in states]}
    say(as_json, data, "\n".join(line for state in states for line in _lines(state)) or "There is no township yet.")
    return 1 if broken else 0


@audit.command("checkpoint")
@click.option("--to", "path", type=click.Path(path_type=Path), help="Write it there instead of printing it.")
@json_option
def checkpoint(path: Path | None, as_json: bool) -> None:
    """Note how far each chain has come; keep it where nobody who can write the database can reach it."""
    with opened():
        noted = audit_checkpoint(now_ms())
    if path and not save_checkpoint(path, noted):
        raise click.ClickException(f"{path} exists; nothing was written")
    say(as_json, {**noted, **({"path": str(path)} if path else {})}, str(path or json.dumps(noted, indent=1)))


def _json(state: ChainState) -> dict[str, object]:
    return {
        **asdict(state),
        "faults": [{**asdict(fault), "words": _words(fault.what, fault.n, fault.was)} for fault in state.faults],
    }


def _lines(state: ChainState) -> list[str]:
    name = state.name or state.township
    if not state.faults:
        return [f"✓ {name}: {state.events} events, unbroken"]
    return [f"✗ {name}: {_words(fault.what, fault.n, fault.was)}" for fault in state.faults]


def _words(what: str, n: int, was: int | None) -> str:
    return WORDS[what].format(n=n, was=was)
