"""The `zoufang` command: what an administrator does at the machine. Bad input ends with one sentence and code 2."""

from __future__ import annotations

import importlib
import json
import sys
from typing import NoReturn

import click

COMMANDS = {
    "invite": "server.cli.people:invite",
    "revoke": "server.cli.people:revoke",
    "password": "server.cli.people:password",
    "passkey": "server.cli.passkeys:passkey",
    "role": "server.cli.roles:role",
    "lock-visits": "server.cli.visits:lock_visits",
    "quarantine": "server.cli.quarantine:quarantine",
    "recovery-key": "server.cli.recovery_key:recovery_key",
    "sealed": "server.cli.sealed:sealed",
    "import": "server.cli.imports:imports",
    "roster": "server.cli.imports:roster_group",
    "plan": "server.cli.imports:plan_group",
    "digest": "server.cli.digest:digest",
    "doctor": "server.cli.demo:doctor",
    "audit": "server.cli.audit:audit",
    "demo": "server.cli.demo:demo",
    "migrate": "server.cli.system:migrate",
    "prepare": "server.cli.system:prepare",
    "seal": "server.cli.system:seal",
    "backup": "server.cli.backup:backup",
    "hub": "server.cli.hub:hub",
    "restore": "server.cli.backup:restore",
    "docs": "server.cli.docs:docs",
}


class Lazy(click.Group):
    """A command's file is imported when the command is asked for, so that a small one starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zoufang", prog_name="zoufang")
def zoufang() -> None:
    """Zoufang 走访: invitations, rosters, digests, backups. Each command takes --json."""


def main() -> NoReturn:
    """The command has run and the process ends: 0 done, 1 a fault of ours or a failed check, 2 yours to mend."""
    as_json = "--json" in sys.argv
    try:
        code = zoufang.main(prog_name="zoufang", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        _end(as_json, "malformed-request", "stopped", 130)
    except click.ClickException as error:
        _end(as_json, "malformed-request", error.format_message(), 2)
    except Exception as error:  # noqa: BLE001 - a person at a prompt gets a sentence, not a stack trace
        _end(as_json, *_words_for(error))


def _words_for(error: Exception) -> tuple[str, str, int]:
    """(slug, sentence, exit code) of anything a command can end with."""
    from sqlalchemy.exc import DBAPIError

    from server.domain.problems import Problem
    from server.logs import place_of
    from server.settings import BadSetting
    from server.store.sealing import SealBroken, SealingKeyWrong

    if isinstance(error, Problem):
        said = "; ".join(f"{pointer}: {detail}" for pointer, detail in error.errors)
        return error.entry.slug, " · ".join(filter(None, (error.detail or error.entry.meaning, said))), 2
    if isinstance(error, BadSetting | OSError | SealingKeyWrong | SealBroken):
        return "malformed-request", str(error), 2
    if isinstance(error, DBAPIError):
        return "busy", f"the database does not answer as it should: {str(error.orig).splitlines()[0]}", 2
    return "server-fault", f"a fault of ours: {type(error).__name__} at {place_of(error.__traceback__)}", 1


def _end(as_json: bool, slug: str, sentence: str, code: int) -> NoReturn:
    from server.domain.problems import problem_json

    if as_json:
        print(json.dumps(problem_json(slug, sentence), ensure_ascii=False))
    else:
        print(f"zoufang: {sentence}", file=sys.stderr)
    sys.exit(code)
