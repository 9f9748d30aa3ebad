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


def laws_of_the_page() -> dict[str, set[str]]:
    """Law → the files of its tests, as docs/laws.md says."""
    rows = [line for line in (ROOT / "docs/laws.md").read_text().splitlines() if line.startswith("| **L")]
    return {
        row.split("**")[1].split()[0]: set(re.findall(r"`([^`]+)`", row.rpartition("|")[0].rpartition("|")[2]))
        for row in rows
    }


def laws_of_the_tests() -> dict[str, set[str]]:
    """Law → the files with a test whose name begins with its number."""
    found: dict[str, set[str]] = {}
    files = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "pwa/tests").rglob("*.test.ts")]
    for file in files:
        for name in re.findall(r'def test_((?:L\d+_)+)|(?:it|test)\("((?:L\d+[ ,_:]+)+)', file.read_text()):
            for law in re.findall(r"L\d+", "".join(name)):
                found.setdefault(law, set()).add(str(file.relative_to(ROOT)))
    return found


def test_the_page_of_laws_and_the_tests_agree() -> None:
    page, tests = laws_of_the_page(), laws_of_the_tests()
    assert len(page) >= 16
    assert page.keys() == tests.keys()
    for law, files in page.items():
        assert files and files <= tests[law], f"{law}: no test of its name in {files - tests[law]}"
