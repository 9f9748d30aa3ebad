"""`zoufang docs`: the pages that are made from the code, so that they cannot say something else."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import click

from server.cli.opened import json_option, say
from server.domain.problems import catalogue_markdown
from server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CONFIG_HEAD = """# Settings

Generated from `server/settings.py`; do not edit. Each is an environment variable, read once at the start; a value that
cannot be used stops the start with one sentence. A name ends with its unit: `_S` seconds, `_MS` milliseconds.

| Variable | Default | What it does |
|---|---|---|
"""


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail when a page is out of date.")
@json_option
def docs(check: bool, as_json: bool) -> int:
    """Write docs/config.md, docs/problems.md and pwa/src/domain/kinds.json from the code."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    names = [str(path.relative_to(ROOT)) for path in stale]
    if not check:
        for path in stale:
            path.write_text(pages()[path])
    word = "out of date" if check else "written"
    say(
        as_json,
        {"stale" if check else "written": names},
        f"{word}: {', '.join(names)}" if names else "all pages are up to date",
    )
    return 1 if check and stale else 0


def pages() -> dict[Path, str]:
    """Every generated page with the text it must have."""
    from server.schemas.kinds.export import kinds_json

    return {
        ROOT / "docs/config.md": config_markdown(),
        ROOT / "docs/problems.md": catalogue_markdown(),
        ROOT / "pwa/src/domain/kinds.json": kinds_json(),
    }


def config_markdown() -> str:
    rows = [f"| `{f.name.upper()}` | {_shown(f.default)} | {f.metadata['help']} |\n" for f in fields(Settings)]
    return CONFIG_HEAD + "".join(rows)


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "`1`" if default else "`0`"
    return f"`{default}`" if default != "" else "(empty)"
