"""What is written about the project is true: help, generated pages, links."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields

from server.cli.docs import pages
from server.domain.problems import CATALOGUE
from server.settings import Settings
from tests.system.running import ROOT

TARGETS = ["run", "dev", "test", "check", "storm", "bench", "invite", "phone", "backup", "restore"]


def test_make_help_lists_every_target() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  make (\w+) ", said, re.MULTILINE)
    declared = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[0].split()
    assert sorted(listed) == sorted(declared)
    assert set(TARGETS) <= set(listed)


def test_the_generated_pages_are_up_to_date() -> None:
    for path, text in pages().items():
        assert path.read_text() == text, f"{path.relative_to(ROOT)} is stale: run `zoufang docs`"


def test_every_setting_and_every_problem_is_on_its_page() -> None:
    config, problems = (ROOT / "docs/config.md").read_text(), (ROOT / "docs/problems.md").read_text()
    for setting in fields(Settings):
        assert f"| `{setting.name.upper()}` |" in config
        assert setting.metadata["help"]
    for slug in CATALOGUE:
        assert f"## {slug}\n" in problems


def test_every_link_between_pages_leads_somewhere() -> None:
    written = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    for page in written:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", page.read_text()):
            target = "".join(target)
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} → {target}"
